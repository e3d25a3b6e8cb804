import Glibc
import Logging
import Media
import NIOCore
import NIOHTTP1
import TurboJPEG

/// The liveview stream: its one client and what continues from picture to picture.
struct LiveviewStream {
  /// The connection that gets the pictures; the camera serves one only.
  var client: ObjectIdentifier?
  /// A picture is due at some time.
  var isRunning = false
  /// Nothing is sent though everything seems well.
  var isStalled = false
  /// The same for the present client only: its packet was left unfinished.
  var isHanging = false
  /// Since when the client has not been reading.
  var blockedSince: NIODeadline?
  var nextPicture = NIODeadline.distantPast
  /// Of the next packet.
  var sequenceNumber: UInt16 = 1
  /// Counts what the sensor saw, whether it was sent or not.
  var frameNumber: UInt32 = 0
  var memory = CaptureMemory()
  var pacing: FramePacing
  var faults: [LiveviewFault] = []
  var random: RandomSequence

  init(configuration: SimulatedCameraConfiguration) {
    pacing = FramePacing(
      framesPerSecond: configuration.framesPerSecond, jitter: configuration.jitter,
      seed: configuration.seed)
    random = RandomSequence(seed: ~configuration.seed)
  }

  /// The stream after the camera was away: the camera's own counters begin again, but not the
  /// number in the picture, by which a test tells new pictures from old ones.
  init(configuration: SimulatedCameraConfiguration, continuing earlier: LiveviewStream) {
    self.init(configuration: configuration)
    frameNumber = earlier.frameNumber
    pacing = earlier.pacing
  }
}

extension SimulatedCamera {
  // MARK: - The client

  /// Makes this connection the one that gets pictures; an earlier one is closed.
  func openLiveview(_ request: HTTPRequest, on id: ObjectIdentifier) {
    guard request.method == .GET else {
      return answer(.refusal(.methodNotAllowed), to: request, on: id)
    }
    guard body.isLiveviewActive else { return refuseLiveview(request, on: id) }
    after(CallDelay.liveviewRequest * configuration.delayScale) { camera in
      guard let channel = camera.connections[id]?.channel else { return }
      if let earlier = camera.liveview.client {
        camera.liveview.client = nil
        camera.close(earlier)
      }
      camera.liveview.client = id
      camera.liveview.blockedSince = nil
      camera.liveview.isHanging = false
      if camera.configuration.restartsSequence { camera.liveview.sequenceNumber = 1 }
      camera.counters.liveviewConnections += 1
      camera.logger.debug("liveview opened", metadata: ["client": "\(camera.peer(of: id))"])
      var head = HTTPAnswer(status: .ok, headers: [("Content-Type", "image/jpeg")])
      if camera.configuration.liveviewFraming == .chunked {
        head.headers.append(("Transfer-Encoding", "chunked"))
      }
      channel.writeAndFlush(head.head(), promise: nil)
      camera.runLiveview()
      camera.statusChanged()
    }
  }

  private func refuseLiveview(_ request: HTTPRequest, on id: ObjectIdentifier) {
    switch configuration.liveviewRefusal {
    case .forbidden: answer(.refusal(.forbidden), to: request, on: id)
    case .unavailable: answer(.refusal(.serviceUnavailable), to: request, on: id)
    case .close: close(id)
    }
  }

  private func peer(of id: ObjectIdentifier) -> String {
    connections[id]?.channel.remoteAddress?.description ?? ""
  }

  func liveviewClientGone() {
    liveview.client = nil
    logger.debug("liveview closed")
  }

  /// Brings the open stream in step with the camera's mode.
  func liveviewModeChanged() {
    guard let id = liveview.client else { return }
    if body.isLiveviewActive {
      runLiveview()
    } else if configuration.liveviewAfterStop == .endsResponse || !body.isRecMode {
      endLiveview(id)
    }
  }

  /// Ends the response as HTTP wants it; a chunked one leaves the connection open.
  private func endLiveview(_ id: ObjectIdentifier) {
    liveview.client = nil
    guard configuration.liveviewFraming == .chunked else { return close(id) }
    connections[id]?.channel.writeAndFlush(ByteBuffer(string: "0\r\n\r\n"), promise: nil)
    requestDone(closing: false, on: id)
  }

  // MARK: - Pictures

  /// Starts the rhythm of pictures, if there is anybody to send them to.
  private func runLiveview() {
    guard !liveview.isRunning else { return }
    liveview.isRunning = true
    liveview.nextPicture = .now()
    after(.zero) { $0.pictureDue() }
  }

  private func pictureDue() {
    guard let id = liveview.client, let channel = connections[id]?.channel, body.isLiveviewActive
    else {
      liveview.isRunning = false
      return
    }
    scheduleNextPicture()
    liveview.frameNumber &+= 1
    guard !liveview.isStalled, !liveview.isHanging, body.status == .idle else { return }
    if channel.isWritable {
      liveview.blockedSince = nil
      sendPicture(to: id, channel)
    } else {
      // The send blocks: this picture is never made, the next one will be fresh.
      counters.framesSkipped += 1
      closeIfBlockedTooLong(id)
    }
    statusChanged()
  }

