import Logging
import Media
import NIOCore
import NIOPosix

/// A whole Sony α6000 over real sockets: discovery, device description, remote API, liveview.
///
/// It behaves as the real camera was seen to behave, with its oddities: two method lists, slow
/// answers, one liveview client, packets rounded up with stale bytes behind the JPEG. Tests and
/// the `simulate` command run it; nothing in it knows the bridge.
///
/// Everything happens on one event loop, which is also the actor's executor.
public actor SimulatedCamera {
  enum Power: Equatable {
    case off
    /// Between off and on, in both directions.
    case changing
    case on
    /// Out of reach; comes back on the same ports.
    case away
  }

  static let anyMethod = "*"
  /// Cameras that were given no event loops share one thread. It lives as long as the process.
  private static let sharedGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  /// As it was made; commands may have changed the running one since.
  public nonisolated let configuration: SimulatedCameraConfiguration
  nonisolated let eventLoop: any EventLoop
  nonisolated let logger: Logger

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    eventLoop.executor.asUnownedSerialExecutor()
  }

  /// What the camera is like now; ``configuration`` is how it was made.
  var present: SimulatedCameraConfiguration
  var power = Power.off {
    didSet {
      guard power != .changing else { return }
      let waiting = unsettled
      unsettled = []
      waiting.forEach { $0.resume() }
    }
  }
  /// Who waits for the present change of ``power`` to be over.
  private var unsettled: [CheckedContinuation<Void, Never>] = []
  /// As bound; as configured before the first start.
  var ports: (api: Int, description: Int)
  private var listeners: [any Channel] = []
  var discovery: DiscoverySockets?
  var connections: [ObjectIdentifier: CameraConnection] = [:]
  /// Connections nobody serves any more since the camera went silent.
  private var abandoned: [any Channel] = []
  /// Keeps the port from answering anybody while the camera is unreachable.
  private var silentPorts: [any Channel] = []
  /// Counts departures, so that a return planned for one does not end another.
  private(set) var departures = 0
  var workers: CameraWorkers
  var phone = Phone()

  var body: CameraBody
  var poll: HeldPoll?
  var pollCount = 0
  var slowCalls: [Duration] = []
  /// Of the next calls, by method.
  var apiFaults: [String: [APIFault]] = [:]
  /// Of all calls, by method.
  var lastingAPIFaults: [String: APIFault] = [:]
  var calls = CallLog()
  var lastCall = NIODeadline.now()
  let creation = NIODeadline.now()
  var liveview: LiveviewStream
  var pictures: PictureSource?
  var shownSize: PictureSize
  var discoveryRandom: RandomSequence
  private var startTime = NIODeadline.now()

  var counters = SimulatedCameraCounters()
  var waiters: [Int: StatusWaiter] = [:]
  var waiterCount = 0
  private var timers: [Int: Scheduled<Void>] = [:]
  private var timerCount = 0

  /// - Parameters:
  ///   - eventLoopGroup: One of its event loops is used. Default: a thread shared by all simulated
  ///     cameras. The group must outlive the camera.
  ///   - logger: For debugging; default: none.
  /// - Throws: `SimulatedCameraError.invalidSetting`.
  public init(
    configuration: SimulatedCameraConfiguration = .init(),
    eventLoopGroup: (any EventLoopGroup)? = nil, logger: Logger? = nil
  ) throws(SimulatedCameraError) {
    try configuration.validate()
    self.configuration = configuration
    present = configuration
    workers = CameraWorkers(limit: configuration.workerLimit)
    eventLoop = (eventLoopGroup ?? Self.sharedGroup).next()
    self.logger = logger ?? Logger(label: "simulated-camera") { _ in SwiftLogNoOpLogHandler() }
    ports = (configuration.apiPort, configuration.descriptionPort)
    body = CameraBody(configuration: configuration)
    liveview = LiveviewStream(configuration: configuration)
    shownSize = configuration.pictureSize
    discoveryRandom = RandomSequence(seed: configuration.seed &+ 1)
  }

  // MARK: - On and off

  /// Switches the camera on: its waiting screen, all ports open.
  ///
  /// - Returns: Where it can be reached; the same again if it was on.
  /// - Throws: `SimulatedCameraError.portUnavailable`, `.interfaceUnknown`.
  @discardableResult
  public func start() async throws -> SimulatedCameraEndpoints {
    await settled()
    guard power == .off else { return endpoints }
    return try await open(counting: .off)
  }

  /// Switches it off in good order: says byebye, closes everything. What commands changed of the
  /// configuration is undone.
  public func stop() async {
    await settled()
    guard power == .on || power == .away else { return }
    if power == .on { sayGoodbye() }
    power = .changing
    letPhoneLeave()
    await closeEverything { $0.close(promise: nil) }
    await endSilence()
    present = configuration
    ports = (present.apiPort, present.descriptionPort)
    body = CameraBody(configuration: present)
    apiFaults = [:]
    lastingAPIFaults = [:]
    power = .off
    statusChanged()
  }

  /// Takes the camera out of reach without a word, as a lost radio or an empty battery does.
  ///
  /// Searches get no answer until ``reappear()``; what happens to connections says `departure`.
  public func vanish(_ departure: Departure = .reset) async {
    await settled()
    guard power == .on else { return }
    power = .changing
    departures += 1
    letPhoneLeave()
    if departure != .reset {
      abandoned = connections.values.map(\.channel)
      for id in connections.keys { forget(id) }
      for channel in abandoned {
        channel.setOption(.autoRead, value: false).whenComplete { _ in }
      }
    }
    await closeEverything { reset($0) }
    if departure == .unreachable {
      for port in [ports.api, ports.description] {
        silentPorts += await SilentPort.open(
          address: present.address, port: port, eventLoop: eventLoop)
      }
    }
    power = .away
    statusChanged()
  }

  /// Brings it back on the same ports, on its waiting screen: startRecMode is needed again.
  ///
  /// - Parameter change: What is different from before, for example port, address or name.
  @discardableResult
  public func reappear(
    _ change: @Sendable (inout SimulatedCameraConfiguration) -> Void = { _ in }
  ) async throws -> SimulatedCameraEndpoints {
    await settled()
    guard power == .away else { return endpoints }
    var changed = present
    change(&changed)
    try changed.validate()
    if changed.apiPort != present.apiPort { ports.api = changed.apiPort }
    if changed.descriptionPort != present.descriptionPort {
      ports.description = changed.descriptionPort
    }
    present = changed
    return try await open(counting: .away)
  }

  /// Where it can be reached while it is on.
  public var endpoints: SimulatedCameraEndpoints {
    let isEverywhere = present.address == "0.0.0.0"
    let host = present.advertisedHost ?? (isEverywhere ? "127.0.0.1" : present.address)
    let api = "http://\(host):\(ports.api)"
    return SimulatedCameraEndpoints(
      host: host, apiPort: ports.api, descriptionPort: ports.description,
      descriptionURL: "http://\(host):\(ports.description)\(DeviceDescription.path)",
      apiURL: api + "/sony/camera", liveviewURL: api + present.liveviewPath)
  }

  private func open(counting earlier: Power) async throws -> SimulatedCameraEndpoints {
    power = .changing
    await endSilence()
    body = CameraBody(configuration: present, battery: body.battery)
    liveview = LiveviewStream(configuration: present, continuing: liveview)
    slowCalls = []
    startTime = .now()
    lastCall = .now()
    do {
      listeners.append(try await listen(.api, port: ports.api))
      ports.api = listeners.last?.localAddress?.port ?? ports.api
      listeners.append(try await listen(.description, port: ports.description))
      ports.description = listeners.last?.localAddress?.port ?? ports.description
      if present.answersDiscovery { discovery = try await openDiscovery() }
    } catch {
      await closeEverything { $0.close(promise: nil) }
      power = earlier
      throw error
    }
    power = .on
    announce()
    statusChanged()
    return endpoints
  }

  private func closeEverything(_ closeConnection: (any Channel) -> Void) async {
    timers.values.forEach { $0.cancel() }
    timers = [:]
    poll = nil
    liveview.client = nil
    liveview.isRunning = false
    let open = connections.values.map(\.channel)
    open.forEach(closeConnection)
    let sockets = listeners + (discovery?.channels ?? [])
    listeners = []
    discovery = nil
    sockets.forEach { $0.close(promise: nil) }
    for channel in open + sockets { try? await channel.closeFuture.get() }
    for id in connections.keys { forget(id) }
  }

  /// A connection is served no more.
  private func forget(_ id: ObjectIdentifier) {
    connections[id] = nil
    calls.answered(on: id, at: lifetimeMilliseconds)
    workers.release(id)
  }

  /// Waits until no earlier change is under way, so that none is lost.
  private func settled() async {
    while power == .changing {
      await withCheckedContinuation { unsettled.append($0) }
    }
  }

  /// Ends what a silent departure left behind: the old connections are reset, the ports free.
  private func endSilence() async {
    let left = abandoned + silentPorts
    abandoned = []
    silentPorts = []
    left.forEach(reset)
    for channel in left { try? await channel.closeFuture.get() }
  }

  // MARK: - Time

  /// Since the camera was switched on or came back.
  var uptimeMilliseconds: Int64 { (NIODeadline.now() - startTime).nanoseconds / 1_000_000 }

  /// Does `work` later, unless the camera is switched off or vanishes before.
  func after(_ delay: Duration, _ work: @escaping @Sendable (isolated SimulatedCamera) -> Void) {
    timerCount += 1
    let number = timerCount
    timers[number] = eventLoop.scheduleTask(in: TimeAmount(delay)) {
      self.assumeIsolated { camera in
        guard camera.timers.removeValue(forKey: number) != nil else { return }
        work(camera)
      }
    }
  }

  /// After anything that changed ``body``: brings stream, poll and waiters in step with it.
  func cameraChanged() {
    liveviewModeChanged()
    answerPoll()
    statusChanged()
  }
}
