import Logging

/// Something that can be done to a simulated camera by name: when it starts, over its control
/// port, by a scenario, or from a test.
///
/// The one table of them is ``all``.
public struct CameraCommand: Sendable {
  /// In kebab case.
  public let name: String
  public let form: ValueForm
  /// One sentence.
  public let help: String
  let perform: @Sendable (isolated SimulatedCamera, CommandValue) async throws -> Void

  init(
    _ name: String, _ form: ValueForm, _ help: String,
    _ perform: @escaping @Sendable (isolated SimulatedCamera, CommandValue) async throws -> Void
  ) {
    self.name = name
    self.form = form
    self.help = help
    self.perform = perform
  }

  /// Every command, in the order they are listed.
  public static let all = pictureFaults + stream + api + body + network

  static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  /// A command with its value, checked and ready to be carried out.
  public struct Call: Sendable, CustomStringConvertible {
    public let command: CameraCommand
    let value: CommandValue
    /// As it was written.
    public let description: String

    /// - Parameter text: `name` or `name:value`.
    public init(parsing text: String) throws(CommandError) {
      let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      try self.init(
        name: String(parts.first ?? ""), value: parts.count > 1 ? String(parts[1]) : nil)
    }

    public init(name: String, value: String?) throws(CommandError) {
      guard let command = CameraCommand.byName[name] else {
        throw .unknownCommand(name, nearest: CameraCommand.nearest(to: name))
      }
      self.command = command
      self.value = try command.form.value(from: value, of: name)
      description = value.map { "\(name):\($0)" } ?? name
    }
  }

  /// All commands as a text: name and value on one line, help below it.
  public static var table: String {
    let rows = all.map {
      ($0.name + ($0.form.summary.isEmpty ? "" : ":" + $0.form.summary), $0.help)
    }
    return rows.map { "\($0)\n    \($1)" }.joined(separator: "\n")
  }

  /// The name that shares most of its words' beginnings with a wrong one.
  private static func nearest(to name: String) -> String? {
    let wanted = Set(name.lowercased().split { !$0.isLetter })
    let best = all.max { left, right in
      likeness(left.name, wanted) < likeness(right.name, wanted)
    }
    return best.flatMap { likeness($0.name, wanted) > 0 ? $0.name : nil }
  }

  private static func likeness(_ name: String, _ wanted: Set<Substring>) -> Double {
    let words = name.split(separator: "-")
    let shared = words.count { word in
      wanted.contains { $0.hasPrefix(word.prefix(4)) || word.hasPrefix($0.prefix(4)) }
    }
    return Double(shared) / Double(max(words.count, wanted.count, 1))
  }
}

extension SimulatedCamera {
  /// Carries out a command, written as `name` or `name:value`.
  ///
  /// - Throws: ``CommandError``.
  public func apply(_ text: String) async throws(CommandError) {
    try await apply(try CameraCommand.Call(parsing: text))
  }

  /// Carries out a command that was checked before.
  ///
  /// - Throws: ``CommandError/failed(command:reason:)``.
  public func apply(_ call: CameraCommand.Call) async throws(CommandError) {
    do {
      try await call.command.perform(self, call.value)
    } catch {
      throw .failed(command: call.command.name, reason: "\(error)")
    }
    logger.debug("command", metadata: ["command": "\(call)"])
    statusChanged()
  }
}
