import Media

/// What a liveview connection has brought so far; every number only grows.
public struct LiveviewStatistics: Sendable, Hashable {
  /// Bytes taken from the stream, whatever they were.
  public var byteCount = 0
  /// Packets with a whole header, of any type.
  public var packetCount = 0
  /// Complete JPEGs handed out.
  public var imageCount = 0
  /// Image packets without one complete JPEG; left out.
  public var corruptImageCount = 0
  /// Why the newest of them was left out.
  public var lastCorruption: JPEGError?
  public var frameInformationCount = 0
  /// Packets of other types; left out.
  public var skippedPacketCount = 0
  /// Times the stream had to be searched for the next packet.
  public var resynchronisationCount = 0
  /// Bytes that belonged to no packet.
  public var garbageByteCount = 0
  /// Bytes inside image payloads after the EOI: rounding and leftovers of older pictures.
  public var staleByteCount = 0
  /// Headers that declared more than the limit; treated as garbage.
  public var oversizedPacketCount = 0
  /// Jumps in the sequence numbers. TCP loses nothing, so this means damage on the way.
  public var sequenceGapCount = 0
  /// Packets the jumps leave out.
  public var missingPacketCount = 0
  /// Sequence numbers that went back: the camera started anew within one connection.
  public var sequenceRestartCount = 0
  /// Times the picture had another size than the one before.
  public var sizeChangeCount = 0

  public init() {}
}
