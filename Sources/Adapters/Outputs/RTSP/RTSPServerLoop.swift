import Logging
import Media
import NIOCore
import Pipeline
import RTP
import RTSP
import SDP

/// All connections of the RTSP server, on one event loop.
///
/// Each access unit comes in once, is packetized once per packet size, and goes to every playing
/// viewer with one write. One loop is enough: its own work is under two microseconds per viewer
/// and picture, the rest is the kernel's, and more loops measured no better.
final class RTSPServerLoop {
  let settings: RTSPOutputSettings
  let configuration: RTSPServerConfiguration
  /// For connections over TLS.
  let secureConfiguration: RTSPServerConfiguration
  let stream: StreamHandle
  let logger: Logger
  /// Canonical name in RTCP, the same for all viewers: they see one source.
  let cname: String
  let logins: LoginReception
  /// Nil without TLS.
  let identity: TLSIdentity?

  private let loop: any EventLoop
  private let status: RTSPServerStatus
  private let demand: AsyncStream<Bool>.Continuation
  private let packetizers: RTSPPacketizers
  private var handlers: [ObjectIdentifier: RTSPConnectionHandler] = [:]
  private var players: [ObjectIdentifier: RTSPConnectionHandler] = [:]
  private var admission: ConnectionAdmission
  let tunnels: RTSPTunnels
  /// Nil if multicast is switched off.
  let multicast: RTSPMulticast?
  /// Where viewers are sent UDP.
  var udpTargets = UDPTargets()
  private var recentGOP = RecentGOP()
  private var preamble: SnapshotPreamble?
  /// What joiners are given until the next picture comes, once somebody was.
  private var joinTrains: PacketTrains?
  private var totals: RTSPServerTotals
  private var unreportedRefusals = 0
  private var refusalNotices = RefusalNotices()
  private var reportedFailures: UInt64 = 0
  private var described: (format: VideoFormat, version: UInt64)?
  private let descriptionID: UInt64
  private let instruments: RTSPServerInstruments
  private var allEnded: EventLoopPromise<Void>?

  /// - Parameter demand: Told whether anybody watches.
  init(
    settings: RTSPOutputSettings, stream: StreamHandle, logger: Logger, status: RTSPServerStatus,
    demand: AsyncStream<Bool>.Continuation, identity: TLSIdentity.Material? = nil,
    loop: any EventLoop
  ) {
    self.settings = settings
    self.stream = stream
    self.logger = logger
    self.status = status
    self.demand = demand
    self.loop = loop
    configuration = settings.serverConfiguration(name: RTSPOutput.serverName)
    secureConfiguration = settings.serverConfiguration(
      name: RTSPOutput.serverName, isSecure: true)
    self.identity = identity.map { TLSIdentity($0, logger: logger) }
    logins = LoginReception(configuration: configuration, clock: stream.clock, loop: loop)
    packetizers = RTSPPacketizers(settings: settings)
    admission = ConnectionAdmission(
      total: settings.maxConnections, perAddress: settings.maxConnectionsPerAddress,
      refusalRoom: settings.limits.refusedConnections)
    tunnels = RTSPTunnels(isEnabled: settings.allowsHTTPTunnel)
    totals = status.current.totals
    instruments = RTSPServerInstruments(after: status.current)
    // 32 bits, because some players read the number as a signed 64-bit integer.
    let identity = UInt64.random(in: 1...UInt64(UInt32.max))
    descriptionID = identity
    let cname = "liveview-bridge-" + String(identity, radix: 16)
    self.cname = cname
    multicast = settings.multicast.group.map { group in
      RTSPMulticast(
        group: group, interface: settings.multicast.interface, cname: cname,
        logger: logger, loop: loop)
    }
  }

  private static let loggedUserAgentLength = 120

  var clock: MediaClock { stream.clock }

  // MARK: Connections

