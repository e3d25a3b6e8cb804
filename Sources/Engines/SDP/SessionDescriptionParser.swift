extension SessionDescription {
  /// Bounds on what a description may hold.
  public struct Limits: Sendable {
    /// Bytes of the whole text.
    public var byteCount: Int
    public var lineCount: Int
    public var mediaCount: Int

    public init(byteCount: Int = 16_384, lineCount: Int = 256, mediaCount: Int = 16) {
      self.byteCount = byteCount
      self.lineCount = lineCount
      self.mediaCount = mediaCount
    }
  }

  /// Reads a whole description.
  ///
  /// Follows what cameras and servers really write: lines may end in LF or CR alone, blank lines
  /// are skipped, `o=`, `s=` and `t=` may be missing, unknown lines are ignored.
  ///
  /// - Throws: If a limit is passed, the first line is not `v=0`, a line has no `=`, or an `m=`
  ///   line cannot be understood.
  public init(parsing text: String, limits: Limits = Limits()) throws(SDPError) {
    guard text.utf8.count <= limits.byteCount else {
      throw .textTooLong(limit: limits.byteCount, actual: text.utf8.count)
    }
    var parser = SessionDescriptionParser(limits: limits)
    for line in text.lines {
      try parser.read(line)
    }
    self = try parser.finish()
  }
}

/// Takes in one line after the other.
private struct SessionDescriptionParser {
  let limits: SessionDescription.Limits
  var description = SessionDescription(
    origin: .init(sessionID: "0", version: "0", address: .unspecified(.ip4)))
  var lineNumber = 0
  var hasVersion = false

  init(limits: SessionDescription.Limits) {
    self.limits = limits
  }

  mutating func read(_ line: Substring) throws(SDPError) {
    lineNumber += 1
    guard lineNumber <= limits.lineCount else { throw .tooManyLines(limit: limits.lineCount) }
    let line = line.trimmingBlanks
    guard let type = line.first else { return }
    // RFC 8866 §9: a text may hold any byte but NUL and line ends.
    guard line.dropFirst().first == "=", !line.utf8.contains(0) else {
      throw .malformedLine(line: lineNumber)
    }
    let value = line.dropFirst(2)
    guard hasVersion else {
      guard type == "v", value.trimmingBlanks == "0" else {
        throw .unsupportedVersion(line: lineNumber)
      }
      hasVersion = true
      return
    }
    if type == "m" {
      try startMedia(value)
    } else if description.media.isEmpty {
      readSessionLine(type, value)
    } else {
      readMediaLine(type, value)
    }
  }

  func finish() throws(SDPError) -> SessionDescription {
    guard hasVersion else { throw .unsupportedVersion(line: lineNumber) }
    return description
  }

  private mutating func startMedia(_ value: Substring) throws(SDPError) {
    guard description.media.count < limits.mediaCount else {
      throw .tooManyMedia(limit: limits.mediaCount, line: lineNumber)
    }
    let fields = value.split(separator: " ")
    // A port may be followed by a slash and the number of ports.
    guard fields.count >= 4,
      let port = fields[1].split(separator: "/").first.flatMap({ UInt16($0) })
    else { throw .malformedMedia(line: lineNumber) }
    description.media.append(
      MediaDescription(
        type: String(fields[0]), port: port, transport: String(fields[2]),
        formats: fields.dropFirst(3).map(String.init)))
  }

  private mutating func readSessionLine(_ type: Character, _ value: Substring) {
    switch type {
    case "o": description.origin = SessionDescription.Origin(parsing: value) ?? description.origin
    case "s": description.name = String(value)
    case "i": description.information = String(value)
    case "c": description.connection = SessionDescription.Connection(parsing: value)
    case "b": description.bandwidths += SessionDescription.Bandwidth(parsing: value).asArray
    case "t": description.timing = String(value)
    case "a": description.attributes.append(SessionDescription.Attribute(parsing: value))
    default: break
    }
  }

  private mutating func readMediaLine(_ type: Character, _ value: Substring) {
    guard let last = description.media.indices.last else { return }
    switch type {
    case "c": description.media[last].connection = SessionDescription.Connection(parsing: value)
    case "b":
      description.media[last].bandwidths += SessionDescription.Bandwidth(parsing: value).asArray
    case "a":
      description.media[last].attributes.append(SessionDescription.Attribute(parsing: value))
    default: break
    }
  }
}

extension SessionDescription.Origin {
  fileprivate init?(parsing value: Substring) {
    let fields = value.split(separator: " ")
    guard fields.count >= 6,
      let address = SessionDescription.Connection(
        parsing: Substring(fields[3...5].joined(separator: " ")))
    else { return nil }
    self.init(
      username: String(fields[0]), sessionID: String(fields[1]), version: String(fields[2]),
      address: address)
  }
}

extension SessionDescription.Connection {
  fileprivate init?(parsing value: Substring) {
    let fields = value.split(separator: " ")
    guard fields.count >= 3, let family = Family(rawValue: fields[1].uppercased()) else {
      return nil
    }
    self.init(family: family, address: String(fields[2]))
  }
}

extension SessionDescription.Bandwidth {
  fileprivate init?(parsing value: Substring) {
    let fields = value.split(separator: ":", maxSplits: 1)
    guard fields.count == 2, let number = Int(fields[1].trimmingBlanks) else { return nil }
    self.init(type: String(fields[0]), value: number)
  }
}

extension SessionDescription.Attribute {
  fileprivate init(parsing value: Substring) {
    let fields = value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    self.init(fields.first.map(String.init) ?? "", fields.count > 1 ? String(fields[1]) : nil)
  }
}

extension Optional {
  /// The value as a list of one, or no value as an empty list.
  fileprivate var asArray: [Wrapped] { map { [$0] } ?? [] }
}

extension String {
  /// Lines ended by CR LF, LF or CR; Swift takes CR LF for one character.
  fileprivate var lines: [Substring] {
    split(omittingEmptySubsequences: false) { $0 == "\r\n" || $0 == "\n" || $0 == "\r" }
  }
}

extension Substring {
  /// Without spaces and tabs at either end.
  fileprivate var trimmingBlanks: Substring {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    var text = drop(while: isBlank)
    while let last = text.last, isBlank(last) {
      text.removeLast()
    }
    return text
  }
}
