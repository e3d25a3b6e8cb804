import NIOCore

/// A search somebody sent to the discovery group.
struct SSDPSearch: Equatable {
  /// What is searched for.
  var target: String
  /// Seconds within which to answer.
  var maximumWait: Int

  /// - Returns: nil if `datagram` is no search the camera answers: it wants the empty line at the
  ///   end, which a QX1 was found to insist on, and takes `MAN` with or without quotes.
  init?(parsing datagram: ByteBuffer) {
    let text = String(buffer: datagram)
    guard text.hasSuffix("\r\n\r\n") else { return nil }
    let lines = text.split(separator: "\r\n", omittingEmptySubsequences: true)
    guard let first = lines.first, first.hasPrefix("M-SEARCH * HTTP/1.") else { return nil }
    var headers: [String: Substring] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      headers[line[..<colon].lowercased()] = value
    }
    guard headers["man"].map({ $0.contains("ssdp:discover") }) == true,
      let target = headers["st"], !target.isEmpty
    else { return nil }
    self.target = String(target)
    maximumWait = min(5, max(1, headers["mx"].flatMap { Int($0) } ?? 1))
  }
}
