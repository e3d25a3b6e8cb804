import Logging
import Media
import NIOCore
import Pipeline
import RTP
import RTSP

/// Carries out what one client's `RTSPServerConnection` orders; decides nothing itself.
///
/// Lives on the server's event loop, like everything it touches.
final class RTSPConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  /// Bytes read and thrown away after the last answer.
  private static let unwantedByteLimit = 1_048_576

  /// The client's address without its port, for limits per address.
  let host: String
  /// The client's address as log lines and the status page name it.
  let peer: String
  var admission: ConnectionAdmission.Verdict
  let isSecure: Bool
  let server: RTSPServerLoop
  let channel: any Channel
  var connection: RTSPServerConnection
  var viewer: RTSPViewer?
  /// Of the last transport that was asked for.
  var openingNumber: UInt64 = 0

  private var orders: [RTSPServerOrder] = []
  private var isCarryingOut = false
  private var isClosing = false
  /// True if nothing of RTSP comes from this connection.
  private var isAside = false
  private var unwantedBytes = 0
  private var timer: (moment: MediaTime, task: Scheduled<Void>)?
  private var progress: WriteProgress
  private var answerBytes: UInt64 = 0
  /// Bytes of answers written since the client had last taken everything.
  private var unreadAnswerBytes = 0
  private var endedViewerBytes: UInt64 = 0

  init(
    server: RTSPServerLoop, channel: any Channel, admission: ConnectionAdmission.Verdict,
    isSecure: Bool = false
  ) {
    self.server = server
    self.channel = channel
    self.admission = admission
    self.isSecure = isSecure
    let now = server.clock.now()
    host = RTSPAddress.host(of: channel.remoteAddress)
    peer = RTSPAddress.authority(of: channel.remoteAddress)
    connection = RTSPServerConnection(
      configuration: isSecure ? server.secureConfiguration : server.configuration,
      localAuthority: RTSPAddress.authority(of: channel.localAddress),
      generator: SystemRandomNumberGenerator(),
      admission: admission == .admitted ? .admitted : .refused, acceptedAt: now)
    progress = WriteProgress(at: now)
    connection.wallClock = server.clock.wallClockAnchor()
  }

  // MARK: Channel events

  func channelActive(context: ChannelHandlerContext) {
    armTimer()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isClosing else {
      // A flood must not be read to its end only so that the last answer arrives.
      unwantedBytes &+= unwrapInboundIn(data).readableBytes
      if unwantedBytes > Self.unwantedByteLimit { context.close(promise: nil) }
      return
    }
    // A client that asks and never reads would pile up answers.
    guard unreadAnswerBytes <= server.settings.limits.unreadAnswerBytes else {
      context.close(promise: nil)
      return
    }
    carryOut(connection.received(unwrapInboundIn(data), at: server.clock.now()))
  }

  /// The viewer has taken what it was sent, or fallen behind.
  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if channel.isWritable { unreadAnswerBytes = 0 }
    sendWaiting()
    context.fireChannelWritabilityChanged()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .inputClosed? = event as? ChannelEvent {
      if isClosing {
        context.close(promise: nil)
      } else {
        carryOut(connection.inputEnded())
      }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelInactive(context: ChannelHandlerContext) {
    connectionIsOver()
  }

  /// A connection that fails before it becomes active never becomes inactive.
  func handlerRemoved(context: ChannelHandlerContext) {
    connectionIsOver()
  }

  private func connectionIsOver() {
    isClosing = true
    carryOut(connection.peerClosed())
    timer?.task.cancel()
    server.connectionEnded(self)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // Ordinary: ffmpeg resets the connection right after TEARDOWN.
    server.logger.debug(
      "connection failed",
      metadata: [LogKey.viewer: .string(peer), LogKey.error: .string("\(error)")])
    context.close(promise: nil)
  }

  // MARK: Orders

  /// Facts may be stated while orders are carried out; what they order comes afterwards.
  func carryOut(_ new: [RTSPServerOrder]) {
    orders += new
    guard !isCarryingOut else { return }
    isCarryingOut = true
    while !orders.isEmpty {
      let batch = orders
      orders = []
      for order in batch { carryOut(order) }
    }
    isCarryingOut = false
    armTimer()
  }

  private func carryOut(_ order: RTSPServerOrder) {
    let now = server.clock.now()
    switch order {
    case .send(let bytes):
      send(bytes)
    case .authenticate(let attempt):
      server.logins.judge(attempt, from: host) { verdict in
        self.carryOut(
          self.connection.authenticated(verdict, at: self.server.clock.now()))
      }
    case .describe, .openTransport, .startPlaying:
      if case .unavailable(let retryAfter) = server.stream.availability {
        carryOut(connection.streamUnavailable(retryAfter: retryAfter, at: now))
      } else {
        begin(order)
      }
    case .announceNextPacket:
      guard let announcement = viewer?.announceNextPacket(at: now) else { return }
      carryOut(connection.playbackReady(announcement, at: now))
    case .pausePlaying:
      viewer?.pause()
      server.viewerPaused(self)
    case .stopSession:
      endSession()
    case .receivedRTCP(let datagram):
      receivedRTCP(datagram)
    case .close:
      closeAfterAnswers()
    }
  }

  /// Carries out an order that there must be something to watch for.
  private func begin(_ order: RTSPServerOrder) {
    switch order {
    case .describe:
      let description = server.description(serverHost: RTSPAddress.host(of: channel.localAddress))
      carryOut(connection.described(with: description, at: server.clock.now()))
    case .openTransport(let transport):
      open(transport)
    case .startPlaying:
      startPlaying()
    case .send, .authenticate, .announceNextPacket, .pausePlaying, .stopSession, .receivedRTCP,
      .close:
      break
    }
  }

  private func send(_ bytes: ByteBuffer) {
    answerBytes &+= UInt64(bytes.readableBytes)
    unreadAnswerBytes &+= bytes.readableBytes
    channel.writeAndFlush(bytes, promise: nil)
  }

  // MARK: Tunnel

  /// True if this is the server's half of a tunnel.
  var isTunnelled: Bool { connection.isTunnelled }

  /// The client has opened a tunnel: its requests will come as if they came from here.
  func becomeTunnel(_ answer: ByteBuffer) {
    connection.isTunnelled = true
    send(answer)
  }

  /// The connection is the client's half of a tunnel: it only counts, and lives as long as the
  /// other one.
  func standAside() {
    isAside = true
    timer?.task.cancel()
    timer = nil
  }

  /// The connection is over after `answer`.
  func end(with answer: ByteBuffer) {
    standAside()
    send(answer)
    closeAfterAnswers()
  }

  // MARK: Session

  /// The answer first, then the first picture.
  private func startPlaying() {
    let anchor = server.clock.wallClockAnchor()
    if case .multicast(let multicast)? = viewer?.transport { multicast.play(self) }
    guard let announcement = viewer?.start(at: anchor) else { return }
    let answer = connection.playbackReady(announcement, at: anchor.mediaTime)
    if case .send(let bytes)? = answer.first { send(bytes) }
    server.viewerStarted(self)
    carryOut(Array(answer.dropFirst()))
  }

  private func endSession() {
    guard let ended = viewer else { return }
    viewer = nil
    // A report behind a full queue would be late and wrong, and hold up the end.
    if !isClosing, channel.isActive, ended.transport.hasRoom {
      for parcel in ended.goodbye(at: server.clock.wallClockAnchor()) {
        ended.transport.send(parcel)
      }
    }
    ended.transport.close()
    server.udpTargets.release(by: ObjectIdentifier(self))
    if case .interleaved = ended.transport { endedViewerBytes &+= ended.bytesSent }
    server.viewerEnded(self, ended)
  }

  /// RTCP came to our ports.
  func receivedReport(_ datagram: ByteBuffer) {
    connection.rtcpReceived(at: server.clock.now())
    receivedRTCP(datagram)
  }

  private func receivedRTCP(_ datagram: ByteBuffer) {
    guard let reason = viewer?.received(datagram, at: server.clock.wallClockAnchor()) else {
      return
    }
    server.stream.requestKeyframe(reason)
  }

  /// Whether the viewer watches what is sent to all by multicast, and nothing else.
  var isShared: Bool {
    if case .multicast? = viewer?.transport { true } else { false }
  }

  /// A picture went to all viewers of the multicast group.
  func noteShared() {
    if isShared { viewer?.noteShared() }
  }

  /// Whether the viewer wants nothing in front of the stream.
  var wantsLiveStart: Bool { connection.wantsLiveStart }

  /// One access unit for this viewer.
  func offer(_ trains: inout PacketTrains) {
    sendWaiting()
    guard !isShared, let transport = viewer?.transport,
      let delivery = viewer?.offer(&trains, clock: server.clock)
    else { return }
    switch delivery {
    case .hold: break
    case .skipAndRequestKeyframe(let reason): server.stream.requestKeyframe(reason)
    case .send(let parcels): for parcel in parcels { transport.send(parcel) }
    }
  }

  /// Sends what has waited for this moment; a report that is due goes first.
  func sendWaiting() {
    // By chaining, because a copy of the viewer would cost more than all the rest.
    guard viewer?.waitingBytes ?? 0 > 0, let transport = viewer?.transport, transport.hasRoom
    else { return }
    sendReport(at: server.clock.wallClockAnchor())
    while let parcels = viewer?.takeWaiting(clock: server.clock), !parcels.isEmpty {
      for parcel in parcels { transport.send(parcel) }
    }
  }

  private func sendReport(at anchor: WallClockAnchor) {
    guard let transport = viewer?.transport, transport.hasRoom else { return }
    for parcel in viewer?.dueReport(at: anchor) ?? [] { transport.send(parcel) }
  }

  // MARK: Time

  /// Once a second: sender reports, and whether the client still takes what it is sent.
  func tick(at anchor: WallClockAnchor) {
    connection.wallClock = anchor
    endIfPortsFailed()
    sendWaiting()
    viewer?.dropOverdue(at: anchor.mediaTime)
    sendReport(at: anchor)
    let written = answerBytes &+ endedViewerBytes &+ interleavedBytes
    progress.note(written: written, queued: queuedBytes, at: anchor.mediaTime)
    guard !isClosing, progress.stalled(at: anchor.mediaTime) >= server.settings.stallTimeout
    else { return }
    server.logger.notice(
      "viewer stalled", metadata: [LogKey.viewer: .string(peer), LogKey.bytes: "\(queuedBytes)"])
    isClosing = true
    channel.close(promise: nil)
  }

  private var interleavedBytes: UInt64 {
    guard case .interleaved? = viewer?.transport else { return 0 }
    return viewer?.bytesSent ?? 0
  }

  /// Bytes the kernel has not taken yet.
  var queuedBytes: Int {
    (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
  }

  private func armTimer() {
    guard !isAside, let deadline = connection.nextDeadline, channel.isActive else { return }
    if let timer, timer.moment <= deadline { return }
    timer?.task.cancel()
    let wait = server.clock.now().duration(to: deadline).wholeNanoseconds
    let task = channel.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(max(0, wait))) {
      self.timer = nil
      self.carryOut(self.connection.deadlineReached(at: self.server.clock.now()))
    }
    timer = (deadline, task)
  }

  // MARK: End

  /// The server ends, or there is nothing to watch: goodbye to the viewer, then the connection.
  func shutDown() {
    guard !isClosing else { return }
    carryOut(connection.peerClosed())
    closeAfterAnswers()
  }

  func cut() {
    channel.close(promise: nil)
  }

  /// Closes our half and waits a moment for the client's: closing at once while bytes of the
  /// client lie unread would reset the connection and take the last answer with it.
  private func closeAfterAnswers() {
    guard !isClosing else { return }
    isClosing = true
    server.connectionLeaves(self)
    let channel = channel
    channel.close(mode: .output).whenFailure { _ in channel.close(promise: nil) }
    channel.eventLoop.scheduleTask(in: .nanoseconds(server.settings.limits.linger.wholeNanoseconds))
    { channel.close(promise: nil) }
  }

  // MARK: Status

  func status(at anchor: WallClockAnchor) -> ViewerStatus? {
    guard let viewer, let since = viewer.playingSince else { return nil }
    return ViewerStatus(
      address: peer, transport: isTunnelled ? "http" : viewer.transport.name,
      userAgent: connection.userAgent, since: since, isPlaying: viewer.isPlaying,
      picturesSent: viewer.picturesSent, picturesSkipped: viewer.picturesSkipped,
      bytesSent: viewer.bytesSent, startBytes: viewer.startBytes,
      queuedBytes: queuedBytes + viewer.waitingBytes, reception: viewer.reception)
  }
}