  /// A client has connected; the returned handler speaks with it. Nil: too many even to say no.
  /// Nil too if it comes from where nobody may come from.
  func makeHandler(for channel: any Channel, isSecure: Bool) -> RTSPConnectionHandler? {
    let host = RTSPAddress.host(of: channel.remoteAddress)
    totals.connections &+= 1
    let address = NetworkAddress(parsing: host)
    guard settings.access.networks.contain(address) else {
      totals.connectionsRefused &+= 1
      if refusalNotices.isDue(for: host, at: clock.now()) {
        logger.notice(
          "connection from outside the allowed networks refused",
          metadata: [LogKey.viewer: .string(host)])
      }
      return nil
    }
    let verdict = admission.arrived(from: address)
    if verdict != .admitted {
      totals.connectionsRefused &+= 1
      unreportedRefusals += 1
    }
    guard verdict != .dropped else { return nil }
    let handler = RTSPConnectionHandler(
      server: self, channel: channel, admission: verdict, isSecure: isSecure)
    handlers[ObjectIdentifier(handler)] = handler
    return handler
  }

  /// An admitted connection has ended on our side.
  func connectionLeaves(_ handler: RTSPConnectionHandler) {
    guard handler.admission == .admitted else { return }
    handler.admission = admission.leaves(from: NetworkAddress(parsing: handler.host))
  }

  func connectionEnded(_ handler: RTSPConnectionHandler) {
    guard handlers.removeValue(forKey: ObjectIdentifier(handler)) != nil else { return }
    admission.left(from: NetworkAddress(parsing: handler.host), after: handler.admission)
    updateStatus()
    if handlers.isEmpty { allEnded?.succeed() }
  }

  /// The session description, newly numbered when the format has changed; nil if there is none.
  func description(serverHost: String) -> ByteBuffer? {
    guard let format = stream.videoFormat else { return nil }
    if described?.format != format {
      described = (format, (described?.version ?? 0) + 1)
    }
    let description = SessionDescription.presentation(
      name: "liveview", tool: RTSPOutput.serverName, sessionID: descriptionID,
      version: described?.version ?? 1, serverAddress: serverHost, format: format,
      trackControl: RTSPPresentation.trackControl)
    return ByteBuffer(string: description.serialized)
  }

  // MARK: Viewers

  /// A viewer has been told that it plays. It starts with the recent IDR, or a new one.
  func viewerStarted(_ handler: RTSPConnectionHandler) {
    players[ObjectIdentifier(handler)] = handler
    demand.yield(true)
    if !handler.isShared, !handler.wantsLiveStart, let start = stream.start(from: recentGOP) {
      // Until the next picture all who join are given the same.
      var trains = joinTrains ?? trains(start)
      handler.offer(&trains)
      joinTrains = trains
    } else {
      stream.requestKeyframe(.join)
    }
    if handler.viewer?.startsWithPreamble == false { stream.viewerJoined() }
    // Who plays on after a pause is no news, however often.
    guard handler.viewer?.startCount == 1 else { return }
    totals.viewers &+= 1
    updateStatus()
    guard let viewer = handler.status(at: clock.wallClockAnchor()) else { return }
    var metadata: Logger.Metadata = [
      LogKey.viewer: .string(viewer.address), LogKey.transport: .string(viewer.transport),
      LogKey.viewers: "\(players.count)",
    ]
    if let userAgent = viewer.userAgent {
      metadata[LogKey.userAgent] = .string(String(userAgent.prefix(Self.loggedUserAgentLength)))
    }
    logger.notice("viewer joined", metadata: metadata)
  }

  func viewerPaused(_ handler: RTSPConnectionHandler) { removePlayer(handler) }

  func viewerEnded(_ handler: RTSPConnectionHandler, _ viewer: RTSPViewer) {
    removePlayer(handler)
    multicast?.leave(handler, at: clock.wallClockAnchor())
    totals.add(viewer)
    updateStatus()
    guard let since = viewer.playingSince else { return }
    let stayed = since.mediaTime.duration(to: clock.now())
    logger.notice(
      "viewer left",
      metadata: [
        LogKey.viewer: .string(handler.peer),
        LogKey.transport: .string(handler.isTunnelled ? "http" : viewer.transport.name),
        LogKey.tookSeconds: "\(Int(stayed.inSeconds.rounded()))",
        LogKey.frames: "\(viewer.picturesSent)", LogKey.skipped: "\(viewer.picturesSkipped)",
        LogKey.bytes: "\(viewer.bytesSent)",
        LogKey.viewers: "\(players.count)",
      ])
  }

