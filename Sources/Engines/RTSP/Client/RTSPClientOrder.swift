import NIOCore

/// What the owner of an `RTSPClientSession` has to do, in this order.
public enum RTSPClientOrder: Sendable, Hashable {
  case send(ByteBuffer)
  /// A step is done; for the time it took.
  case reached(RTSPClientStep)
  /// The picture that was asked for.
  case deliver(IDRPicture)
  /// Nothing more to say; close the connection.
  case close
}

/// The way to a picture; each step is done when its answer or its first bytes have come.
public enum RTSPClientStep: String, Sendable, Hashable, CaseIterable {
  case options
  case describe
  case setup
  case play
  case firstPacket
  case picture
  case teardown
}

/// What has come in so far, for messages about a picture that did not.
public struct RTSPClientProgress: Sendable, Hashable {
  /// RTP packets of the video.
  public var packetCount = 0
  /// Whole access units, the ones before the first IDR among them.
  public var accessUnitCount = 0
  /// Access units that were not whole.
  public var lostCount = 0
  /// Whole IDRs without SPS and PPS, in band or described.
  public var undecodableCount = 0

  public init() {}
}
