import Glibc
import Logging
import Media
import NIOCore
import NIOHTTP1
import TurboJPEG

/// The pictures of the liveview stream.
extension SimulatedCamera {
  // MARK: - Pictures

  /// Starts the rhythm of pictures, if there is anybody to send them to.
  func runLiveview() {
    guard !liveview.isRunning else { return }
    liveview.isRunning = true
    liveview.nextPicture = .now()
    scheduleStep(in: .zero)
  }

  /// Begins the rhythm anew, for a change that must not wait for the next picture.
  func restartRhythm() {
    guard liveview.isRunning else { return }
    liveview.isRunning = false
    liveview.rhythm += 1
    runLiveview()
  }

  private func scheduleStep(in delay: Duration) {
    let rhythm = liveview.rhythm
    after(delay) { camera in
      guard camera.liveview.rhythm == rhythm else { return }
      camera.pictureDue()
    }
  }

  private func pictureDue() {
    guard let id = liveview.client, let channel = connections[id]?.channel, body.isLiveviewActive
    else {
      liveview.isRunning = false
      return
    }
    if case .trickle(let bytesPerSecond) = liveview.content {
      trickle(to: channel)
      return scheduleStep(in: .seconds(1 / bytesPerSecond))
    }
    scheduleNextPicture()
    liveview.frameNumber &+= 1
    guard liveview.wedge == nil, !liveview.isHanging, body.takesPictures,
      NIODeadline.now() >= liveview.focusingUntil
    else { return }
    if channel.isWritable {
      liveview.blockedSince = nil
      finishTrickle(to: channel)
      send(liveview.content, to: id, channel)
    } else {
      // The send blocks: this picture is never made, the next one will be fresh.
      counters.framesSkipped += 1
      closeIfBlockedTooLong(id)
    }
    statusChanged()
  }

  private func send(_ content: StreamContent, to id: ObjectIdentifier, _ channel: any Channel) {
    switch content {
    case .pictures: sendPicture(to: id, channel)
    case .nothing, .trickle: break
    case .garbage:
      var garbage = ByteBuffer()
      for _ in 0..<512 { garbage.writeInteger(liveview.random.next()) }
      write(garbage, to: channel)
    case .packetsWithoutPictures: sendFrameInformation(to: channel)
    }
  }

  /// The rhythm keeps its mean if one step came late, but never makes up for whole lost ones.
  private func scheduleNextPicture() {
    let now = NIODeadline.now()
    let gap = TimeAmount(liveview.pacing.nextGap())
    let due = liveview.nextPicture + gap
    liveview.nextPicture = due > now ? due : now + gap
    scheduleStep(in: .nanoseconds((liveview.nextPicture - now).nanoseconds))
  }

  private func closeIfBlockedTooLong(_ id: ObjectIdentifier) {
    let now = NIODeadline.now()
    let since = liveview.blockedSince ?? now
    liveview.blockedSince = since
    if now - since >= TimeAmount(present.blockedSendLimit) {
      liveview.client = nil
      logger.debug("liveview client reads nothing, closed")
      if let channel = connections[id]?.channel { reset(channel) }
    }
  }

  /// The clock of the stream now.
  private var timestamp: UInt32 {
    present.initialTimestamp &+ UInt32(truncatingIfNeeded: uptimeMilliseconds)
      &- liveview.clockOffset
  }

  private func sendPicture(to id: ObjectIdentifier, _ channel: any Channel) {
    let fault = liveview.faults.isEmpty ? nil : liveview.faults.removeFirst()
    begin(fault)
    if body.wantsFrameInformation { sendFrameInformation(to: channel) }
    guard let (packet, bytes) = makePicture(fault) else { return }
    counters.framesSent += 1
    write(bytes, to: channel, fault: fault)
    if fault != nil {
      logger.debug("packet spoilt", metadata: ["sequence": "\(packet.sequenceNumber)"])
    }
    suffer(fault?.consequence ?? .goOn, id, channel)
  }

  /// What a fault changes before its picture is taken.
  private func begin(_ fault: LiveviewFault?) {
    switch fault {
    case .sequenceGap: liveview.sequenceNumber &+= 100
    case .sequenceRestart: liveview.sequenceNumber = 1
    case .clockRestart: liveview.clockOffset &+= timestamp
    default: break
    }
  }

  private func makePicture(_ fault: LiveviewFault?) -> (LiveviewPacket, ByteBuffer)? {
    // The clock is read when the picture is taken, not when it is ready.
    let timestamp = timestamp
    guard let drawn = drawPicture() else { return nil }
    var packet = LiveviewPacket.image(
      liveview.memory.payload(for: fault?.spoil(drawn) ?? drawn), size: pictureSize,
      announcesSize: present.announcesPictureSize,
      sequenceNumber: liveview.sequenceNumber, timestamp: timestamp)
    liveview.sequenceNumber &+= 1
    fault?.spoil(&packet)
    let bytes = packet.encoded()
    return (packet, fault?.spoil(encoded: bytes, using: &liveview.random) ?? bytes)
  }

  private func sendFrameInformation(to channel: any Channel) {
    let information = LiveviewPacket.frameInformation(
      frameNumber: liveview.frameNumber, sequenceNumber: liveview.sequenceNumber,
      timestamp: timestamp)
    liveview.sequenceNumber &+= 1
    write(information.encoded(), to: channel)
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
    for piece in chunk(packet, fault: fault) { channel.writeAndFlush(piece, promise: nil) }
  }

  private func chunk(_ packet: ByteBuffer, fault: LiveviewFault? = nil) -> [ByteBuffer] {
    guard present.liveviewFraming == .chunked else { return [packet] }
    var size = String(packet.readableBytes, radix: 16)
    var chunk = packet
    switch fault {
    case .badChunkLine: size = "nonsense"
    // More is promised than comes.
    case .closeInsidePacket, .resetInsidePacket, .hangInsidePacket: size += "0"
    default: break
    }
    // Where the empty line should be, the size of the next chunk comes.
    chunk.writeString(fault == .missingChunkEnd ? "1000\r\n" : "\r\n")
    return [ByteBuffer(string: size + "\r\n"), chunk]
  }

  // MARK: - One byte at a time

  private func trickle(to channel: any Channel) {
    guard liveview.wedge == nil, !liveview.isHanging, body.takesPictures, channel.isWritable
    else { return }
    if liveview.trickling.readableBytes == 0 {
      liveview.frameNumber &+= 1
      guard let (_, bytes) = makePicture(nil) else { return }
      liveview.trickling = ByteBuffer()
      for piece in chunk(bytes) { liveview.trickling.writeImmutableBuffer(piece) }
    }
    guard let byte = liveview.trickling.readSlice(length: 1) else { return }
    channel.writeAndFlush(byte, promise: nil)
    if liveview.trickling.readableBytes == 0 { counters.framesSent += 1 }
    statusChanged()
  }

  /// What is left of a packet goes out at once when the stream is well again.
  private func finishTrickle(to channel: any Channel) {
    guard liveview.trickling.readableBytes > 0 else { return }
    channel.writeAndFlush(liveview.trickling, promise: nil)
    liveview.trickling = ByteBuffer()
    counters.framesSent += 1
  }

  // MARK: - What the sensor sees

  /// The present picture as a JPEG, nil if it cannot be made.
  func drawPicture() -> ByteBuffer? {
    do throws(TurboJPEGError) {
      if pictures?.picture.size != pictureSize {
        pictures = try PictureSource(
          size: pictureSize, title: "\(present.friendlyName) (simulated)",
          quality: present.jpegQuality)
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