  private func removePlayer(_ handler: RTSPConnectionHandler) {
    players.removeValue(forKey: ObjectIdentifier(handler))
    multicast?.pause(handler)
    guard players.isEmpty else { return }
    demand.yield(false)
    recentGOP.clear()
    joinTrains = nil
  }

  /// One access unit for everybody who plays.
  func broadcast(_ accessUnit: AccessUnit) {
    guard !players.isEmpty else { return }
    recentGOP.append(accessUnit, at: clock.now())
    joinTrains = nil
    var trains = trains([accessUnit])
    for player in players.values { player.offer(&trains) }
    if let multicast { share(&trains, by: multicast) }
  }

  private func share(_ trains: inout PacketTrains, by multicast: RTSPMulticast) {
    let outcome = multicast.offer(&trains, clock: clock)
    if let reason = outcome.keyframe { stream.requestKeyframe(reason) }
    guard outcome.bytes > 0 else { return }
    totals.bytesSent &+= UInt64(outcome.bytes)
    for player in players.values { player.noteShared() }
  }

  private func trains(_ accessUnits: [AccessUnit]) -> PacketTrains {
    if let format = accessUnits.first?.format, preamble?.parameterSets != format.parameterSets {
      preamble = SnapshotPreamble(parameterSets: format.parameterSets)
    }
    return PacketTrains(accessUnits, packetizers: packetizers, preamble: preamble)
  }

  // MARK: Time

  /// Once a second.
  func tick() {
    let anchor = clock.wallClockAnchor()
    for handler in handlers.values { handler.tick(at: anchor) }
    multicast?.tick(at: anchor)
    if case .unavailable = stream.availability { sendPlayersAway() }
    if unreportedRefusals > 0 {
      logger.warning("connections refused", metadata: [LogKey.count: "\(unreportedRefusals)"])
      unreportedRefusals = 0
    }
    reportFailedLogins()
    identity?.refresh(on: loop)
    updateStatus()
    instruments.record(status.current)
  }

  private func reportFailedLogins() {
    let failures = logins.failureCount &- reportedFailures
    guard failures > 0 else { return }
    reportedFailures = logins.failureCount
    totals.loginsFailed &+= failures
    logger.warning(
      "wrong logins",
      metadata: [
        LogKey.count: "\(failures)", LogKey.viewer: .string(logins.lastFailedHost ?? "?"),
      ])
  }

  /// Ends the sessions that play, as a client ends them: a player then shows that there is nothing
  /// to see instead of the last picture for ever.
  private func sendPlayersAway() {
    guard !players.isEmpty else { return }
    logger.notice("viewers sent away", metadata: [LogKey.viewers: "\(players.count)"])
    for player in Array(players.values) { player.shutDown() }
  }

  private func updateStatus() {
    let anchor = clock.wallClockAnchor()
    status.update(
      RTSPServerStatus.Contents(
        openConnections: handlers.count, totals: totals,
        viewers: handlers.values.compactMap { $0.status(at: anchor) }
          .sorted { $0.since.mediaTime < $1.since.mediaTime }))
  }

  // MARK: End

  /// Says goodbye to every viewer; done when all connections are closed.
  func shutDown(within limit: TimeAmount) -> EventLoopFuture<Void> {
    let promise = loop.makePromise(of: Void.self)
    let this = NIOLoopBound(self, eventLoop: loop)
    promise.futureResult.whenComplete { _ in this.value.multicast?.close() }
    guard !handlers.isEmpty else {
      promise.succeed()
      return promise.futureResult
    }
    allEnded = promise
    for handler in handlers.values { handler.shutDown() }
    loop.assumeIsolated().scheduleTask(in: limit) {
      for handler in self.handlers.values { handler.cut() }
    }
    return promise.futureResult
  }
}
