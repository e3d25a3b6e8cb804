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
/// | `stopRecModeAtExit` | true, false | true | whether the camera is put back to its waiting screen when the bridge stops |
public struct SonyCameraSettings: Sendable, Hashable {
  /// Longest `camera.url` that is accepted.
  private static let maximumAddressLength = 1000

  /// Where to look; nil to search.
  public var address: CameraAddress?
  public var interface: String?
  public var searchInterval: Duration
  public var liveviewSize: LiveviewSize
  public var stallLimit: Duration
  public var stopsRecModeAtExit: Bool

  /// Reads the section; what cannot be used is noted in the reader's ledger.
  public init(settings: SettingsReader) {
    let url = settings.string("url")
    address = url.flatMap { CameraAddress($0) }
    if let url, address == nil || url.count > Self.maximumAddressLength {
      settings.report("url", value: url, allowed: CameraAddress.allowed)
    }
    interface = settings.string("interface")
    searchInterval = settings.seconds("searchIntervalSeconds", default: 3, in: 1...60)
    liveviewSize = settings.choice("liveviewSize", default: .large)
    stallLimit = settings.seconds("stallSeconds", default: 3, in: 0.5...60)
    stopsRecModeAtExit = settings.bool("stopRecModeAtExit", default: true)
  }
}
