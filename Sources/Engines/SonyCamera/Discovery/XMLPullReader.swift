import NIOCore

/// Reads the few things of XML a device description needs: elements and their text.
///
/// Attributes, comments, processing instructions and document types are passed over, prefixes are
/// cut off, the five entities and character references are resolved and others left as they are;
/// nothing is ever fetched or expanded. Nesting and text are limited.
///
/// Source: XML 1.0 (fifth edition) §2, §3, §4.6.
struct XMLPullReader {
  enum Event: Equatable {
    case start(String)
    /// Text between two tags, without blanks at both ends; never empty.
    case text(String)
    case end(String)
  }

  static let maximumDepth = 32
  static let maximumNameByteCount = 128
  static let maximumTextByteCount = 2048

  private let bytes: [UInt8]
  private var position = 0
  private var openElements: [String] = []
  private var pendingEnd = false
  private var hasRoot = false

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The next event; nil behind the root element.
  mutating func next() throws(SonyCameraError) -> Event? {
    if pendingEnd {
      pendingEnd = false
      return .end(openElements.removeLast())
    }
    while true {
      if openElements.isEmpty, hasRoot { return nil }
      guard position < bytes.count else {
        throw malformed(hasRoot ? .endOfDocument : .rootElement)
      }
      if bytes[position] != UInt8(ascii: "<") {
        if let text = try text() { return text }
      } else if starts(with: "<!--") {
        try skip(to: "-->")
      } else if starts(with: "<![CDATA[") {
        if let text = try characterData() { return text }
      } else if starts(with: "<?") {
        try skip(to: "?>")
      } else if starts(with: "<!") {
        try skipDocumentType()
      } else {
        return starts(with: "</") ? try endTag() : try startTag()
      }
    }
  }

  // MARK: Tags

  private mutating func startTag() throws(SonyCameraError) -> Event {
    position += 1
    let name = try self.name()
    guard openElements.count < Self.maximumDepth else {
      throw .descriptionTooDeep(position: position, limit: Self.maximumDepth)
    }
    pendingEnd = try skipAttributes()
    hasRoot = true
    openElements.append(name)
    return .start(name)
  }

  private mutating func endTag() throws(SonyCameraError) -> Event {
    let start = position
    position += 2
    let name = try self.name()
    skipBlanks()
    guard peek() == UInt8(ascii: ">") else { throw malformed(.endOfTag) }
    position += 1
    guard openElements.last == name else {
      throw .descriptionMalformed(position: start, expected: .endTag)
    }
    return .end(openElements.removeLast())
  }

  /// Passes over attributes and the end of the tag; true if the element is empty (`/>`).
  private mutating func skipAttributes() throws(SonyCameraError) -> Bool {
    while let byte = peek() {
      position += 1
      switch byte {
      case UInt8(ascii: ">"):
        return false
      case UInt8(ascii: "/"):
        guard peek() == UInt8(ascii: ">") else { throw malformed(.endOfTag) }
        position += 1
        return true
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        guard let close = bytes[position...].firstIndex(of: byte) else {
          throw malformed(.attributeValue)
        }
        position = close + 1
      case UInt8(ascii: "<"):
        throw malformed(.endOfTag)
      default:
        continue
      }
    }
    throw malformed(.endOfTag)
  }

  /// The name at `position` without its prefix.
  private mutating func name() throws(SonyCameraError) -> String {
    let start = position
    while let byte = peek(), Self.isNameByte(byte) { position += 1 }
    guard position > start else { throw malformed(.elementName) }
    guard position - start <= Self.maximumNameByteCount else {
      throw .descriptionFieldTooLong(position: start, limit: Self.maximumNameByteCount)
    }
    let name = bytes[start..<position]
    let local = name.lastIndex(of: UInt8(ascii: ":")).map { name[($0 + 1)...] } ?? name
    return String(decoding: local, as: UTF8.self)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0...0x20, UInt8(ascii: ">"), UInt8(ascii: "/"), UInt8(ascii: "<"), UInt8(ascii: "="),
      UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "&"):
      false
    default: true
    }
  }

  // MARK: Text

  private mutating func text() throws(SonyCameraError) -> Event? {
    let start = position
    position = bytes[start...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
    return try text(in: start..<position, resolvingEntities: true)
  }

  private mutating func characterData() throws(SonyCameraError) -> Event? {
    let start = position + 9
    try skip(to: "]]>")
    return try text(in: start..<(position - 3), resolvingEntities: false)
  }

  private func text(
    in range: Range<Int>, resolvingEntities: Bool
  ) throws(SonyCameraError) -> Event? {
    // Before the root element there is nothing but blanks and a byte order mark.
    guard !openElements.isEmpty else { return nil }
    var content = bytes[range]
    while let byte = content.first, byte <= 0x20 { content.removeFirst() }
    while let byte = content.last, byte <= 0x20 { content.removeLast() }
    guard !content.isEmpty else { return nil }
    guard content.count <= Self.maximumTextByteCount else {
      throw .descriptionFieldTooLong(position: range.lowerBound, limit: Self.maximumTextByteCount)
    }
    let text = String(decoding: content, as: UTF8.self)
    return .text(resolvingEntities ? XMLEntity.resolve(text) : text)
  }

  // MARK: Bytes

  private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private func starts(with text: StaticString) -> Bool {
    bytes[position...].starts(with: Array("\(text)".utf8))
  }

  private mutating func skipBlanks() {
    while let byte = peek(), byte <= 0x20 { position += 1 }
  }

  /// Goes behind the next `end`.
  private mutating func skip(to end: String) throws(SonyCameraError) {
    let pattern = Array(end.utf8)
    var index = position
    while index + pattern.count <= bytes.count {
      if bytes[index...].starts(with: pattern) {
        position = index + pattern.count
        return
      }
      index += 1
    }
    throw malformed(.endOfDocument)
  }

  /// Passes over `<!DOCTYPE … [ … ]>` without looking at what it declares.
  private mutating func skipDocumentType() throws(SonyCameraError) {
    var depth = 0
    while let byte = peek() {
      position += 1
      switch byte {
      case UInt8(ascii: "<"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ">"):
        depth -= 1
        if depth <= 0 { return }
      default: continue
      }
    }
    throw malformed(.endOfDocument)
  }

  private func malformed(_ expected: DescriptionGrammar) -> SonyCameraError {
    .descriptionMalformed(position: position, expected: expected)
  }
}

/// `&amp;` and its kin.
private enum XMLEntity {
  static func resolve(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
    var result = ""
    var rest = Substring(text)
    while let start = rest.firstIndex(of: "&") {
      result += rest[..<start]
      let reference = rest[rest.index(after: start)...].prefix(12)
      if let end = reference.firstIndex(of: ";"), let character = character(reference[..<end]) {
        result.unicodeScalars.append(character)
        rest = rest[rest.index(after: end)...]
      } else {
        result.append("&")
        rest = rest[rest.index(after: start)...]
      }
    }
    return result + rest
  }

  private static func character(_ name: Substring) -> Unicode.Scalar? {
    switch name {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default: break
    }
    guard name.hasPrefix("#") else { return nil }
    let digits = name.dropFirst()
    let code =
      digits.first == "x" || digits.first == "X"
      ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    guard let code, code >= 0x20 else { return nil }
    return Unicode.Scalar(code)
  }
}
