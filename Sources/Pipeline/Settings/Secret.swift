#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A password or token that cannot be printed by accident.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The secret itself; hand it only to the check or the header that needs it.
  public let value: String

  public init(_ value: String) {
    self.value = value
  }

  public var description: String { "<secret>" }
  public var debugDescription: String { "<secret>" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SettingsReader {
  /// A secret, given directly under `key` or in the file that `fileKey` names; nil if neither.
  ///
  /// A directly given secret is refused from the command line, where other users can see it. The
  /// file's trailing newline is cut off; it may hold 4096 bytes.
  public func secret(_ key: String, fileKey: String) -> Secret? {
    let direct = string(key)
    let file = string(fileKey)
    if reportIfArgument(key, elsewhere: "\(fullKey(fileKey)), the environment or the file") {
      return nil
    }
    guard let file else { return direct.map(Secret.init) }
    guard direct == nil else {
      report(fileKey, value: file, allowed: "left out when \(fullKey(key)) is given")
      return nil
    }
    guard let text = Self.readSecretFile(file) else {
      report(
        fileKey, value: file, allowed: "a readable file with the secret in it, 1 to 4096 bytes")
      return nil
    }
    return Secret(text)
  }

  /// A secret that has no file of its own; nil if it is absent, or comes from the command line.
  public func secret(_ key: String) -> Secret? {
    let value = string(key)
    guard !reportIfArgument(key, elsewhere: "the environment or the file") else { return nil }
    return value.map(Secret.init)
  }

  /// True, with a report, if the command line gives `key`.
  private func reportIfArgument(_ key: String, elsewhere: String) -> Bool {
    guard sourceName(of: key) == Self.commandLine else { return false }
    report(
      key, value: nil, source: Self.commandLine,
      allowed: "given in \(elsewhere); process arguments are visible to other users")
    return true
  }

  /// Name of the source whose values appear in the process's arguments.
  public static let commandLine = "command line"

  private static func readSecretFile(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4097)
    let count = fread(&bytes, 1, bytes.count, file)
    guard count > 0, count <= 4096 else { return nil }
    var content = bytes[..<count]
    while let last = content.last, last == 0x0A || last == 0x0D { content.removeLast() }
    return content.isEmpty ? nil : String(decoding: content, as: UTF8.self)
  }
}
