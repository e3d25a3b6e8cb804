import Media
import NIOCore
import RTP
import TestSupport

@testable import RTSP

/// One client's conversation with a server connection; the stream and the sockets behind it
/// always answer at once, unless told to hold back.
struct Dialogue {
  static let description = ByteBuffer(string: "v=0\r\nm=video 0 RTP/AVP 96\r\n")

  var connection: RTSPServerConnection
  var desk: LoginDesk
  /// The client's.
  var address = NetworkAddress(parsing: "192.0.2.77")
  var now = MediaTime(nanoseconds: 1_000_000_000_000)
  /// Every order so far, in order.
  var orders: [RTSPServerOrder] = []
  /// False: `.describe`, `.openTransport` and `.startPlaying` stay unanswered.
  var answersOrders = true
  private var answeredOrders = 0
  private var announcements = 0
  private var readOrders = 0

  init(
    path: String = "/live/stream", authentication: RTSPAuthentication = .none,
    limits: RTSPLimits = RTSPLimits(), allowsUDP: Bool = true, multicast: MulticastGroup? = nil,
    admission: RTSPServerConnection.Admission = .admitted
  ) {
    let configuration = RTSPServerConfiguration(
      presentation: RTSPPresentation(path: path), authentication: authentication, limits: limits,
      allowsUDP: allowsUDP, multicast: multicast, serverName: "test")
    var generator = SeededGenerator(seed: 11)
    desk = LoginDesk(configuration: configuration, generator: &generator)
    connection = RTSPServerConnection(
      configuration: configuration, localAuthority: "192.0.2.1:8554",
      generator: SeededGenerator(seed: 7), admission: admission, acceptedAt: now)
  }

  /// Sends text with `\n` line ends turned into CRLF and returns the answers it brought.
  @discardableResult
  mutating func send(_ text: String) -> [Answer] {
    send(
      bytes: ByteBuffer(
        string: text.split(separator: "\n", omittingEmptySubsequences: false).joined(
          separator: "\r\n")))
  }

  @discardableResult
  mutating func send(bytes: ByteBuffer) -> [Answer] {
    note(connection.received(bytes, at: now))
  }

  /// One request with `CSeq: 1` in front of the given headers.
  mutating func request(_ line: String, _ headers: String...) -> Answer {
    let answers = send(
      ([line + " RTSP/1.0", "CSeq: 1"] + headers).joined(separator: "\n") + "\n\n")
    return answers.last ?? Answer(text: "")
  }

  /// Lets time pass and the deadline fire if it is due.
  @discardableResult
  mutating func wait(_ duration: Duration) -> [Answer] {
    now = now.advanced(by: duration)
    guard let deadline = connection.nextDeadline, deadline <= now else { return [] }
    return note(connection.deadlineReached(at: now))
  }

  /// Carries out orders and returns the answers sent since the last call.
  mutating func note(_ new: [RTSPServerOrder]) -> [Answer] {
    orders += new
    while answersOrders, answeredOrders < orders.count {
      let order = orders[answeredOrders]
      answeredOrders += 1
      switch order {
      case .authenticate(let attempt):
        if let verdict = judge(attempt) {
          orders += connection.authenticated(verdict, at: now)
        }
      case .describe: orders += connection.described(with: Self.description, at: now)
      case .openTransport(.udp):
        orders += connection.transportReady(
          ssrc: 0xABCDEF, serverPorts: PortPair(rtp: 6000, rtcp: 6001), at: now)
      case .openTransport(.interleaved), .openTransport(.multicast):
        orders += connection.transportReady(ssrc: 0xABCDEF, serverPorts: nil, at: now)
      case .startPlaying, .announceNextPacket:
        announcements += 1
        let announcement = RTPSender.Announcement(
          sequenceNumber: 65535, rtpTimestamp: 4_000_000_000)
        orders += connection.playbackReady(announcement, at: now)
      case .send, .pausePlaying, .stopSession, .receivedRTCP, .close: break
      }
    }
    defer { readOrders = orders.count }
    return orders[readOrders...].compactMap { order in
      if case .send(let bytes) = order { Answer(text: String(buffer: bytes)) } else { nil }
    }
  }

  /// Nil if the login has to wait for its turn.
  mutating func judge(_ attempt: RTSPLoginAttempt) -> RTSPLoginVerdict? {
    switch desk.judge(attempt, from: address, at: now) {
    case .verdict(let verdict): verdict
    case .later: nil
    case .check(let check): desk.finished(check, isRight: check.evaluate(), at: now)
    }
  }

  var isClosed: Bool { orders.contains(.close) }

  /// Sets up and plays over TCP; returns the session id.
  mutating func play(_ transport: String = "RTP/AVP/TCP;unicast;interleaved=0-1") -> String {
    let id = setUp(transport)
    _ = request("PLAY rtsp://h/live/stream/", "Session: \(id)")
    return id
  }

  mutating func setUp(_ transport: String = "RTP/AVP/TCP;unicast;interleaved=0-1") -> String {
    let answer = request("SETUP rtsp://h/live/stream/trackID=0", "Transport: \(transport)")
    return String((answer["Session"] ?? "").prefix { $0 != ";" })
  }
}

/// One answer, cut into the parts tests look at.
struct Answer: CustomStringConvertible {
  var text: String

  var description: String { text }
  var code: Int { Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0 }
  var body: String { text.components(after: "\r\n\r\n") }

  subscript(name: String) -> String? {
    text.split(separator: "\r\n").first { $0.hasPrefix(name + ": ") }.map {
      String($0.dropFirst(name.count + 2))
    }
  }
}

extension String {
  fileprivate func components(after separator: String) -> String {
    guard let range = firstRange(of: separator) else { return "" }
    return String(self[range.upperBound...])
  }
}
