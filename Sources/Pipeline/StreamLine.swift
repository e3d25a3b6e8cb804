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
  /// What other servers say about the streams they send by themselves; outputs see it, too.
  public var peerDescriptions: PeerDescriptions { handle.peerDescriptions }

  /// - Parameters:
  ///   - freshWithin: How long viewers wait for a camera that is there or wakes before they get
  ///     the offline picture.
  ///   - stalledAfter: How long viewers who saw the camera go without a picture before they get it,
  ///     though the camera is said to be there; a little more than the input takes to notice.
  ///   - expectedSize: Picture size to be ready for before the first picture came, so that
  ///     viewers can be told the format at once.
  public init(
    settings: EncoderSettings, offline: OfflineSettings = OfflineSettings(),
    freshWithin: Duration = .seconds(8), stalledAfter: Duration = .seconds(4),
    expectedSize: PictureSize = .alpha6000Liveview,
    board: StatusBoard, clock: MediaClock, logger: Logger
  ) {
    self.clock = clock
    let rules = OfflinePlan.Rules(
      mode: offline.mode, after: offline.after, freshWithin: freshWithin,
      stalledAfter: stalledAfter)
    slot = FrameSlot(clock: clock, preparedSize: expectedSize, rules: rules)
    let thread = ThreadExecutor(name: "encoder")
    hub = StreamHub(slot: slot, clock: clock, thread: thread)
    handle = StreamHandle(hub: hub, slot: slot, clock: clock)
    let telemetry = ComponentTelemetry(
      name: "encoder", board: board, clock: clock, logger: logger)
    encoder = EncoderStage(
      settings: settings, size: expectedSize, language: offline.language, slot: slot, hub: hub,
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

  /// The camera's newest JPEG if it passes for what the camera sees now; asks for nothing.
  public var freshPicture: JPEGFrame? {
    guard let frame = slot.newest, OfflinePlan.isRecent(frame.arrivalTime, at: clock.now()) else {
      return nil
    }
    return frame
  }

  /// One picture for somebody who does not want the stream.
  ///
  /// Waits for a fresh one as viewers do, and counts as demand meanwhile; nothing is encoded as
  /// video for it.
  public func snapshot() async -> SnapshotPicture {
    switch await slot.singlePicture() {
    case .fresh(let frame): return .camera(frame)
    case .refused: return .unavailable
    case .offline(let picture):
      if case .frozen(let frame) = picture.look { return .frozen(frame) }
      return await encoder.jpeg(of: picture).map(SnapshotPicture.slate) ?? .unavailable
    }
  }

  /// What viewers are shown, and why.
  public var viewing: ViewingStatus { slot.viewing }

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

/// The answer to somebody who asked for one picture.
public enum SnapshotPicture: Sendable {
  /// As the camera sees now, or a moment ago.
  case camera(JPEGFrame)
  /// The camera gives none; this is its last.
  case frozen(JPEGFrame)
  /// The camera gives none; this says so in words.
  case slate(JPEGFrame)
  /// The camera gives none and nothing is to take its place, or too many wait for one.
  case unavailable
}

/// Totals of the whole line since the start.
public struct LineStatistics: Sendable {
  public var slot: FrameSlot.Statistics
  public var encoder: EncoderCounters
  public var hub: StreamCounters
}
