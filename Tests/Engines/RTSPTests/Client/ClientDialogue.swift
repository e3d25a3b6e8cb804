import Media
import NIOCore
import RTP

@testable import RTSP

/// A client session's conversation with a server that is written down.
struct ClientDialogue {
  var session: RTSPClientSession
  private var parser = RTSPResponseParser()
  private var inbox = ByteBuffer()
  /// Every order so far, in order.
  private(set) var orders: [RTSPClientOrder] = []

  init(url: String = "rtsp://192.0.2.1/cam", login: RTSPLogin? = nil) {
    session = RTSPClientSession(
      url: url, login: login, userAgent: "test", clientNonce: "0a4f113b")
    orders = session.connected()
  }

  /// The server sends text with `\n` line ends turned into CRLF, and a body of the length it has.
  @discardableResult
  mutating func receive(_ head: String, body: String = "") throws -> [RTSPClientOrder] {
    var text = head.split(separator: "\n").joined(separator: "\r\n") + "\r\n"
    if !body.isEmpty { text += "Content-Length: \(body.utf8.count)\r\n" }
    return try receive(bytes: ByteBuffer(string: text + "\r\n" + body))
  }

  @discardableResult
  mutating func receive(bytes: ByteBuffer) throws -> [RTSPClientOrder] {
    let before = orders.count
    inbox.writeImmutableBuffer(bytes)
    while let message = try parser.next(from: &inbox) {
      orders += try session.received(message)
    }
    return Array(orders[before...])
  }

  /// The requests sent so far.
  var requests: [String] {
    orders.compactMap { order in
      if case .send(let bytes) = order { String(buffer: bytes) } else { nil }
    }
  }

  var lastRequest: String { requests.last ?? "" }

  /// First line of each request, without the version.
  var requestLines: [String] {
    requests.map { String($0.prefix { $0 != "\r\n" }.dropLast(" RTSP/1.0".count)) }
  }

  var steps: [RTSPClientStep] {
    orders.compactMap { order in
      if case .reached(let step) = order { step } else { nil }
    }
  }

  var picture: IDRPicture? {
    for case .deliver(let picture) in orders { return picture }
    return nil
  }

  /// Answers OPTIONS, DESCRIBE, SETUP and PLAY the plain way.
  mutating func play(description: String = SampleServer.description) throws {
    try receive("RTSP/1.0 200 OK\nCSeq: 1")
    try receive("RTSP/1.0 200 OK\nCSeq: 2\nContent-Type: application/sdp", body: description)
    try receive("RTSP/1.0 200 OK\nCSeq: 3\nSession: 7\n\(SampleServer.transport)")
    try receive("RTSP/1.0 200 OK\nCSeq: 4\nSession: 7")
  }
}

/// What a plain server says and sends.
enum SampleServer {
  static let transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
  /// SPS 67 42 c0 1e, PPS 68 ce 3c 80.
  static let description = """
    v=0
    o=- 0 0 IN IP4 127.0.0.1
    s=-
    t=0 0
    m=video 0 RTP/AVP 96
    a=rtpmap:96 H264/90000
    a=fmtp:96 packetization-mode=1; sprop-parameter-sets=Z0LAHg==,aM48gA==
    a=control:trackID=0
    """

  /// One interleaved frame with one RTP packet.
  static func frame(
    _ payload: [UInt8], channel: UInt8 = 0, payloadType: UInt8 = 96, sequenceNumber: UInt16 = 1,
    timestamp: UInt32 = 0, marker: Bool = true
  ) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.writeBytes([UInt8(ascii: "$"), channel])
    buffer.writeInteger(UInt16(RTPHeader.size + payload.count))
    RTPHeader(
      marker: marker, payloadType: payloadType, sequenceNumber: sequenceNumber,
      rtpTimestamp: timestamp, ssrc: 1
    ).write(into: &buffer)
    buffer.writeBytes(payload)
    return buffer
  }

  static func unit(_ bytes: [UInt8]) -> NALUnit { NALUnit(bytes: ByteBuffer(bytes: bytes)) }
  static let sps = unit([0x67, 0x42, 0xC0, 0x1E])
  static let pps = unit([0x68, 0xCE, 0x3C, 0x80])
}
