import NIOCore

/// What a receiver asks the sender to do.
///
/// Source: RFC 4585 §6 and RFC 5104 §4.3.1.
public struct Feedback: Sendable, Hashable {
  public enum Request: Sendable, Hashable {
    /// PLI: the decoder has lost the picture, an IDR would help.
    case pictureLoss
    /// FIR: an IDR is wanted; entries of other SSRCs are dropped by the reader of this value.
    case fullIntra(ssrcs: [UInt32])
    /// NACK: these packets did not arrive.
    case lostPackets(sequenceNumbers: [UInt16])
  }

  /// The receiver that asks.
  public var senderSSRC: UInt32
  /// The stream it is about; 0 in a FIR, whose entries name the streams.
  public var mediaSSRC: UInt32
  public var request: Request

  public init(senderSSRC: UInt32, mediaSSRC: UInt32, request: Request) {
    self.senderSSRC = senderSSRC
    self.mediaSSRC = mediaSSRC
    self.request = request
  }

  /// True if the receiver needs an IDR of stream `ssrc`.
  public func requestsKeyframe(of ssrc: UInt32) -> Bool {
    switch request {
    case .pictureLoss: mediaSSRC == ssrc
    case .fullIntra(let ssrcs): ssrcs.contains(ssrc)
    case .lostPackets: false
    }
  }

  private static let pictureLossFormat: UInt8 = 1
  private static let fullIntraFormat: UInt8 = 4
  private static let genericNACKFormat: UInt8 = 1

  /// Reads one feedback packet; nil for formats this program has no use for.
  static func read(
    header: RTCPHeader, body: inout ByteBuffer, position: Int
  ) throws(RTPError) -> Feedback? {
    let available = body.readableBytes
    guard let (sender, media) = body.readMultipleIntegers(as: (UInt32, UInt32).self) else {
      throw .truncated(position: position, needed: 8, available: available)
    }
    let request: Request
    switch (header.packetType, header.count) {
    case (RTCPHeader.PacketType.payloadFeedback, pictureLossFormat):
      request = .pictureLoss
    case (RTCPHeader.PacketType.payloadFeedback, fullIntraFormat):
      request = .fullIntra(ssrcs: readIntraEntries(from: &body))
    case (RTCPHeader.PacketType.transportFeedback, genericNACKFormat):
      request = .lostPackets(sequenceNumbers: readLostPackets(from: &body))
    default:
      return nil
    }
    return Feedback(senderSSRC: sender, mediaSSRC: media, request: request)
  }

  private static func readIntraEntries(from body: inout ByteBuffer) -> [UInt32] {
    var ssrcs: [UInt32] = []
    while let (ssrc, _) = body.readMultipleIntegers(as: (UInt32, UInt32).self) {
      ssrcs.append(ssrc)
    }
    return ssrcs
  }

  /// Each entry names one packet and, as a bit mask, any of the 16 that follow it.
  private static func readLostPackets(from body: inout ByteBuffer) -> [UInt16] {
    var lost: [UInt16] = []
    while let (first, mask) = body.readMultipleIntegers(as: (UInt16, UInt16).self) {
      lost.append(first)
      for bit in 0..<16 where mask & 1 << UInt16(bit) != 0 {
        lost.append(first &+ UInt16(bit) &+ 1)
      }
    }
    return lost
  }
}
