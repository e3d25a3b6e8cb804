import Logging
import Media
import NIOCore
import Pipeline
import RTP
import SDP
import Synchronization

/// Sends the stream to one address as plain RTP.
///
/// SSRC, sequence numbers, RTP timestamps and source port live as long as this actor, which is
/// as long as the program: a receiver sees one stream across camera, encoder and network
/// trouble, pauses and changes of its own address.
actor RTPPushTarget {
  /// What the target is doing, for the status line of the output.
  enum State: Sendable, Hashable {
    case waitingForPictures
    /// Sora has not said yet what the stream it forwards looks like.
    case waitingForDescription
    case sending
    /// Sora sends by itself.
    case standingBy
    /// Until somebody resumes it.
    case paused
    case failing(String)
  }

  /// Why an attempt is over.
  enum AttemptEnd: Sendable {
    case streamEnded
    case paused
    /// The host name has another address now.
    case addressChanged
    /// Sora says something else now.
    case orderChanged
  }

  nonisolated let settings: RTPPushTargetSettings
  nonisolated let ssrc: UInt32
  nonisolated let pauseSwitch: PauseSwitch
  nonisolated let observations: Mutex<Observations>
  let stream: StreamHandle
  let logger: Logger
  let resolver: HostResolver
  let cname: String
  let packetizer: H264Packetizer
  var sender: RTPSender
  /// nil: pictures leave at once.
  var pacer: PacketPacer?
  var socket: RTPPushSocket?
  let claims: ClaimedDestinations
  /// Where packets go, and what they look like; nil until that is known.
  var route: RTPPushRoute?
  /// The open socket leads to a place of the past.
  var mustOpenSocket = false
  /// A format that Sora did not announce is told of once for each route.
  var hasWarnedOfFormat = false
  /// Where the next socket sends, if that is known already.
  var nextDestination: SocketAddress?
  var lastReport: MediaTime?
  var publication: SDPPublication?
  private var keyframes: KeyframeSchedule

  /// What happens outside the actor: on event loops, and when the status page is built.
  struct Observations {
    var counters = RTPPushCounters()
    var listening = ListeningState()
    var reception = ReceiverReportStatistics()
    /// nil: lost packets are not sent again.
    var history: PacketHistory?
    var bitrateKbps = 0
    var socket: RTPPushSocket?
    var route: RTPPushRoute?
    var isStandingBy = false
  }

  /// Identity values that are not set are random as RFC 3550 asks.
  init(
    settings: RTPPushTargetSettings, stream: StreamHandle, logger: Logger,
    resolver: HostResolver = .system, claims: ClaimedDestinations = ClaimedDestinations()
  ) {
    self.settings = settings
    self.claims = claims
    self.stream = stream
    self.resolver = resolver
    var logger = logger
    logger[metadataKey: LogKey.target] = .string(settings.name)
    self.logger = logger
    keyframes = KeyframeSchedule(
      interval: settings.keyframeInterval, start: stream.clock.now())
    packetizer = H264Packetizer(maxPacketSize: settings.maxPacketBytes)
    pacer = settings.pacing.map { pacing in
      PacketPacer(
        burstBytes: pacing.burstPackets * settings.maxPacketBytes, factor: pacing.factor)
    }
    let history = settings.retransmits ? PacketHistory(maxPacketSize: settings.maxPacketBytes) : nil
    observations = Mutex(Observations(history: history))
    pauseSwitch = PauseSwitch(isPaused: settings.startsPaused)
    ssrc = settings.ssrc ?? .random(in: 1 ... .max)
    cname = Base64.encode((0..<12).map { _ in UInt8.random(in: .min ... .max) })
    sender = RTPSender(
      ssrc: ssrc, payloadType: settings.payloadType ?? settings.profile.form.defaultPayloadType,
      firstSequenceNumber: .random(in: .min ... .max), firstTimestamp: .random(in: .min ... .max))
    publication = SDPPublication(settings: settings)
  }

  /// What was sent and heard so far.
  nonisolated var counters: RTPPushCounters { observations.withLock { $0.counters } }
  /// True while the target's machine answers that nobody listens.
  nonisolated var isRefused: Bool { observations.withLock { $0.listening.isRefused } }
  /// What its receiver reports say.
  nonisolated var reception: ReceiverReportStatistics { observations.withLock { $0.reception } }

  /// True while it leaves sending to Sora.
  nonisolated var isStandingBy: Bool { observations.withLock { $0.isStandingBy } }
  /// Where packets go, for the status page; nil until that is known.
  nonisolated var presentRoute: RTPPushRoute? { observations.withLock { $0.route } }

  /// Pauses or resumes the target. While it is paused it asks for no pictures, so that nothing is
  /// encoded for it alone, and sends nothing, reports included; it goes on with an IDR, the same
  /// SSRC and the next sequence number, and its RTP timestamps have followed the clock.
  nonisolated func set(isPaused: Bool) -> StatusValue {
    if pauseSwitch.set(isPaused: isPaused) {
      logger.notice(isPaused ? "rtp push target paused" : "rtp push target resumed")
    }
    return .object(["isPaused": .bool(isPaused)])
  }

  /// Sends until the task is cancelled; failed attempts are repeated.
  func run(onStateChange: @escaping @Sendable (State) -> Void) async {
    var backoff = Backoff(initial: .milliseconds(250), maximum: .seconds(2))
    while !Task.isCancelled {
      guard let route = await awaitRoute(onStateChange) else { break }
      take(route)
      let begin = stream.clock.now()
      do {
        switch try await runAttempt(along: route, onStateChange: onStateChange) {
        case .paused, .addressChanged, .orderChanged: continue
        case .streamEnded: break
        }
      } catch {
        if Task.isCancelled { break }
        note(error: "\(error)")
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

  func waitWhilePaused(_ onStateChange: @Sendable (State) -> Void) async {
    guard pauseSwitch.isPaused else { return }
    onStateChange(.paused)
    await pauseSwitch.wait(untilPaused: false)
    // A receiver has heard no report for long; the first picture is to bring one.
    lastReport = nil
  }

  /// One attempt: until the socket fails, the stream ends, or it has to begin anew.
  private func runAttempt(
    along route: RTPPushRoute, onStateChange: @escaping @Sendable (State) -> Void
  ) async throws -> AttemptEnd {
    try Task.checkCancellation()
    let socket = try await openSocket()
    // Looking a name up takes time; whoever paused the target meanwhile wants no picture of it.
    if pauseSwitch.isPaused { return .paused }
    try claims.claim(socket.destination, reports: settings.sendsReports, for: settings.name)
    defer { claims.release(by: settings.name) }
    onStateChange(.waitingForPictures)
    if let format = stream.videoFormat { await publish(format) }
    keyframes = KeyframeSchedule(
      interval: settings.keyframeInterval, start: stream.clock.now())
    let subscription = await stream.subscribe()
    defer { subscription.cancel() }
    return try await withThrowingTaskGroup(of: AttemptEnd.self) { group in
      group.addTask {
        try await self.deliver(subscription, over: socket, onStateChange: onStateChange)
        return .streamEnded
      }
      group.addTask {
        await self.requestKeyframes(onStateChange: onStateChange)
        return .streamEnded
      }
      group.addTask {
        await self.pauseSwitch.wait(untilPaused: true)
        return .paused
      }
      if settings.heedsSora {
        group.addTask {
          await self.awaitOtherOrder(than: route)
          return .orderChanged
        }
      }
      if route.isHostName {
        group.addTask {
          await self.awaitAddressChange(from: socket.destination)
          return .addressChanged
        }
      }
      defer { group.cancelAll() }
      return try await group.next() ?? .streamEnded
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
        if accessUnit.isIDR {
          warnIfExceeded(by: accessUnit.format)
          await publish(accessUnit.format)
        }
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

  /// Asks for an IDR when pictures stall; while they flow, `deliver` does.
  private func requestKeyframes(onStateChange: @Sendable (State) -> Void) async {
    while !Task.isCancelled {
      let wait = keyframes.timeUntilRequest(now: stream.clock.now())
      if wait == .zero { stream.requestKeyframe(.interval) }
      if wait == .zero, stream.availability != .available { onStateChange(.waitingForPictures) }
      try? await Task.sleep(for: wait > .zero ? wait : KeyframeSchedule.retry)
    }
  }
}
