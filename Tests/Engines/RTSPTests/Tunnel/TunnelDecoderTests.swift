import NIOCore
import SDP
import TestSupport
import Testing

@testable import RTSP

@Suite struct TunnelDecoderTests {
  private static func decode(
    _ bytes: some Collection<UInt8>, step: Int = .max
  ) -> (bytes: [UInt8], error: TunnelError?) {
    var decoder = TunnelDecoder()
    var result: [UInt8] = []
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      var buffer = ByteBuffer(bytes: rest.prefix(step))
      rest = rest.dropFirst(step)
      do {
        if let decoded = try decoder.next(from: &buffer) {
          #expect(decoded.readableBytes > 0)
          result += Array(decoded.readableBytesView)
        }
        #expect(buffer.readableBytes == 0)
      } catch {
        return (result, error)
      }
    }
    return (result, nil)
  }

  private static func decode(_ text: String) -> (bytes: [UInt8], error: TunnelError?) {
    decode(text.utf8)
  }

  /// Three requests of lengths that need two, one and no padding characters.
  private static let requests = [
    "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", "OPTIONS * RTSP/1.0\r\nCSeq: 22\r\n\r\n",
    "OPTIONS * RTSP/1.0\r\nCSeq: 333\r\n\r\n",
  ]

  @Test func messagesEncodedOneByOneAreOneStream() {
    let text = Self.requests.map { Base64.encode($0.utf8) }.joined()
    #expect(text.contains("=") && !text.hasSuffix("==="))
    let (bytes, error) = Self.decode(text)
    #expect(error == nil)
    #expect(String(decoding: bytes, as: UTF8.self) == Self.requests.joined())
  }

  @Test func whiteSpaceMayBeAnywhere() {
    let text = Self.requests.map { Base64.encode($0.utf8) }.joined(separator: "\r\n")
    let spaced = Array(text.utf8).flatMap { (byte: UInt8) -> [UInt8] in [byte, 0x20, 0x09, 0x0A] }
    #expect(Self.decode(spaced).bytes == Array(Self.requests.joined().utf8))
  }

  @Test func everyByteSurvives() {
    let all = (0...255).map { UInt8($0) }
    for count in 253...256 {
      #expect(Self.decode(Base64.encode(all.prefix(count))).bytes == Array(all.prefix(count)))
    }
  }

  @Test func oneByteAtATimeGivesTheSame() {
    let text = Self.requests.map { Base64.encode($0.utf8) }.joined(separator: "\n")
    #expect(Self.decode(text.utf8, step: 1).bytes == Self.decode(text).bytes)
  }

  @Test func anIncompleteGroupWaits() {
    #expect(Self.decode("QUJ").bytes.isEmpty)
    #expect(Self.decode("QUJ").error == nil)
    #expect(Self.decode("QUJD").bytes == Array("ABC".utf8))
    #expect(Self.decode("QUI=").bytes == Array("AB".utf8))
    #expect(Self.decode("QQ=").bytes.isEmpty)
    #expect(Self.decode("QQ==").bytes == Array("A".utf8))
  }

  @Test func faultsHaveTheirPlace() {
    let cases: [(String, TunnelError)] = [
      ("QU%D", .base64Malformed(position: 2, found: 0x25)),
      ("QUJD\u{0}", .base64Malformed(position: 4, found: 0)),
      ("QUJD-", .base64Malformed(position: 4, found: 0x2D)),
      ("=", .paddingMisplaced(position: 0)),
      ("Q=", .paddingMisplaced(position: 1)),
      ("QQ=A", .paddingMisplaced(position: 3)),
      ("QUI==", .paddingMisplaced(position: 4)),
    ]
    for (text, error) in cases {
      #expect(Self.decode(text).error == error, "\(text)")
      #expect(Self.decode(text.utf8, step: 1).error == error, "\(text)")
    }
  }

  @Test func afterAFaultNothingIsDecoded() {
    var decoder = TunnelDecoder()
    var bad = ByteBuffer(string: "!")
    #expect(throws: TunnelError.base64Malformed(position: 0, found: 0x21)) {
      try decoder.next(from: &bad)
    }
    var good = ByteBuffer(string: "QUJD")
    #expect(throws: TunnelError.base64Malformed(position: 0, found: 0x21)) {
      try decoder.next(from: &good)
    }
  }

  @Test func mutatedStreamsNeverTrapAndDripsAgree() {
    var generator = SeededGenerator(seed: 42)
    let text = Array(Self.requests.map { Base64.encode($0.utf8) }.joined(separator: "\r\n").utf8)
    for _ in 0..<3000 {
      let bytes = Mutation.mutate(text, using: &generator)
      let (whole, dripped) = (Self.decode(bytes), Self.decode(bytes, step: 1))
      #expect(whole.error == dripped.error)
      // Whole groups before the fault are worth nothing once it is known.
      if whole.error == nil { #expect(whole.bytes == dripped.bytes) }
      #expect(dripped.bytes.count <= bytes.count * 3 / 4)
    }
  }
}
