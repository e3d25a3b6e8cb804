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

  public nonisolated let configuration: SimulatedCameraConfiguration
  nonisolated let eventLoop: any EventLoop
  nonisolated let logger: Logger

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    eventLoop.executor.asUnownedSerialExecutor()
  }

  var power = Power.off
  /// As bound; as configured before the first start.
  var ports: (api: Int, description: Int)
  private var listeners: [any Channel] = []
  var discovery: DiscoverySockets?
  var connections: [ObjectIdentifier: CameraConnection] = [:]
  /// Connections nobody serves any more since the camera went silent.
  private var abandoned: [any Channel] = []

  var body: CameraBody
  var poll: HeldPoll?
  var pollCount = 0
  var slowCalls: [Duration] = []
  var apiFaults: [String: [APIFault]] = [:]
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
    guard power == .off else { return endpoints }
    return try await open(counting: .off)
  }

  /// Switches it off in good order: says byebye, closes everything.
  public func stop() async {
    guard power == .on || power == .away else { return }
    if power == .on { sayGoodbye() }
    power = .changing
    await closeEverything { $0.close(promise: nil) }
    ports = (configuration.apiPort, configuration.descriptionPort)
    power = .off
    statusChanged()
  }

  /// Takes the camera out of reach without a word, as a lost radio or an empty battery does.
  ///
  /// Its ports refuse connections and searches get no answer until ``reappear()``.
  public func vanish(_ departure: Departure = .reset) async {
    guard power == .on else { return }
    power = .changing
    if departure == .silent {
      abandoned = connections.values.map(\.channel)
      connections = [:]
      for channel in abandoned {
        channel.setOption(.autoRead, value: false).whenComplete { _ in }
      }
    }
    await closeEverything { reset($0) }
    power = .away
    statusChanged()
  }

  /// Brings it back on the same ports, on its waiting screen: startRecMode is needed again.
  @discardableResult
  public func reappear() async throws -> SimulatedCameraEndpoints {
    guard power == .away else { return endpoints }
    return try await open(counting: .away)
  }

  /// Where it can be reached while it is on.
  public var endpoints: SimulatedCameraEndpoints {
    let isEverywhere = configuration.address == "0.0.0.0"
    let host = configuration.advertisedHost ?? (isEverywhere ? "127.0.0.1" : configuration.address)
    let api = "http://\(host):\(ports.api)"
    return SimulatedCameraEndpoints(
      host: host, apiPort: ports.api, descriptionPort: ports.description,
      descriptionURL: "http://\(host):\(ports.description)\(DeviceDescription.path)",
      apiURL: api + "/sony/camera", liveviewURL: api + configuration.liveviewPath)
  }

  private func open(counting earlier: Power) async throws -> SimulatedCameraEndpoints {
    power = .changing
    abandoned.forEach(reset)
    abandoned = []
    body = CameraBody(configuration: configuration)
    liveview = LiveviewStream(configuration: configuration, continuing: liveview)
    slowCalls = []
    startTime = .now()
    do {
      listeners.append(try await listen(.api, port: ports.api))
      ports.api = listeners.last?.localAddress?.port ?? ports.api
      listeners.append(try await listen(.description, port: ports.description))
      ports.description = listeners.last?.localAddress?.port ?? ports.description
      if configuration.answersDiscovery { discovery = try await openDiscovery() }
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
    connections = [:]
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
