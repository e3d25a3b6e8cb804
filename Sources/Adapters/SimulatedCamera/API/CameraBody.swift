import Media

/// What the camera is doing and what its remote application answers because of it.
///
/// Knows no sockets and no clock: the camera around it delays and sends the answers.
///
///     waiting ──startRecMode──▶ recording mode ──startLiveview──▶ liveview
///        ◀──────stopRecMode──────────┘   ◀──────stopLiveview─────────┘
struct CameraBody: Sendable {
  enum Mode: Sendable, Equatable {
    /// The screen says "Connecting…"; only seven methods are there.
    case waiting
    case recording
    case liveview(LiveviewSizeClass)
  }

  /// The two sizes a client can ask for.
  enum LiveviewSizeClass: String, Sendable {
    case large = "L"
    case medium = "M"
  }

  /// What to do with a call.
  enum Reply: Sendable, Equatable {
    case send(APIAnswer)
    /// Wait for a change, then answer with ``events(version:onlyChanged:)``.
    case holdPoll(version: String)
    /// Take a picture, then answer with its address.
    case takePicture
  }

  let configuration: SimulatedCameraConfiguration
  private(set) var mode = Mode.waiting
  /// What getEvent calls cameraStatus.
  private(set) var status = CameraStatus.notReady
  private(set) var settings: [CameraSetting]
  private(set) var wantsFrameInformation = false
  private(set) var zoomPosition = 0
  private(set) var battery: BatteryLevel
  /// The mode dial is where the remote application does not work.
  private(set) var isDialUnsupported = false
  /// The temperature warning is shown; pictures still come.
  private(set) var isHot = false
  private(set) var touchPosition: (x: JSONValue, y: JSONValue)?
  private(set) var pictureURLs: [String] = []
  /// Positions of getEvent that changed since it was last answered.
  var changedEvents: Set<Int> = []

  /// - Parameter battery: As it was before.
  init(configuration: SimulatedCameraConfiguration, battery: BatteryLevel = .full) {
    self.configuration = configuration
    self.battery = battery
    settings = CameraSetting.basic
    if configuration.application == .installed { settings += CameraSetting.additional }
    wantsFrameInformation = configuration.frameInformation == .always
  }

  var isRecMode: Bool { mode != .waiting }

  var isLiveviewActive: Bool {
    if case .liveview = mode { true } else { false }
  }

  /// Whether liveview brings pictures in this state.
  var takesPictures: Bool { status == .idle || (status == .error && isHot) }

  // MARK: - Changes

  mutating func enter(_ newMode: Mode) {
    guard newMode != mode else { return }
    let wasWaiting = mode == .waiting
    let hadLiveview = isLiveviewActive
    mode = newMode
    if isLiveviewActive != hadLiveview { changedEvents.insert(EventPosition.liveviewStatus) }
    guard wasWaiting != (newMode == .waiting) else { return }
    changedEvents.insert(EventPosition.availableAPIList)
    show(restingStatus)
  }

  /// What the camera is doing when it is doing nothing.
  var restingStatus: CameraStatus {
    guard mode != .waiting, !isDialUnsupported else { return .notReady }
    return isHot ? .error : .idle
  }

  /// Turns the mode dial to a position the remote application works on, or to another one.
  mutating func turnDial(toUnsupported isUnsupported: Bool) {
    guard isUnsupported != isDialUnsupported else { return }
    isDialUnsupported = isUnsupported
    changedEvents.insert(EventPosition.availableAPIList)
    show(restingStatus)
  }

  mutating func warnOfHeat(_ isHot: Bool) {
    self.isHot = isHot
    show(restingStatus)
  }

  mutating func touch(x: JSONValue, y: JSONValue) {
    touchPosition = (x, y)
    changedEvents.insert(EventPosition.touchFocus)
  }

  mutating func cancelTouch() {
    touchPosition = nil
    changedEvents.insert(EventPosition.touchFocus)
  }

