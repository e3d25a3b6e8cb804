/// Why bytes from the network are not RTP or RTCP; positions count bytes from the start of the
/// datagram or interleaved frame.
public enum RTPError: Error, Sendable, Hashable {
  /// The packet ends before the part that starts at `position` does.
  case truncated(position: Int, needed: Int, available: Int)
  /// The first two bits are not 2, so this is some other protocol.
  case unsupportedVersion(position: Int, found: UInt8)
  /// The padding length in the last byte is zero or larger than the payload.
  case invalidPadding(position: Int, length: Int, available: Int)
  /// A field at `position` contradicts the length of the packet that holds it.
  case inconsistentLength(position: Int, declared: Int, available: Int)
  /// The datagram is larger than any well-behaved peer sends.
  case packetTooLong(limit: Int, actual: Int)
  /// A compound packet has more parts than the limit; the rest was not read.
  case tooManyPackets(limit: Int, position: Int)
}