  /// The rhythm keeps its mean if one step came late, but never makes up for whole lost ones.
  private func scheduleNextPicture() {
    let now = NIODeadline.now()
    let gap = TimeAmount(liveview.pacing.nextGap())
    let due = liveview.nextPicture + gap
    liveview.nextPicture = due > now ? due : now + gap
    after(.nanoseconds((liveview.nextPicture - now).nanoseconds)) { $0.pictureDue() }
  }

  private func closeIfBlockedTooLong(_ id: ObjectIdentifier) {
    let now = NIODeadline.now()
    let since = liveview.blockedSince ?? now
    liveview.blockedSince = since
    if now - since >= TimeAmount(configuration.blockedSendLimit) {
      liveview.client = nil
      logger.debug("liveview client reads nothing, closed")
      if let channel = connections[id]?.channel { reset(channel) }
    }
  }

  private func sendPicture(to id: ObjectIdentifier, _ channel: any Channel) {
    // The clock is read when the picture is taken, not when it is ready.
    let timestamp =
      configuration.initialTimestamp &+ UInt32(truncatingIfNeeded: uptimeMilliseconds)
    guard let drawn = drawPicture() else { return }
    let fault = liveview.faults.isEmpty ? nil : liveview.faults.removeFirst()
    if fault == .sequenceGap { liveview.sequenceNumber &+= 100 }
    if body.wantsFrameInformation {
      let information = LiveviewPacket.frameInformation(
        frameNumber: liveview.frameNumber, sequenceNumber: liveview.sequenceNumber,
        timestamp: timestamp)
      liveview.sequenceNumber &+= 1
      write(information.encoded(), to: channel)
    }
    var packet = LiveviewPacket.image(
      liveview.memory.payload(for: fault?.spoil(drawn) ?? drawn), size: pictureSize,
      announcesSize: configuration.announcesPictureSize,
      sequenceNumber: liveview.sequenceNumber, timestamp: timestamp)
    liveview.sequenceNumber &+= 1
    fault?.spoil(&packet)
    let bytes = packet.encoded()
    counters.framesSent += 1
    guard let fault else { return write(bytes, to: channel) }
    write(fault.spoil(encoded: bytes, using: &liveview.random), to: channel, fault: fault)
    suffer(fault.consequence, id, channel)
  }

  private func suffer(
    _ consequence: LiveviewFault.Consequence, _ id: ObjectIdentifier, _ channel: any Channel
  ) {
    switch consequence {
    case .goOn: break
    case .hang: liveview.isHanging = true
    case .end: endLiveview(id)
    case .close:
      liveview.client = nil
      close(id)
    case .reset:
      liveview.client = nil
      reset(channel)
    }
  }

  /// Writes a packet, as a chunk if the body is chunked.
  ///
  /// The line with the chunk's size goes out by itself, as the real camera mostly does it.
  private func write(_ packet: ByteBuffer, to channel: any Channel, fault: LiveviewFault? = nil) {
    guard configuration.liveviewFraming == .chunked else {
      return channel.writeAndFlush(packet, promise: nil)
    }
    var size = String(packet.readableBytes, radix: 16)
    switch fault {
    case .badChunkLine: size = "nonsense"
    // More is promised than comes.
    case .closeInsidePacket, .resetInsidePacket, .hangInsidePacket: size += "0"
    default: break
    }
    channel.writeAndFlush(ByteBuffer(string: size + "\r\n"), promise: nil)
    var chunk = packet
    chunk.writeString("\r\n")
    channel.writeAndFlush(chunk, promise: nil)
  }

  // MARK: - What the sensor sees

  /// The present picture as a JPEG, nil if it cannot be made.
  func drawPicture() -> ByteBuffer? {
    do throws(TurboJPEGError) {
      if pictures?.picture.size != pictureSize {
        pictures = try PictureSource(
          size: pictureSize, title: "\(configuration.friendlyName) (simulated)",
          quality: configuration.jpegQuality)
      }
      return try pictures?.jpeg(frameNumber: liveview.frameNumber, clock: Self.timeOfDay())
    } catch {
      logger.error("picture not made", metadata: ["error": "\(error)"])
      return nil
    }
  }

  /// Size of the pictures now: the large class is 1024 wide.
  var pictureSize: PictureSize {
    guard case .liveview(.large) = body.mode else { return shownSize }
    return SimulatedPicture.large(shownSize)
  }

  /// Local time as `hh:mm:ss.mmm`.
  private static func timeOfDay() -> String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var parts = tm()
    localtime_r(&now.tv_sec, &parts)
    let milliseconds = String(now.tv_nsec / 1_000_000)
    let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { twoDigits(Int($0)) }
    return clock.joined(separator: ":") + "."
      + String(repeating: "0", count: 3 - milliseconds.count) + milliseconds
  }

  static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
