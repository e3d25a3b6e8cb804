/// Something about the camera that an operator may want to read, once.
///
/// The adapter only writes it down: `severity`, the constant `phrase`, and `values`.
public enum CameraNotice: Sendable, Hashable {
  /// As a log understands it.
  public enum Severity: Sendable, Hashable, CaseIterable {
    case debug
    case notice
    case warning
  }

  /// What a value is.
  public enum Key: String, Sendable, Hashable, CaseIterable {
    case status
    case previousStatus = "previous_status"
    case error
    case percent
    case count
    case storage
    case mode
    case seconds
    case setting
    case method
    case reason
  }

  /// Mere news: what is wrong comes as an error, or as `stayedNotReady`.
  case statusChanged(from: CameraStatus, to: CameraStatus)
  /// For longer than a person needs to take a photo.
  case stayedNotReady
  case readyAgain
  /// The status `Error`, or an error that lasts.
  case errorAppeared(String)
  case errorCleared(String)
  /// An error that was over at once.
  case errorReported(String)
  /// It fell to 75 or 50 %, rose, or was told for the first time.
  case batteryLevelChanged(percent: Int)
  /// It fell to 25, 10 or 5 %, as far as the camera counts so finely.
  case batteryLow(percent: Int)
  /// The camera will switch itself off soon.
  case batteryNearEnd
  case photoTaken(count: Int)
  /// - needsRecMode: Only `startRecMode` leads on; the camera is on its waiting screen.
  case methodsChanged(needsRecMode: Bool)
  case storageFull(String)
  case exposureModeChanged(String)
  case shootModeChanged(String)
  /// The camera switches itself off after this time without being used.
  case autoPowerOffSet(seconds: Int)
  /// The camera has no `getEvent`.
  case eventsUnavailable
  /// Another program polls the camera, too; each ends the other's poll.
  case pollingContested
  /// The answers make no sense; the camera is asked seldom.
  case pollingSlowed
  case setupRefused(SetupRefusal)

  public var severity: Severity {
    switch self {
    case .stayedNotReady, .errorAppeared, .errorReported, .batteryLow, .batteryNearEnd,
      .pollingContested, .pollingSlowed, .setupRefused:
      .warning
    case .readyAgain, .errorCleared, .batteryLevelChanged, .storageFull, .exposureModeChanged,
      .shootModeChanged, .autoPowerOffSet, .eventsUnavailable:
      .notice
    // Somebody uses the camera; that may be a thousand times a day.
    case .statusChanged, .photoTaken: .debug
    case .methodsChanged(let needsRecMode):
      needsRecMode ? .notice : .debug
    }
  }

  public var phrase: String {
    switch self {
    case .statusChanged: "camera status changed"
    case .stayedNotReady:
      "camera is not ready: it is in use by hand, or its mode dial is on an unsupported position"
    case .readyAgain: "camera is ready again"
    case .errorAppeared: "camera reports an error"
    case .errorCleared: "camera error is over"
    case .errorReported: "camera reported an error"
    case .batteryLevelChanged: "camera battery level changed"
    case .batteryLow: "camera battery is low"
    case .batteryNearEnd: "camera battery is nearly empty"
    case .photoTaken: "camera took a photo"
    case .methodsChanged(needsRecMode: true): "camera went to its waiting screen"
    case .methodsChanged(needsRecMode: false): "camera offers other methods"
    case .storageFull: "memory card is full"
    case .exposureModeChanged: "mode dial was turned"
    case .shootModeChanged: "shoot mode changed"
    case .autoPowerOffSet: "camera switches itself off when idle"
    case .eventsUnavailable: "camera does not tell what it is doing"
    case .pollingContested: "another program polls the camera"
    case .pollingSlowed: "camera gives no sensible account of itself"
    case .setupRefused: "camera refused a setting"
    }
  }

  public var values: [Key: String] {
    switch self {
    case .statusChanged(let from, let to): [.previousStatus: from.name, .status: to.name]
    case .errorAppeared(let error), .errorCleared(let error), .errorReported(let error):
      [.error: error]
    case .batteryLevelChanged(let percent), .batteryLow(let percent):
      [.percent: String(percent)]
    case .photoTaken(let count): [.count: String(count)]
    case .storageFull(let storage): [.storage: storage]
    case .exposureModeChanged(let mode), .shootModeChanged(let mode): [.mode: mode]
    case .autoPowerOffSet(let seconds): [.seconds: String(seconds)]
    case .setupRefused(let refusal):
      [
        .setting: refusal.item.rawValue, .method: refusal.method.rawValue,
        .reason: refusal.reason.description,
      ]
    case .stayedNotReady, .readyAgain, .batteryNearEnd, .methodsChanged, .eventsUnavailable,
      .pollingContested, .pollingSlowed:
      [:]
    }
  }
}
