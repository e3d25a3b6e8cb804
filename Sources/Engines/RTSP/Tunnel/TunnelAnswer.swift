import NIOCore

/// Why an HTTP request on the RTSP port gets no tunnel.
public enum TunnelRefusal: Error, Sendable, Hashable {
  /// A browser, a probe: nothing here for them.
  case notATunnel(method: String)
  case malformed(TunnelError)
  case switchedOff
  /// A POST whose GET is not there, or came from another address.
  case unknownCookie
  /// A GET whose cookie is in use.
  case cookieInUse
  case tooManyWaiting
  /// The server has no room for one more connection.
  case serverFull

  var statusLine: String {
    switch self {
    case .notATunnel("GET"), .notATunnel("HEAD"), .switchedOff, .unknownCookie: "404 Not Found"
    case .notATunnel: "405 Method Not Allowed"
    case .malformed(.headTooLong), .malformed(.tooManyHeaders):
      "431 Request Header Fields Too Large"
    case .malformed: "400 Bad Request"
    case .cookieInUse: "409 Conflict"
    case .tooManyWaiting, .serverFull: "503 Service Unavailable"
    }
  }

  var sentence: String {
    switch self {
    case .notATunnel: "This port speaks RTSP: open it with a player. The status page has its own."
    case .malformed: "This is not an HTTP request that opens an RTSP tunnel."
    case .switchedOff: "RTSP over HTTP is switched off here; use RTSP."
    case .unknownCookie: "There is no tunnel with this x-sessioncookie from your address."
    case .cookieInUse: "There is a tunnel with this x-sessioncookie already."
    case .tooManyWaiting: "Too many tunnels wait for their second connection."
    case .serverFull: "Too many connections."
    }
  }
}

/// The answers of HTTP that the RTSP port gives.
public enum TunnelAnswer {
  /// Opens the half from the server to the client; what follows is RTSP.
  ///
  /// HTTP/1.0 without a length, because the answer never ends; nothing on the way may keep it.
  public static func opened(serverName: String) -> ByteBuffer {
    ByteBuffer(
      string: """
        HTTP/1.0 200 OK\r
        Server: \(serverName)\r
        Connection: close\r
        Cache-Control: no-cache, no-store\r
        Pragma: no-cache\r
        Content-Type: application/x-rtsp-tunnelled\r
        \r

        """)
  }

  /// One sentence for people, and the end of the connection.
  public static func refused(_ refusal: TunnelRefusal, serverName: String) -> ByteBuffer {
    let isHead = refusal == .notATunnel(method: "HEAD")
    let body = refusal.sentence + "\n"
    let allow = refusal.statusLine.hasPrefix("405") ? "Allow: GET, POST\r\n" : ""
    return ByteBuffer(
      string: """
        HTTP/1.1 \(refusal.statusLine)\r
        Server: \(serverName)\r
        Connection: close\r
        \(allow)Content-Type: text/plain; charset=utf-8\r
        Content-Length: \(body.utf8.count)\r
        \r
        \(isHead ? "" : body)
        """)
  }
}
