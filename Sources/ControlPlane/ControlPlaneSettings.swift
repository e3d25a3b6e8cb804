import NIOCore
import Pipeline

/// Settings of the control plane, section `control`.
///
/// | key | type | default | range |
/// |---|---|---|---|
/// | `enabled` | whether to serve it | true | |
/// | `listenAddress` | IP address to listen on; `0.0.0.0` or `::` is every interface | 127.0.0.1 | an IP address or `localhost` |
/// | `listenPort` | TCP port | 8088 | 0 … 65535, 0 takes a free one |
/// | `allowedHosts` | further host names it may be asked for, beside IP addresses, names without a dot and `.local`, `.lan`, `.internal`, `.home.arpa` names | none | host names |
/// | `remoteActions` | whether other machines may change what `/control` lists, too | false | |
public struct ControlPlaneSettings: Sendable {
  public var isEnabled: Bool
  public var listenAddress: String
  public var listenPort: Int
  public var allowedHosts: [String]
  public var allowsRemoteActions: Bool

  public init(settings: SettingsReader) {
    isEnabled = settings.bool("enabled", default: true)
    listenAddress = settings.string(
      "listenAddress", default: "127.0.0.1", allowed: "an IP address or localhost",
      where: { $0 == "localhost" || Self.isIPAddress($0) })
    listenPort = settings.int("listenPort", default: 8088, in: 0...65535)
    allowedHosts = settings.strings("allowedHosts")
    allowsRemoteActions = settings.bool("remoteActions", default: false)
  }

  /// Whether other machines can reach it.
  var isOpenToOthers: Bool {
    !(listenAddress == "localhost" || listenAddress == "::1" || listenAddress.hasPrefix("127."))
  }

  /// What to type into a browser for `port` on this machine.
  func url(port: Int) -> String {
    switch listenAddress {
    case "0.0.0.0": "http://127.0.0.1:\(port)/"
    case "::": "http://[::1]:\(port)/"
    case let address where address.contains(":"): "http://[\(address)]:\(port)/"
    case let address: "http://\(address):\(port)/"
    }
  }

  static func isIPAddress(_ text: String) -> Bool {
    (try? SocketAddress(ipAddress: text, port: 0)) != nil
  }
}
