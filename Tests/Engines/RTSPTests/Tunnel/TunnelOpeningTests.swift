import NIOCore
import TestSupport
import Testing

@testable import RTSP

@Suite struct TunnelOpeningTests {
  private enum Result: Equatable {
    case outcome(TunnelOpening.Outcome, rest: String)
    case failed(TunnelError)
    case needsMore
  }

  private static func open(
    _ bytes: [UInt8], step: Int = .max, limits: TunnelLimits = TunnelLimits()
  ) -> Result {
    var opening = TunnelOpening(limits: limits)
    var buffer = ByteBuffer()
    var rest = bytes[...]
    while !rest.isEmpty {
      buffer.writeBytes(rest.prefix(step))
      rest = rest.dropFirst(step)
      do {
        if let outcome = try opening.next(from: &buffer) {
          buffer.writeBytes(rest)
          return .outcome(outcome, rest: String(buffer: buffer))
        }
      } catch {
        return .failed(error)
      }
    }
    return .needsMore
  }

  private static func open(_ text: String, limits: TunnelLimits = TunnelLimits()) -> Result {
    open(Array(text.utf8), limits: limits)
  }

  /// Heads as clients send them, and what they are.
  private static let heads: [(text: String, outcome: TunnelOpening.Outcome)] = [
    (  // FFmpeg 5.1
      """
      GET /live/stream HTTP/1.1\r\nUser-Agent: Lavf/59.27.100\r\n\
      Accept: application/x-rtsp-tunnelled\r\nRange: bytes=0-\r\nConnection: close\r\n\
      Host: 192.0.2.1:8554\r\nIcy-MetaData: 1\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n\
      x-sessioncookie: 9bc5b21ab1e0fdd0\r\n\r\n
      """, .get(cookie: "9bc5b21ab1e0fdd0")
    ),
    (
      """
      POST /live/stream HTTP/1.1\r\nAccept: */*\r\nConnection: close\r\nHost: 192.0.2.1\r\n\
      x-sessioncookie: 9bc5b21ab1e0fdd0\r\nContent-Type: application/x-rtsp-tunnelled\r\n\
      Content-Length: 32767\r\nExpires: Sun, 9 Jan 1972 00:00:00 GMT\r\n\r\n
      """, .post(cookie: "9bc5b21ab1e0fdd0")
    ),
    (  // GStreamer 1.22
      """
      GET /live/stream HTTP/1.0\r\nX-Sessioncookie: 0123456789\r\n\
      Accept: application/x-rtsp-tunnelled\r\nHost: 192.0.2.1\r\n\r\n
      """, .get(cookie: "0123456789")
    ),
    (  // QuickTime, line ends without CR
      "GET /a HTTP/1.0\nUser-Agent: QTS\nx-sessioncookie: tD9hKgAAfB8ABCftAAAAAw\n\n",
      .get(cookie: "tD9hKgAAfB8ABCftAAAAAw")
    ),
    ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", .other(method: "GET")),
    ("HEAD / HTTP/1.1\r\nx-sessioncookie: a\r\n\r\n", .other(method: "HEAD")),
    ("POST /x HTTP/1.1\r\nContent-Length: 2\r\n\r\n", .other(method: "POST")),
  ]

  @Test func headsOfRealClients() {
    for (text, outcome) in Self.heads {
      #expect(Self.open(text + "rest") == .outcome(outcome, rest: "rest"), "\(text)")
    }
  }

  @Test func oneByteAtATimeGivesTheSame() {
    for (text, outcome) in Self.heads {
      #expect(Self.open(Array((text + "r").utf8), step: 1) == .outcome(outcome, rest: "r"))
    }
  }

  @Test(arguments: [
    "OPTIONS * RTSP/1.0\r\n", "GET_PARAMETER rtsp://h/ RTSP/1.0\r\n", "PLAY x", "$\u{0}\u{0}\u{0}",
    "\r\nDESCRIBE", "PAUSE", "\u{16}\u{3}\u{1}", "GET rtsp://h/live RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    "HEAD x RTSP/2.0\r\n", "PUTTY", "P\n",
  ])
  func rtspAndEverythingElseIsLeftUntouched(text: String) {
    #expect(Self.open(text) == .outcome(.rtsp, rest: text))
    #expect(Self.open(Array(text.utf8), step: 1) == .outcome(.rtsp, rest: text))
  }

  @Test(arguments: ["G", "GET", "P", "POS", "DELETE", "GET / HTTP/1.1\r\nHost: h\r\n"])
  func theBeginningOfHTTPNeedsMore(text: String) {
    #expect(Self.open(text) == .needsMore)
  }

  @Test func faultsHaveTheirPlace() {
    var limits = TunnelLimits()
    limits.headBytes = 100
    limits.headerCount = 2
    limits.cookieBytes = 8
    let line = "GET / HTTP/1.0\r\n"
    let cases: [(String, TunnelError)] = [
      ("GET /\r\n", .requestLineMalformed(position: 5)),
      ("GET / FTP/1.0\r\n", .requestLineMalformed(position: 6)),
      ("GET / HTTP/2.0\r\n", .requestLineMalformed(position: 6)),
      ("GET /\u{1} HTTP/1.0\r\n", .requestLineMalformed(position: 5)),
      ("GET / a b HTTP/1.0\r\n", .requestLineMalformed(position: 6)),
      (line + "no colon\r\n", .headerMalformed(position: 16)),
      (line + ": v\r\n", .headerMalformed(position: 16)),
      (line + "A: \u{0}\r\n", .headerMalformed(position: 16)),
      (line + "A: 1\r\nB: 2\r\nC: 3\r\n", .tooManyHeaders(limit: 2)),
      (line + "x-sessioncookie: 123456789\r\n", .cookieTooLong(limit: 8, actual: 9)),
      (line + "x-sessioncookie: \r\n", .cookieMalformed(position: 16)),
      (line + "x-sessioncookie: a b\r\n", .cookieMalformed(position: 16)),
      (
        line + "x-sessioncookie: a\r\nx-sessioncookie: b\r\n", .cookieMalformed(position: 36)
      ),
      (line + "A: " + String(repeating: "x", count: 200), .headTooLong(limit: 100)),
      ("GET /" + String(repeating: "x", count: 200) + "\r\n", .headTooLong(limit: 100)),
    ]
    for (text, error) in cases {
      #expect(Self.open(text, limits: limits) == .failed(error), "\(text)")
      #expect(Self.open(Array(text.utf8), step: 1, limits: limits) == .failed(error), "\(text)")
    }
  }

  @Test func mutatedHeadsNeverTrapAndDripsAgree() {
    var generator = SeededGenerator(seed: 41)
    for _ in 0..<3000 {
      let original = Self.heads.randomElement(using: &generator)?.text ?? ""
      let bytes = Mutation.mutate(Array(original.utf8), using: &generator)
      let step = Int.random(in: 1...40, using: &generator)
      #expect(Self.open(bytes, step: step) == Self.open(bytes))
    }
  }
}
