import Glibc
import JSON
import Media
import Pipeline
import SonyCamera

/// Looks closely at one camera and everything that leads to it; for the `diagnose` command.
///
/// It finds the camera, asks it all that can be asked without changing a setting, takes its
/// liveview for some seconds, and leaves it as it was. A step that fails is a line of the report,
/// and the next step follows. Cameras have one liveview: whoever has it loses it meanwhile.
public struct CameraDiagnosis: Sendable {
  /// What is to be diagnosed, and what the report says beside.
  public struct Settings: Sendable {
    /// Where the camera is; nil to search.
    public var address: CameraAddress?
    /// Name or IPv4 address of the only interface to use; nil for all.
    public var interface: String?
    /// For how long the liveview is measured.
    public var streamDuration = Duration.seconds(10)
    public var bridgeVersion: String
    public var given: [Diagnosis.Setting] = []
    /// Processes of the bridge that run beside this one.
    public var otherBridges: [Int] = []

    public init(bridgeVersion: String) {
      self.bridgeVersion = bridgeVersion
    }
  }

  /// Answers come within 1.5 s, if they come.
  var searchDuration = Duration.seconds(3)
  /// For finding the camera in all other ways, too.
  var findLimit = Duration.seconds(6)
  /// Port of discovery; another than 1900 only for tests.
  var discoveryPort = SSDPMessage.groupPort
  let settings: Settings
  let clock: MediaClock

  public init(settings: Settings, clock: MediaClock = .system) {
    self.settings = settings
    self.clock = clock
  }

  /// Diagnoses; when cancelled it leaves the camera and returns what it has.
  ///
  /// - Parameter onProgress: Told what is being done, in a few words.
  public func run(onProgress: @escaping @Sendable (String) -> Void = { _ in }) async -> Diagnosis {
    var diagnosis = Diagnosis(host: host)
    diagnosis.settings = settings.given
    if !settings.otherBridges.isEmpty {
      diagnosis.remarks.append(
        "a bridge runs on this machine; it loses the liveview while this is measured")
    }
    onProgress("searching for \(Int(searchDuration.inSeconds)) s")
    diagnosis.search = await survey.run(for: searchDuration)
    let http = CameraHTTPClient(interface: settings.interface)
    await find(with: http, &diagnosis)
    guard let camera = diagnosis.camera else { return diagnosis }
    var calls = DiagnosisCalls(http: http, endpoint: camera.endpoint, clock: clock)
    onProgress("asking \(camera.name) what it is")
    await identify(camera, with: http, &diagnosis, &calls)
    onProgress("starting its liveview")
    let url = await startLiveview(of: camera, &diagnosis, &calls)
    if let url {
      onProgress("taking its liveview for \(Int(settings.streamDuration.inSeconds)) s")
      await measure(url, of: camera, &diagnosis, &calls)
    }
    onProgress("leaving it as it was")
    let (asked, wasRunning) = (calls, diagnosis.eventBefore?.isLiveviewRunning == true)
    // A task of its own, because this one's cancellation would cancel the farewell, too.
    diagnosis.calls = await Task { await leave(asked, wasRunning: wasRunning) }.value.records
    return diagnosis
  }

  var survey: SearchSurvey {
    SearchSurvey(interface: settings.interface, port: discoveryPort, clock: clock)
  }

