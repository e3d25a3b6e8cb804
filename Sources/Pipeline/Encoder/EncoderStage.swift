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
  private var renewedAt: MediaTime?
  private var encodedBeforeRenewal: UInt64 = 0
  private let language: SlateLanguage
  private var artist = SlateArtist()
  /// Since when viewers have not seen the camera; nil while they do.
  private var offlineSince: MediaTime?
  private var offlineJPEG: (identity: OfflinePicture.Identity, frame: JPEGFrame)?

  /// A picture older than this is given the present moment as presentation time: the camera is
  /// away, and a viewer's clock must go on.
  private static let staleAge: Duration = .seconds(1)
  /// Least distance between two presentation times.
  private static let leastStep: Duration = .milliseconds(1)

  /// - Parameter size: Picture size to be ready for before the first picture comes.
  init(
    settings: EncoderSettings, size: PictureSize, language: SlateLanguage,
    slot: FrameSlot, hub: StreamHub, thread: ThreadExecutor, telemetry: ComponentTelemetry
  ) {
    self.thread = thread
    self.language = language
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
      case .idle:
        offlineSince = nil
        renewCodec()
        telemetry.note(.waiting, "nobody watches")
      case .encode(let frame, let forceIDR, let isRepeat):
        guard let accessUnit = encode(frame, forceIDR: forceIDR, isRepeat: isRepeat) else {
          slot.reject(frame, wasForcedIDR: forceIDR)
          continue
        }
        slot.shown(frame)
        cameraIsBack()
        await hub.publish(accessUnit)
      case .encodeOffline(let picture, let forceIDR):
        cameraIsGone(picture.card)
        guard let accessUnit = encode(picture, forceIDR: forceIDR) else { continue }
        await hub.publish(accessUnit)
      case .refuse(let card):
        cameraIsGone(card)
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

  /// The next viewer's first picture has the whole buffer for itself: it must not be coarser because
  /// another viewer had one. Not more often than the buffer fills.
  private func renewCodec() {
    let now = clock.now()
    let hasEncoded = statistics.encoded > encodedBeforeRenewal
    let refill = Duration.seconds(settings.vbvBufferSeconds)
    guard hasEncoded, renewedAt.map({ $0.duration(to: now) >= refill }) ?? true else { return }
    encodedBeforeRenewal = statistics.encoded
    renewedAt = now
    do {
      try codec?.forgetWhatWasSent()
    } catch {
      warn("encoder cannot be opened", error)
    }
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
      note(
        picture, decoding: begin.duration(to: decoded),
        encoding: decoded.duration(to: clock.now()),
        cpuTime: MediaClock.threadCPUTime() - cpuBegin)
      if isRepeat { counters.withLock { $0.repeated &+= 1 } }
      return accessUnit(from: picture, at: time)
    } catch {
      skipped(because: error)
      return nil
    }
  }

  private func skipped(because failure: PictureCodec.Failure) {
    counters.withLock { counters in
      switch failure {
      case .badPicture: counters.corrupt &+= 1
      case .encoder: counters.failed &+= 1
      }
    }
    warn("picture skipped", failure)
  }

  private func note(
    _ picture: EncodedPicture, decoding: Duration, encoding: Duration, cpuTime: Duration
  ) {
    publishFormat()
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
    if offlineSince == nil { telemetry.note(.running) }
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
    return rising(isStale ? now : frame.presentationTime)
  }

  private func rising(_ wanted: MediaTime) -> MediaTime {
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

// MARK: Without the camera

extension EncoderStage {
  /// The offline picture as it is now, for somebody who wants a JPEG; nil if it cannot be made.
  ///
  /// Drawn and compressed once, however often it is asked for.
  func jpeg(of picture: OfflinePicture) -> JPEGFrame? {
    let slate = slate(of: picture)
    let identity = picture.identity(sinceUnixNanoseconds: slate.sinceUnixNanoseconds)
    if let offlineJPEG, offlineJPEG.identity == identity { return offlineJPEG.frame }
    do {
      try prepare(picture, slate)
      guard let frame = try codec?.jpegOfPlanes(at: clock.now()) else { return nil }
      offlineJPEG = (identity, frame)
      return frame
    } catch {
      warn("offline picture cannot be made", error)
      return nil
    }
  }

  /// The picture's card in words, by the wall clock as it is set now.
  private func slate(of picture: OfflinePicture) -> OfflineSlate {
    let now = clock.wallClockAnchor()
    let elapsed = now.mediaTime.duration(to: picture.card.since).wholeNanoseconds
    return OfflineSlate(
      picture.card.presence, sinceUnixNanoseconds: now.unixNanoseconds &+ elapsed,
      language: language)
  }

  private func prepare(
    _ picture: OfflinePicture, _ slate: OfflineSlate
  ) throws(PictureCodec.Failure) {
    if codec == nil { try open(for: picture.frame?.size ?? settings.size) }
    try codec?.prepare(picture, slate: slate, artist: &artist)
  }

  private func encode(_ picture: OfflinePicture, forceIDR: Bool) -> AccessUnit? {
    do {
      let begin = clock.now()
      let cpuBegin = MediaClock.threadCPUTime()
      try prepare(picture, slate(of: picture))
      let drawn = clock.now()
      let time = rising(begin)
      guard let encoded = try codec?.encode(at: time, forceIDR: forceIDR, isStill: true) else {
        return nil
      }
      note(
        encoded, decoding: begin.duration(to: drawn), encoding: drawn.duration(to: clock.now()),
        cpuTime: MediaClock.threadCPUTime() - cpuBegin)
      return accessUnit(from: encoded, at: time)
    } catch {
      if case .frozen(let frame) = picture.look { slot.reject(frame, wasForcedIDR: false) }
      skipped(because: error)
      return nil
    }
  }

  /// One line and one word on the status page, however long it lasts.
  private func cameraIsGone(_ card: OfflineCard) {
    guard offlineSince == nil else { return }
    offlineSince = clock.now()
    telemetry.note(.waiting, "the camera gives no picture")
    telemetry.logger.notice(
      "viewers do not see the camera",
      metadata: [
        LogKey.state: .string(card.presence.state.name),
        LogKey.reason: .string(card.presence.state.awayReason?.rawValue ?? "no picture"),
      ])
  }

  private func cameraIsBack() {
    guard let since = offlineSince.take() else { return }
    telemetry.note(.running)
    let took = since.duration(to: clock.now()).inSeconds
    telemetry.logger.notice(
      "viewers see the camera again",
      metadata: [LogKey.tookSeconds: "\((took * 10).rounded() / 10)"])
  }
}