  mutating func show(_ newStatus: CameraStatus) {
    guard newStatus != status else { return }
    status = newStatus
    changedEvents.insert(EventPosition.cameraStatus)
  }

  mutating func setBattery(_ level: BatteryLevel) {
    battery = level
    changedEvents.insert(EventPosition.batteryInformation)
  }

  mutating func pictureTaken(_ url: String) {
    pictureURLs = [url]
    changedEvents.insert(EventPosition.takePicture)
  }

  mutating func set(_ name: String, to value: JSONValue) {
    guard let index = settings.firstIndex(where: { $0.name == name }) else { return }
    settings[index] = settings[index].with(value)
    changedEvents.insert(settings[index].eventPosition)
  }

  mutating func setFrameInformation(_ wanted: Bool) { wantsFrameInformation = wanted }

  mutating func zoom(to position: Int) {
    zoomPosition = position
    changedEvents.insert(EventPosition.zoomInformation)
  }

  // MARK: - Which methods there are

  private var sizeMethodsWork: Bool {
    configuration.application == .installed || configuration.liveviewSizeMethods == .works
  }

  private var offersFrameInformation: Bool {
    configuration.application == .installed || configuration.frameInformation != .never
  }

  /// Those of every state; which method tells events depends on the application.
  private var alwaysAvailable: [APIMethod] {
    switch configuration.application {
    case .embedded, .installed: APIMethod.always
    case .receiveEvent: APIMethod.always.dropLast() + [APIMethod.receiveEvent]
    case .withoutEvents: Array(APIMethod.always.dropLast())
    }
  }

  /// What getAvailableApiList gives now, in the camera's order.
  ///
  /// Source: an ILCE-6000 with the embedded application: 7 before startRecMode, 22 after.
  var availableMethods: [APIMethod] {
    guard mode != .waiting else { return alwaysAvailable + APIMethod.waiting }
    guard !isDialUnsupported else { return alwaysAvailable + APIMethod.waiting.suffix(1) }
    var methods = alwaysAvailable + APIMethod.shooting
    if sizeMethodsWork { methods += APIMethod.liveviewSize }
    for setting in settings {
      let group = APIMethod.group(for: setting)
      // ILCE-6000: setExposureCompensation is missing from the list, its relatives are in it.
      methods +=
        setting.isRange && configuration.application != .installed
        ? Array(group.dropFirst()) : group
    }
    methods += APIMethod.group(for: .flash).suffix(1)
    if offersFrameInformation { methods += APIMethod.frameInformation }
    if configuration.application == .installed { methods += APIMethod.touchFocus }
    return methods
  }

  /// Every method that does not get error 12.
  var knownMethods: [APIMethod] {
    var methods = alwaysAvailable + APIMethod.waiting + APIMethod.shooting + APIMethod.unlisted
    if sizeMethodsWork || configuration.liveviewSizeMethods == .notAvailable {
      methods += APIMethod.liveviewSize
    }
    for setting in CameraSetting.basic + CameraSetting.additional + [.flash] {
      methods += APIMethod.group(for: setting)
    }
    if offersFrameInformation { methods += APIMethod.frameInformation }
    if configuration.application == .installed { methods += APIMethod.touchFocus }
    return Self.unique(methods)
  }

  private static func unique(_ methods: [APIMethod]) -> [APIMethod] {
    var seen: Set<String> = []
    return methods.filter { seen.insert($0.name).inserted }
  }
}

/// What getEvent says the camera is doing.
public enum CameraStatus: String, Sendable, CaseIterable {
  case idle = "IDLE"
  case notReady = "NotReady"
  case stillCapturing = "StillCapturing"
  case stillSaving = "StillSaving"
  /// High temperature or no memory card, for example.
  case error = "Error"
}

/// Charge of the battery in quarters, as far as the camera tells it.
public enum BatteryLevel: Int, Sendable, CaseIterable {
  case nearEnd
  case quarter
  case half
  case threeQuarters
  case full
}