  private var host: DiagnosedHost {
    var name = utsname()
    uname(&name)
    func text<Characters>(_ characters: Characters) -> String {
      withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    return DiagnosedHost(
      bridgeVersion: settings.bridgeVersion, date: clock.wallClockAnchor().iso8601,
      kernel: "\(text(name.sysname)) \(text(name.release))", architecture: text(name.machine),
      interfaces: NetworkInterface.all(), wantedInterface: settings.interface,
      routes: .current(), otherBridges: settings.otherBridges)
  }

  // MARK: Finding

  private func find(with http: CameraHTTPClient, _ diagnosis: inout Diagnosis) async {
    if let wanted = settings.interface, let obstacle = NetworkInterface.obstacle(named: wanted) {
      diagnosis.remarks.append(obstacle)
    }
    let finder = CameraFinder(
      http: http, address: settings.address, interface: settings.interface,
      searchInterval: .seconds(2), clock: clock, discoveryPort: discoveryPort)
    let begin = clock.now()
    diagnosis.camera = try? await withTimeLimit(findLimit) { try await finder.first() }
    guard let camera = diagnosis.camera else {
      diagnosis.remarks.append(
        """
        no camera answered; is the remote app open on it (not "Send to Smartphone"), and has this \
        machine joined its Wi-Fi?
        """)
      return
    }
    diagnosis.foundAfter = begin.duration(to: clock.now())
    diagnosis.signalBefore = signal(of: camera)
  }

  func signal(of camera: FoundCamera) -> WirelessSignal? {
    let interface = camera.interface ?? settings.interface
    return interface.flatMap { WirelessSignal.current(of: $0) }
  }

  // MARK: Asking

  private func identify(
    _ camera: FoundCamera, with http: CameraHTTPClient, _ diagnosis: inout Diagnosis,
    _ calls: inout DiagnosisCalls
  ) async {
    if let location = camera.location {
      let begin = clock.now()
      do {
        let description = try await http.description(at: location, timeLimit: .seconds(5))
        diagnosis.descriptionTook = begin.duration(to: clock.now())
        diagnosis.description = Diagnosis.Description(description)
      } catch {
        diagnosis.remarks.append("the device description could not be read (\(error))")
      }
    }
    diagnosis.versions = (try? await calls.ask(.getVersions)?.versions()) ?? []
    diagnosis.application = try? await calls.ask(.getApplicationInfo)?.applicationInfo()
    for version in diagnosis.versions.isEmpty ? [""] : diagnosis.versions.prefix(8) {
      let types = try? await calls.ask(.getMethodTypes(version: version))?.methodTypes()
      diagnosis.knownMethods += (types ?? []).map { "\($0.method) \($0.version)" }
    }
    diagnosis.methodsBefore = await callable(&calls)
    diagnosis.eventBefore = await event(of: .best(of: diagnosis.versions), &calls)
    if diagnosis.eventBefore?.isLiveviewRunning == true {
      diagnosis.remarks.append(
        "liveview was running already; a program that had it has lost it to this diagnosis")
    }
    try? await Task.sleep(for: DiagnosisCalls.spacing)
    guard !Task.isCancelled else { return }
    let connector = CameraConnector(interface: settings.interface)
    diagnosis.keepAlive = await KeepAliveProbe(connector: connector, endpoint: camera.endpoint)
      .run()
  }

  /// Names of the methods that can be called now, sorted.
  func callable(_ calls: inout DiagnosisCalls) async -> [String] {
    let names = try? await calls.ask(.getAvailableApiList)?.methodNames()
    return (names ?? []).map(\.rawValue).sorted()
  }

  /// A snapshot in the newest version that is answered, from `version` on downwards.
  func event(of version: EventVersion, _ calls: inout DiagnosisCalls) async -> Diagnosis.Event? {
    var next: EventVersion? = version
    while let version = next {
      let call = CameraCall.getEvent(waitsForChange: false, version: version.rawValue)
      guard let reply = await calls.ask(call) else { return nil }
      if let event = try? reply.event() { return Diagnosis.Event(event, version: version) }
      switch calls.records.last?.code {
      case .noSuchMethod?, .unsupportedVersion?, .illegalArgument?: next = version.previous
      default: return nil
      }
    }
    return nil
  }
}

extension Diagnosis.Description {
  init(_ description: DeviceDescription) {
    self.init(
      name: description.friendlyName, model: description.modelName,
      manufacturer: description.manufacturer,
      identifier: shortenedIdentifier(description.uniqueDeviceName),
      services: description.services.map(\.name),
      hasDefaultLiveview: description.liveviewURL != nil)
  }
}

extension Diagnosis.Event {
  fileprivate init(_ event: CameraEvent, version: EventVersion) {
    self.version = version
    isLiveviewRunning = event.isLiveviewReady
    // The methods have a section of their own.
    entries = event.entries.filter { $0.key != "availableApiList" }.mapValues { values in
      values.map { value in
        guard case .object(var members) = value else { return DiagnosisCalls.compact(value) }
        members["type"] = nil
        return DiagnosisCalls.compact(.object(members))
      }.joined(separator: " ")
    }
  }
}
