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

  /// Letters a wrong name must have in common with a right one to be taken for a slip.
  private static let leastLikeness = 3

  /// The name that begins most like a wrong one, whatever its hyphens.
  private static func nearest(to name: String) -> String? {
    let wanted = name.lowercased().filter(\.isLetter)
    let likeness = all.map { command in
      (command.name, zip(command.name.filter(\.isLetter), wanted).prefix { $0 == $1 }.count)
    }
    let best = likeness.max { $0.1 < $1.1 }
    return best.flatMap { $0.1 >= leastLikeness ? $0.0 : nil }
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
