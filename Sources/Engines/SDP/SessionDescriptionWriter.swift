extension SessionDescription {
  /// The description as text, every line ended by CR LF.
  ///
  /// Source: RFC 8866 §5 and §9 for the order of lines.
  public var serialized: String {
    var writer = LineWriter()
    writer.line("v", "0")
    writer.line(
      "o", "\(origin.username) \(origin.sessionID) \(origin.version) \(origin.address.text)")
    writer.line("s", name.isEmpty ? "-" : name)
    if let information { writer.line("i", information) }
    if let connection { writer.line("c", connection.text) }
    for bandwidth in bandwidths { writer.line("b", bandwidth.text) }
    writer.line("t", timing)
    for attribute in attributes { writer.line("a", attribute.text) }
    for description in media { description.write(into: &writer) }
    return writer.text
  }
}

extension MediaDescription {
  fileprivate func write(into writer: inout LineWriter) {
    writer.line("m", "\(type) \(port) \(transport) \(formats.joined(separator: " "))")
    if let connection { writer.line("c", connection.text) }
    for bandwidth in bandwidths { writer.line("b", bandwidth.text) }
    for attribute in attributes { writer.line("a", attribute.text) }
  }
}

/// Collects lines and keeps texts from adding lines of their own.
private struct LineWriter {
  private(set) var text = ""

  mutating func line(_ type: Character, _ value: String) {
    text.append(type)
    text.append("=")
    text.append(contentsOf: value.prefix { !["\r\n", "\r", "\n", "\0"].contains($0) })
    text.append("\r\n")
  }
}

extension SessionDescription.Connection {
  fileprivate var text: String { "IN \(family.rawValue) \(address)" }
}

extension SessionDescription.Bandwidth {
  fileprivate var text: String { "\(type):\(value)" }
}

extension SessionDescription.Attribute {
  fileprivate var text: String { value.map { "\(name):\($0)" } ?? name }
}
