import Logging
import Media
import Synchronization
import X264

/// Decodes the newest JPEG and encodes it as H.264, on a thread of its own, while somebody
/// watches.
///
/// A JPEG that cannot be decoded is counted and skipped; a new picture size opens a new encoder
/// and the stream goes on with an IDR.
actor EncoderStage {
  private let thread: ThreadExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  private let slot: FrameSlot
  private let hub: StreamHub
  private let clock: MediaClock
  private let telemetry: ComponentTelemetry
  private let counters = Mutex(EncoderCounters())

  private var settings: H264EncoderSettings
  private var codec: PictureCodec?
  private var serial: UInt64 = 0
  private var lastPresentationTime: MediaTime?
  private var lastWarning: String?

  /// A picture older than this is given the present moment as presentation time: the camera is
  /// away, and a viewer's clock must go on.
  private static let staleAge: Duration = .seconds(1)
  /// Least distance between two presentation times.
  private static let leastStep: Duration = .milliseconds(1)

  /// - Parameter size: Picture size to be ready for before the first picture comes.
  init(
    settings: EncoderSettings, size: PictureSize, slot: FrameSlot, hub: StreamHub,
    thread: ThreadExecutor, telemetry: ComponentTelemetry
  ) {
    self.thread = thread
    self.settings = H264EncoderSettings(
      size: size, profile: settings.profile, preset: settings.preset,
      bitrateKbps: settings.bitrateKbps, vbvBufferSeconds: settings.vbvBufferSeconds,
      keyframeInterval: settings.keyframeInterval)
    self.slot = slot
    self.hub = hub
    clock = telemetry.clock
    self.telemetry = telemetry
  }

  /// What the encoder did so far.
  nonisolated var statistics: EncoderCounters { counters.withLock { $0 } }

  /// Works until the task is cancelled.
  func run() async {
    prepare(for: settings.size)
    telemetry.note(.waiting, "nobody watches")
    // A continuation resumes on the task's preferred executor, otherwise on the shared pool: two
    // thread hops a picture.
    await withTaskExecutorPreference(thread) { await work() }
    telemetry.report(.stopped)
  }

  private func work() async {
    while let order = await slot.nextOrder() {
      switch order {
      case .prepare(let size): prepare(for: size)
      case .setBitrate(let kbps): setBitrate(kbps)
      case .idle: telemetry.note(.waiting, "nobody watches")
      case .encode(let frame, let forceIDR, let isRepeat):
        guard let accessUnit = encode(frame, forceIDR: forceIDR, isRepeat: isRepeat) else {
          slot.reject(frame, wasForcedIDR: forceIDR)
          continue
        }
        await hub.publish(accessUnit)
      }
    }
  }

  private func prepare(for size: PictureSize) {
    do {
      try open(for: size)
    } catch {
      warn("encoder cannot be opened", error)
    }
  }

  /// Makes sure there is a codec for pictures of this size, and tells the hub its format.
  private func open(for size: PictureSize) throws(PictureCodec.Failure) {
    settings.size = size
    if codec == nil {
      codec = try PictureCodec(settings: settings)
    } else {
      try codec?.resize(to: size)
    }
    publishFormat()
  }

  private func publishFormat() {
    guard let format = codec?.format, format != hub.videoFormat else { return }
    hub.setFormat(format)
    telemetry.logger.notice(
      "video format set",
      metadata: [
        LogKey.size: .stringConvertible(format.size),
        LogKey.bitrate: .stringConvertible(format.bitrateKbps),
      ])
  }

  private func setBitrate(_ kbps: Int) {
    settings.bitrateKbps = kbps
    do {
      try codec?.setBitrate(kbps: kbps)
      publishFormat()
    } catch {
      warn("bit rate cannot be changed", error)
    }
  }

  private func encode(_ frame: JPEGFrame, forceIDR: Bool, isRepeat: Bool) -> AccessUnit? {
    do {
      let begin = clock.now()
      let cpuBegin = MediaClock.threadCPUTime()
      if codec == nil { try open(for: frame.size) }
      try codec?.decode(frame)
      let decoded = clock.now()
      let time = presentationTime(of: frame, now: begin)
      guard let picture = try codec?.encode(at: time, forceIDR: forceIDR) else { return nil }
      let cpuTime = MediaClock.threadCPUTime() - cpuBegin
      let end = clock.now()
      publishFormat()
      note(
        picture, decoding: begin.duration(to: decoded), encoding: decoded.duration(to: end),
        cpuTime: cpuTime)
      if isRepeat { counters.withLock { $0.repeated &+= 1 } }
      return accessUnit(from: picture, at: time)
    } catch {
      switch error {
      case .badPicture: counters.withLock { $0.corrupt &+= 1 }
      case .encoder: counters.withLock { $0.failed &+= 1 }
      }
      warn("picture skipped", error)
      return nil
    }
  }

  private func note(
    _ picture: EncodedPicture, decoding: Duration, encoding: Duration, cpuTime: Duration
  ) {
    if picture.isIDR { slot.idrMade() }
    lastWarning = nil
    let now = clock.now()
    counters.withLock { counters in
      counters.encoded &+= 1
      counters.decodeTime += decoding
      counters.encodeTime += encoding
      counters.cpuTime += cpuTime
      counters.lastEncodedAt = now
    }
    telemetry.note(.running)
  }

  private func accessUnit(from picture: EncodedPicture, at time: MediaTime) -> AccessUnit? {
    guard let format = codec?.format else { return nil }
    lastPresentationTime = time
    serial &+= 1
    return AccessUnit(
      serial: serial, nalUnits: picture.nalUnits, presentationTime: time, isIDR: picture.isIDR,
      format: format)
  }

  /// The picture's own time, kept strictly increasing.
  private func presentationTime(of frame: JPEGFrame, now: MediaTime) -> MediaTime {
    let isStale = frame.presentationTime.duration(to: now) > Self.staleAge
    let wanted = isStale ? now : frame.presentationTime
    guard let last = lastPresentationTime else { return wanted }
    return max(wanted, last.advanced(by: Self.leastStep))
  }

  /// One line for a fault, however many pictures it hits; the counters tell how many.
  private func warn(_ message: Logger.Message, _ failure: PictureCodec.Failure) {
    let text = "\(failure)"
    telemetry.report(error: text)
    guard lastWarning != text else { return }
    lastWarning = text
    telemetry.logger.warning(message, metadata: [LogKey.error: .string(text)])
  }
}
