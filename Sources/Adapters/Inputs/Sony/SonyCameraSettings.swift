import Pipeline
import SonyCamera

/// Settings of the Sony camera input, section `camera`.
///
/// | key | type | default | what |
/// |---|---|---|---|
/// | `url` | text | none | where the camera is, instead of searching: its description (`…/scalarwebapi_dd.xml`), its API (`http://192.168.122.1:8080/sony`), or just a host |
/// | `interface` | text | all | network interface (name or IPv4 address) that leads to the camera; search and connections use only that one |
/// | `searchIntervalSeconds` | 1 … 60 | 3 | pause between two searches on the network |
/// | `liveviewSize` | `L`, `M` | `L` | 1024 or 640 pixels wide; `L` falls back to `M` on cameras that cannot |
/// | `stallSeconds` | 0.5 … 60 | 3 | time without a complete picture after which the stream is opened again |
/// | `mode` | `always`, `onDemand` | `always` | whether liveview runs always, or only while somebody wants video |
/// | `idleSeconds` | 1 … 3600 | 30 | how long liveview goes on after the last viewer, on demand |
/// | `sleep` | `liveview`, `recMode` | `liveview` | what is switched off then: liveview only, or remote shooting mode too |
/// | `freshWithinSeconds` | 1 … 60 | 8 | how long a viewer waits for a fresh picture before the offline picture |
/// | `whenTaken` | `retake`, `yield` | `retake` | what to do about another program that takes the liveview |
/// | `stopRecModeAtExit` | true, false | true | whether the camera is put back to its waiting screen when the bridge stops |
/// | `setup` | section | nothing | what is set on the camera, see `CameraSetup.Settings.init(settings:)` |
public struct SonyCameraSettings: Sendable, Hashable {
  /// Whether liveview runs without viewers.
  enum Mode: String, CaseIterable, Sendable {
    case always
    case onDemand
  }

  /// Longest `camera.url` that is accepted.
  private static let maximumAddressLength = 1000

  /// Where to look; nil to search.
  public var address: CameraAddress?
  public var interface: String?
  public var searchInterval: Duration
  public var liveviewSize: LiveviewSize
  public var stallLimit: Duration
  /// What is switched off while nobody watches; nil: nothing.
  public var sleepDepth: SleepDepth?
  public var idleTime: Duration
  public var whenTaken: LiveviewRivalry
  public var stopsRecModeAtExit: Bool
  /// How long a viewer waits for a fresh picture.
  public var freshWithin: Duration
  public var setup: CameraSetup.Settings

  /// Reads the section; what cannot be used is noted in the reader's ledger.
  public init(settings: SettingsReader) {
    let url = settings.string("url")
    address = url.flatMap { CameraAddress($0) }
    if let url, address == nil || url.count > Self.maximumAddressLength {
      settings.report("url", value: url, allowed: CameraAddress.allowed)
    }
    interface = settings.string("interface")
    if let interface, !NetworkInterface.isNameOrAddress(interface) {
      settings.report(
        "interface", value: interface,
        allowed: "the name of a network interface, for example wlan1, or its IPv4 address")
    }
    searchInterval = settings.seconds("searchIntervalSeconds", default: 3, in: 1...60)
    liveviewSize = settings.choice("liveviewSize", default: .large)
    stallLimit = settings.seconds("stallSeconds", default: 3, in: 0.5...60)
    let mode: Mode = settings.choice("mode", default: .always)
    let depth: SleepDepth = settings.choice("sleep", default: .liveview)
    sleepDepth = mode == .onDemand ? depth : nil
    idleTime = settings.seconds("idleSeconds", default: 30, in: 1...3600)
    whenTaken = settings.choice("whenTaken", default: .retake)
    stopsRecModeAtExit = settings.bool("stopRecModeAtExit", default: true)
    freshWithin = settings.seconds("freshWithinSeconds", default: 8, in: 1...60)
    setup = CameraSetup.Settings(settings: settings.scoped(to: "setup"))
  }

  /// How long viewers who have seen the camera bear a stream that has stopped: until the stall is
  /// noticed, and another try has had its time.
  public var viewersPatience: Duration { stallLimit + .seconds(1) }

}

extension CameraSetup.Settings {
  /// Reads the section `camera.setup`; what is absent or empty is left as it is on the camera.
  ///
  /// | key | type | what |
  /// |---|---|---|
  /// | `frameInfo` | true, false | whether the camera sends focus frames beside pictures |
  /// | `shootMode` | text | `still`, `movie`, … |
  /// | `selfTimerOff` | true, false | whether the self-timer is switched off |
  /// | `exposureCompensation` | -5 … 5 | in EV |
  /// | `whiteBalance` | text | as the camera names it: `Auto WB`, `Daylight`, … or kelvin: `5500K` |
  /// | `focusMode` | text | `AF-S`, `AF-C`, `DMF`, `MF` |
  /// | `zoomPosition` | 0 … 100 | of a power-zoom lens, in percent |
  /// | `touchAFPosition` | text | where to focus, `x,y` in percent from the upper left corner |
  init(settings: SettingsReader) {
    self.init()
    frameInfo = settings.bool("frameInfo", default: false) ? true : nil
    shootMode = settings.word("shootMode")
    turnsSelfTimerOff = settings.bool("selfTimerOff", default: false)
    exposureCompensation = settings.number("exposureCompensation", in: -5...5)
    focusMode = settings.word("focusMode")
    zoomPosition = settings.number("zoomPosition", in: 0...100).map { Int($0.rounded()) }
    whiteBalance = settings.word("whiteBalance").map { text in
      guard text.hasSuffix("K"), let kelvin = Int(text.dropLast()) else {
        return WhiteBalance(mode: text)
      }
      return WhiteBalance(colorTemperature: kelvin)
    }
    if let text = settings.string("touchAFPosition") {
      touchAFPosition = Point(text)
      if touchAFPosition == nil {
        settings.report(
          "touchAFPosition", value: text,
          allowed: "two numbers from 0 to 100 with a comma between them, for example 50,50")
      }
    }
  }
}

extension CameraSetup.Settings.Point {
  /// Reads `x,y`; nil if it is something else.
  init?(_ text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2,
      let x = Double(parts[0].filter { $0 != " " }), let y = Double(parts[1].filter { $0 != " " }),
      (0...100).contains(x), (0...100).contains(y)
    else { return nil }
    self.init(x: x, y: y)
  }
}

extension SettingsReader {
  /// A text that goes to the camera as it is.
  fileprivate func word(_ key: String) -> String? {
    guard let text = string(key) else { return nil }
    if text.count <= 64 { return text }
    report(key, value: text, allowed: "at most 64 characters")
    return nil
  }
}
