import NIOCore

/// Finds out what a new connection speaks: RTSP, one half of an RTSP over HTTP tunnel, or HTTP
/// that is meant for somebody else.
///
/// A tunnel is two connections with the same `x-sessioncookie`: a GET whose endless answer
/// carries everything from the server, interleaved packets included, and a POST whose endless
/// body carries the client's requests in base64. `Content-Length` of the POST is a fiction and not
/// looked at. What decides is the cookie: `Accept` and the target differ between clients.
///
/// RTSP is left in the buffer untouched; an HTTP head is taken out of it.
///
/// Source: Apple, "Tunnelling QuickTime RTSP and RTP over HTTP" (2001); what FFmpeg, GStreamer
/// and live555 send is in `Tests/Engines/RTSPTests/Tunnel/TunnelOpeningTests.swift`.
public struct TunnelOpening: Sendable {
  /// What the connection turned out to be.
  public enum Outcome: Sendable, Hashable {
    case rtsp
    /// The half from the server to the client.
    case get(cookie: String)
    /// The half from the client to the server; what follows in the buffer is base64.
    case post(cookie: String)
    /// An ordinary HTTP request, by a browser perhaps.
    case other(method: String)
  }

  /// Methods HTTP has and RTSP has not. OPTIONS is both and left to the RTSP parser.
  private static let methods = [
    "GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "PATCH ", "CONNECT ", "TRACE ",
  ].map { Array($0.utf8) }

  private let limits: TunnelLimits
  /// Offset of the line being read, and of the first byte not looked at.
  private var lineStart = 0
  private var scanned = 0
  private var method: String?
  private var headerCount = 0
  private var cookie: String?

  public init(limits: TunnelLimits = TunnelLimits()) {
    self.limits = limits
  }

  /// What the connection is, or nil if more bytes are needed.
  ///
  /// - Throws: a `TunnelError` if it is HTTP of a kind that cannot be understood.
  public mutating func next(from buffer: inout ByteBuffer) throws(TunnelError) -> Outcome? {
    let view = buffer.readableBytesView
    if method == nil {
      guard Self.methods.contains(where: { view.starts(with: $0) }) else {
        let isBeginning = Self.methods.contains { $0.starts(with: view) }
        return isBeginning ? nil : .rtsp
      }
    }
    let allowed = min(view.count, limits.headBytes)
    while scanned < allowed {
      let byte = view[view.startIndex + scanned]
      scanned += 1
      guard byte == UInt8(ascii: "\n") else { continue }
      var line = view[(view.startIndex + lineStart)..<(view.startIndex + scanned - 1)]
      if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
      let position = lineStart
      lineStart = scanned
      guard let method else {
        guard try readRequestLine(Array(line)) else { return .rtsp }
        continue
      }
      guard line.isEmpty else {
        try readHeader(Array(line), at: position)
        continue
      }
      buffer.moveReaderIndex(forwardBy: scanned)
      return outcome(of: method)
    }
    guard view.count < limits.headBytes else { throw .headTooLong(limit: limits.headBytes) }
    return nil
  }

  private func outcome(of method: String) -> Outcome {
    switch (method, cookie) {
    case ("GET", let cookie?): .get(cookie: cookie)
    case ("POST", let cookie?): .post(cookie: cookie)
    default: .other(method: method)
    }
  }

  /// False if it is a request of RTSP after all, with a method of HTTP.
  private mutating func readRequestLine(_ line: [UInt8]) throws(TunnelError) -> Bool {
    let words = line.split(separator: 0x20)
    if let last = words.last, last.starts(with: "RTSP/".utf8) { return false }
    guard let fault = line.firstIndex(where: { $0 < 0x20 || $0 == 0x7F }) else {
      guard words.count == 3, words[2].starts(with: "HTTP/1.".utf8) else {
        throw .requestLineMalformed(position: words.count > 2 ? words[2].startIndex : line.count)
      }
      method = String(decoding: words[0], as: UTF8.self)
      return true
    }
    throw .requestLineMalformed(position: fault)
  }

  private mutating func readHeader(_ line: [UInt8], at position: Int) throws(TunnelError) {
    headerCount += 1
    guard headerCount <= limits.headerCount else {
      throw .tooManyHeaders(limit: limits.headerCount)
    }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0,
      line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
    else { throw .headerMalformed(position: position) }
    let name = String(decoding: line[..<colon], as: UTF8.self).trimmed
    guard name.isEqualIgnoringCase("x-sessioncookie") else { return }
    let value = String(decoding: line[(colon + 1)...], as: UTF8.self).trimmed
    guard value.utf8.count <= limits.cookieBytes else {
      throw .cookieTooLong(limit: limits.cookieBytes, actual: value.utf8.count)
    }
    guard !value.isEmpty, value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      cookie == nil || cookie == value
    else { throw .cookieMalformed(position: position) }
    cookie = value
  }
}
