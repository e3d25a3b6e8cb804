import Media
import SonyCamera

/// Everything a diagnosis found out; `report` puts it into words.
public struct Diagnosis: Sendable {
  /// How it ended, for the exit status.
  public enum Outcome: Sendable, Hashable {
    case pictureReceived
    case noPicture
    case noCamera
  }

  /// One setting that was given, as it may be shared.
  public struct Setting: Sendable, Hashable {
    public var key: String
    /// Already without secrets.
    public var value: String
    /// Where it was given: `environment`, or the name of a file.
    public var source: String

    public init(key: String, value: String, source: String) {
      self.key = key
      self.value = value
      self.source = source
    }
  }

  /// What the camera says about itself, as far as it may be shared.
  struct Description: Sendable, Hashable {
    var name: String
    var model: String
    var manufacturer: String
    /// Shortened.
    var identifier: String
    var services: [String]
    var hasDefaultLiveview: Bool
  }

  /// One answer of `getEvent`.
  struct Event: Sendable, Hashable {
    var version: EventVersion
    /// By type, as compact JSON.
    var entries: [String: String]
    var isLiveviewRunning: Bool?
  }

  var host: DiagnosedHost
  var settings: [Setting] = []
  /// Steps that failed in a way nothing else shows, each as a sentence.
  var remarks: [String] = []

  var search = SearchFinding()
  var camera: FoundCamera?
  var foundAfter: Duration?
  var description: Description?
  var descriptionTook: Duration?
  var signalBefore: WirelessSignal?
  var signalDuring: WirelessSignal?

  var calls: [CallRecord] = []
  var versions: [String] = []
  var application: CameraApplication?
  /// Every method the app knows: `name version`.
  var knownMethods: [String] = []
  var methodsBefore: [String] = []
  var methodsAfter: [String] = []
  var eventBefore: Event?
  var eventDuring: Event?
  var keepAlive: KeepAliveFinding?

  /// Remote shooting mode was entered by this diagnosis.
  var hasEnteredRecMode = false
  /// What `startLiveviewWithSize` came to right after `startRecMode`.
  var afterRecMode: CallRecord?
  var liveviewURL: String?
  var liveview: LiveviewFinding?
  /// A search while liveview ran.
  var searchDuring: SearchFinding?

  init(host: DiagnosedHost) {
    self.host = host
  }

  public var outcome: Outcome {
    if (liveview?.pictureCount ?? 0) > 0 { return .pictureReceived }
    return camera == nil ? .noCamera : .noPicture
  }
}

/// The machine the diagnosis ran on.
struct DiagnosedHost: Sendable, Hashable {
  var bridgeVersion: String
  var date: String
  /// Name, release and architecture of the kernel.
  var kernel: String
  var architecture: String
  var interfaces: [NetworkInterface]
  /// As asked for; nil for all.
  var wantedInterface: String?
  var routes: RouteTable
  /// Processes of the bridge that run beside.
  var otherBridges: [Int]
}
