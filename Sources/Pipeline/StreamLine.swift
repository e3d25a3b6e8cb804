import Logging
import Media

/// The fixed line from pictures to subscribers: slot → encoder → hub.
///
/// Inputs are given its `sink`, outputs its `handle`; `run()` keeps it working.
public final class StreamLine: Sendable {
  private let slot: FrameSlot
  private let hub: StreamHub
  private let encoder: EncoderStage
  private let clock: MediaClock

  /// Where inputs put their pictures.
  public var sink: FrameSink { FrameSink(slot: slot) }
  /// What outputs see.
  public let handle: StreamHandle

  /// - Parameter expectedSize: Picture size to be ready for before the first picture came, so
  ///   that viewers can be told the format at once.
  public init(
    settings: EncoderSettings, expectedSize: PictureSize = .alpha6000Liveview,
    board: StatusBoard, clock: MediaClock, logger: Logger
  ) {
    self.clock = clock
    slot = FrameSlot(clock: clock, preparedSize: expectedSize)
    let thread = ThreadExecutor(name: "encoder")
    hub = StreamHub(slot: slot, clock: clock, thread: thread)
    handle = StreamHandle(hub: hub, slot: slot, clock: clock)
    let telemetry = ComponentTelemetry(
      name: "encoder", board: board, clock: clock, logger: logger)
    encoder = EncoderStage(
      settings: settings, size: expectedSize, slot: slot, hub: hub,
      thread: thread, telemetry: telemetry)
    let (slot, hub, encoder) = (slot, hub, encoder)
    telemetry.setDetails {
      Self.status(
        encoder: encoder.statistics, slot: slot.statistics, hub: hub.statistics,
        format: hub.videoFormat)
    }
  }

  /// Encodes for whoever watches until the task is cancelled, then ends every subscription.
  public func run() async {
    await encoder.run()
    await hub.finish()
  }

  /// The camera's newest JPEG, stale tail cut off, and its age; nil until the first one came.
  public func newestPicture() -> (frame: JPEGFrame, age: Duration)? {
    guard let frame = slot.newest else { return nil }
    return (frame, frame.arrivalTime.duration(to: clock.now()))
  }

  /// Totals for metrics.
  public var statistics: LineStatistics {
    LineStatistics(slot: slot.statistics, encoder: encoder.statistics, hub: hub.statistics)
  }

  /// Changes the average bit rate from the next picture on.
  public func setBitrate(kbps: Int) { slot.setBitrate(kbps: kbps) }

  private static func status(
    encoder: EncoderCounters, slot: FrameSlot.Statistics, hub: StreamCounters,
    format: VideoFormat?
  ) -> StatusValue {
    let pictures = Double(max(1, encoder.encoded))
    return .object([
      "size": .text(format.map { "\($0.size)" }),
      "profileLevelID": .text(format?.parameterSets.profileLevelID),
      "bitrateKbps": .int(format?.bitrateKbps ?? 0),
      "picturesReceived": .int(slot.received),
      "picturesReplaced": .int(slot.replaced),
      "keyframeRequests": .int(slot.keyframeRequests),
      "picturesEncoded": .int(encoder.encoded),
      "picturesRepeated": .int(encoder.repeated),
      "picturesCorrupt": .int(encoder.corrupt),
      "picturesFailed": .int(encoder.failed),
      "meanDecodeMilliseconds": .rounded(encoder.decodeTime.inMilliseconds / pictures),
      "meanEncodeMilliseconds": .rounded(encoder.encodeTime.inMilliseconds / pictures),
      "codecCPUSeconds": .rounded(encoder.cpuTime.inSeconds),
      "accessUnits": .int(hub.accessUnits),
      "idrs": .int(hub.idrs),
      "bytes": .int(hub.bytes),
      "subscribers": .int(hub.subscriberCount),
    ])
  }
}

/// Totals of the whole line since the start.
public struct LineStatistics: Sendable {
  public var slot: FrameSlot.Statistics
  public var encoder: EncoderCounters
  public var hub: StreamCounters
}
