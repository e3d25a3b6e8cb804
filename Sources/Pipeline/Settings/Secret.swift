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

extension Secret {
  /// What a file with a secret says: without the byte order mark that some editors put before it,
  /// and without the newlines behind it.
  ///
  /// - Parameter isToken: Whether blanks at both ends, too, cannot belong to it.
  public static func content(of bytes: some Sequence<UInt8>, isToken: Bool) -> [UInt8] {
    var content = Array(bytes)[...]
    if content.starts(with: [0xEF, 0xBB, 0xBF]) { content.removeFirst(3) }
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    func isNewline(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
    while let last = content.last, isNewline(last) || isToken && isBlank(last) {
      content.removeLast()
    }
    while isToken, let first = content.first, isNewline(first) || isBlank(first) {
      content.removeFirst()
    }
    return Array(content)
  }
}

extension SettingsReader {
  /// A secret, given directly under `key` or in the file that `fileKey` names; nil if neither.
  /// What a stronger source gives either way counts; both ways at once in one source are refused.
  ///
  /// A directly given secret is refused from the command line, where other users can see it. The
  /// file may hold 4096 bytes; `Secret.content` says what is cut off.
  public func secret(_ key: String, fileKey: String, isToken: Bool = false) -> Secret? {
    let direct = string(key)
    let file = string(fileKey)
    if reportIfArgument(key, elsewhere: "\(fullKey(fileKey)), the environment or the file") {
      return nil
    }
    guard let decisive = secretKey(key, fileKey: fileKey) else {
      if let file {
        report(fileKey, value: file, allowed: "left out when \(fullKey(key)) is given")
      }
      return nil
    }
    guard decisive == fileKey, let file else { return direct.map(Secret.init) }
    switch Self.readSecretFile(file, isToken: isToken) {
    case .success(let secret): return secret
    case .failure(let fault):
      report(
        fileKey, value: file,
        allowed: "a readable file with the secret in it, 1 to 4096 bytes (\(fault.reason))")
      return nil
    }
  }

  /// Which of the two keys gives the secret: the one in the stronger source, if both are given; nil
  /// if none is, or both by one source.
  public func secretKey(_ key: String, fileKey: String) -> String? {
    switch (string(key) != nil, string(fileKey) != nil) {
    case (false, false): return nil
    case (true, false): return key
    case (false, true): return fileKey
    case (true, true):
      guard sourceName(of: key) != sourceName(of: fileKey) else { return nil }
      return isStronger(key, than: fileKey) ? key : fileKey
    }
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

  /// What is wrong with a file.
  private struct FileFault: Error {
    var reason: String

    /// The system's own words.
    init(code: CInt) { reason = String(cString: strerror(code)) }
    init(_ reason: String) { self.reason = reason }
  }

  private static func readSecretFile(_ path: String, isToken: Bool) -> Result<Secret, FileFault> {
    guard let file = fopen(path, "r") else { return .failure(FileFault(code: errno)) }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4097)
    let count = fread(&bytes, 1, bytes.count, file)
    if ferror(file) != 0 { return .failure(FileFault(code: errno)) }
    guard count <= 4096 else { return .failure(FileFault("it is larger")) }
    let content = Secret.content(of: bytes[..<count], isToken: isToken)
    guard !content.isEmpty else { return .failure(FileFault("it is empty")) }
    return .success(Secret(String(decoding: content, as: UTF8.self)))
  }
}
