import Logging
import Media
import NIOCore
import NIOPosix
import Pipeline
import RTP
import SDP
import Synchronization

/// Sends the stream to one address as plain RTP.
///
/// SSRC, sequence numbers, RTP timestamps and source port live as long as this actor, which is
/// as long as the program: a receiver sees one stream across camera, encoder and network
/// trouble.
actor RTPPushTarget {
  /// What the target is doing, for the status line of the output.
  enum State: Sendable, Hashable {
    case waitingForPictures
    case sending
    case failing(String)
  }

  nonisolated let settings: RTPPushTargetSettings
  nonisolated let ssrc: UInt32
  private nonisolated let observations = Mutex(Observations())
  private let stream: StreamHandle
  private let logger: Logger
  private let packetizer: H264Packetizer
  private let cname: String
  private var sender: RTPSender
  private var pacing = PacketPacing()
  private var keyframes: KeyframeSchedule
  private var socket: RTPPushSocket?
  private var lastReport: MediaTime?
  private var publication: SDPPublication?

  /// What happens outside the actor: on event loops, and when the status page is built.
  private struct Observations {
    var counters = RTPPushCounters()
    var listening = ListeningState()
  }

  /// Identity values are random as RFC 3550 asks.
  init(settings: RTPPushTargetSettings, stream: StreamHandle, logger: Logger) {
    self.settings = settings
    self.stream = stream
    var logger = logger
    logger[metadataKey: LogKey.target] = .string(settings.name)
    self.logger = logger
    keyframes = KeyframeSchedule(
      interval: settings.keyframeInterval, start: stream.clock.now())
    packetizer = H264Packetizer(maxPacketSize: settings.maxPacketBytes)
    ssrc = UInt32.random(in: .min ... .max)
    cname = Base64.encode((0..<12).map { _ in UInt8.random(in: .min ... .max) })
    sender = RTPSender(
      ssrc: ssrc, payloadType: settings.payloadType,
      firstSequenceNumber: .random(in: .min ... .max), firstTimestamp: .random(in: .min ... .max))
    publication = SDPPublication(settings: settings)
  }

  /// What was sent and heard so far.
  nonisolated var counters: RTPPushCounters { observations.withLock { $0.counters } }
  /// True while the target's machine answers that nobody listens.
  nonisolated var isRefused: Bool { observations.withLock { $0.listening.isRefused } }

  /// Sends until the task is cancelled; failed attempts are repeated.
  func run(onStateChange: @escaping @Sendable (State) -> Void) async {
    var backoff = Backoff(initial: .milliseconds(250), maximum: .seconds(2))
    while !Task.isCancelled {
      let begin = stream.clock.now()
      do {
        try await runAttempt(onStateChange: onStateChange)
      } catch {
        observations.withLock { $0.counters.lastError = "\(error)" }
        onStateChange(.failing("\(error)"))
      }
      if Task.isCancelled { break }
      if begin.duration(to: stream.clock.now()) >= .seconds(5) { backoff.reset() }
      try? await Task.sleep(for: backoff.delay())
    }
    // The socket stays open, because the next run has to send from the same port.
    await sayGoodbye()
    lastReport = nil
  }

  /// One attempt: until the socket fails or the stream ends.
  private func runAttempt(onStateChange: @escaping @Sendable (State) -> Void) async throws {
    let socket = try await openSocket()
    onStateChange(.waitingForPictures)
    if let format = stream.videoFormat { await publish(format) }
    keyframes = KeyframeSchedule(
      interval: settings.keyframeInterval, start: stream.clock.now())
    let subscription = await stream.subscribe()
    defer { subscription.cancel() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await self.deliver(subscription, over: socket, onStateChange: onStateChange)
      }
      group.addTask { await self.requestKeyframes(onStateChange: onStateChange) }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func deliver(
    _ subscription: StreamSubscription, over socket: RTPPushSocket,
    onStateChange: @Sendable (State) -> Void
  ) async throws {
    var delivery = DeliveryState()
    var skippedBefore: UInt64 = 0
    for await accessUnit in subscription {
      guard socket.isOpen else { throw RTPPushError.socketClosed }
      switch delivery.offer(isIDR: accessUnit.isIDR, hasRoom: socket.isWritable) {
      case .deliver:
        if accessUnit.isIDR { await publish(accessUnit.format) }
        let needsIDR = keyframes.pictureSent(
          presentationTime: accessUnit.presentationTime, isIDR: accessUnit.isIDR)
        if needsIDR { stream.requestKeyframe(.interval) }
        await send(accessUnit, over: socket, subscription: subscription)
        onStateChange(.sending)
      case .skip: break
      case .skipAndRequestKeyframe(let reason): stream.requestKeyframe(reason)
      }
      let skipped = delivery.skippedCount + subscription.skippedCount
      observations.withLock { $0.counters.skipped &+= skipped - skippedBefore }
      skippedBefore = skipped
    }
  }

  /// Sends one access unit, paced unless the next one is already waiting.
  private func send(
    _ accessUnit: AccessUnit, over socket: RTPPushSocket, subscription: StreamSubscription
  ) async {
    let datagrams = sender.datagrams(packetizer.packetize(accessUnit))
    let plan = pacing.plan(
      packetCount: datagrams.count, presentationTime: accessUnit.presentationTime)
    let start = stream.clock.now()
    for (index, burst) in plan.bursts.enumerated() {
      if index > 0, subscription.queuedCount == 0 {
        let due = start.advanced(by: plan.pause * index)
        let wait = stream.clock.now().duration(to: due)
        if wait > .zero { try? await Task.sleep(for: wait) }
      }
      socket.send(datagrams[burst])
    }
    noteSent()
    reportIfDue(over: socket)
  }

  /// Asks for an IDR when pictures stall; while they flow, `deliver` does.
  private func requestKeyframes(onStateChange: @Sendable (State) -> Void) async {
    while !Task.isCancelled {
      let wait = keyframes.timeUntilRequest(now: stream.clock.now())
      if wait == .zero { stream.requestKeyframe(.interval) }
      if wait == .zero, stream.availability != .available { onStateChange(.waitingForPictures) }
      try? await Task.sleep(for: wait > .zero ? wait : KeyframeSchedule.retry)
    }
  }

  private func noteSent() {
    let now = stream.clock.now()
    let listensAgain = observations.withLock { observations in
      observations.counters.accessUnits &+= 1
      observations.counters.packets = sender.packetCount
      observations.counters.octets = sender.octetCount
      return observations.listening.sent(at: now)
    }
    if listensAgain { logger.notice("rtp push target listens") }
  }
}

// MARK: Socket and RTCP

extension RTPPushTarget {
  /// The open socket, or a new one on the same port.
  private func openSocket() async throws -> RTPPushSocket {
    if let socket, socket.isOpen { return socket }
    let destination = try await Self.resolve(settings.address, port: settings.port)
    await socket?.close()
    let sourcePort = socket?.localPort ?? settings.sourcePort
    let opened: RTPPushSocket
    do {
      opened = try await openSocket(to: destination, from: sourcePort)
    } catch  where settings.sourcePort == 0 && sourcePort != 0 {
      // Somebody else has taken the port meanwhile; any other is better than none.
      opened = try await openSocket(to: destination, from: 0)
    }
    socket = opened
    observations.withLock { observations in
      observations.counters.sourcePort = opened.localPort
      observations.counters.socketsOpened &+= 1
    }
    return opened
  }

  private func openSocket(
    to destination: SocketAddress, from sourcePort: Int
  ) async throws -> RTPPushSocket {
    try await RTPPushSocket.open(destination: destination, sourcePort: sourcePort) {
      [weak self] event in self?.handle(event)
    }
  }

  private static func resolve(_ host: String, port: Int) async throws -> SocketAddress {
    if let address = try? SocketAddress(ipAddress: host, port: port) { return address }
    do {
      return try await NIOThreadPool.singleton.runIfActive {
        try SocketAddress.makeAddressResolvingHost(host, port: port)
      }
    } catch {
      throw RTPPushError.cannotResolve(host: host)
    }
  }

  private nonisolated func handle(_ event: RTPPushSocket.Event) {
    switch event {
    case .received(let datagram): handleReport(datagram)
    case .sendFailed: observations.withLock { $0.counters.sendFailures &+= 1 }
    case .refused:
      let now = stream.clock.now()
      let isNews = observations.withLock { observations in
        observations.counters.refused &+= 1
        return observations.listening.refused(at: now)
      }
      if isNews { logger.notice("rtp push target does not listen") }
    }
  }

  /// A polite receiver may ask for an IDR; everything else it says is not needed.
  private nonisolated func handleReport(_ datagram: ByteBuffer) {
    guard let compound = try? RTCPCompound(decoding: datagram),
      compound.requestsKeyframe(of: ssrc)
    else { return }
    observations.withLock { $0.counters.keyframeRequests &+= 1 }
    stream.requestKeyframe(.pictureLoss)
  }

  /// Sends a sender report with the first access unit and every five seconds from then on.
  private func reportIfDue(over socket: RTPPushSocket) {
    guard settings.sendsReports else { return }
    let anchor = stream.clock.wallClockAnchor()
    if let lastReport, lastReport.duration(to: anchor.mediaTime) < .seconds(5) { return }
    lastReport = anchor.mediaTime
    socket.sendReport(sender.senderReport(at: anchor, cname: cname))
  }

  private func sayGoodbye() async {
    guard settings.sendsReports, sender.packetCount > 0, let socket, socket.isOpen else { return }
    socket.sendReport(sender.goodbye(at: stream.clock.wallClockAnchor(), cname: cname))
    await socket.drain()
  }
}

// MARK: SDP file

extension RTPPushTarget {
  /// Writes the SDP file if it is asked for and `format` is news; a failure is repeated at the
  /// next IDR.
  private func publish(_ format: VideoFormat) async {
    guard let publication, let address = socket?.destination.ipAddress,
      let change = publication.change(for: format, address: address)
    else { return }
    let path = publication.path
    do {
      try await NIOThreadPool.singleton.runIfActive {
        try DescriptionFile.write(change.text, to: path)
      }
      self.publication?.wrote(change)
      logger.notice("sdp file written", metadata: [LogKey.file: .string(path)])
    } catch {
      let text = "\(error)"
      let isNews = observations.withLock { observations in
        defer { observations.counters.lastError = text }
        return observations.counters.lastError != text
      }
      if isNews { logger.error("sdp file not written", metadata: [LogKey.error: .string(text)]) }
    }
  }
}
