import Media
import Pipeline
import RTSP

/// Settings of the RTSP server, section `outputs.rtsp`.
///
/// | key | type | default | range |
/// |---|---|---|---|
/// | `enabled` | Boolean | true | |
/// | `listenAddress` | text | `::`: every address, IPv4 too | IPv4 or IPv6 address |
/// | `listenPort` | number | 8554 | 0…65535; 0 lets the system choose |
/// | `path` | text | `/live/stream` | begins with `/` |
/// | `username` | text | none | needs a password; no colon |
/// | `password` | text | none: everybody may watch | needs a user name |
/// | `passwordFile` | path | none | instead of `password` |
/// | `udpEnabled` | Boolean | true | false: TCP only |
/// | `httpTunnelEnabled` | Boolean | true: RTSP over HTTP on the same port | |
/// | `maxConnections` | number | 128 | 1…10000 |
/// | `maxConnectionsPerAddress` | number | 16 | 1…10000 |
/// | `tcpPacketBytes` | bytes of an RTP packet | 1400 | 200…65000 |
/// | `udpPacketBytes` | bytes of an RTP packet | 1200 | 200…1460 |
/// | `preamble` | word | `tcp` | `tcp`, `always`, `off` |
/// | `maxQueuedBytes` | bytes waiting for one viewer | 262144 | 65536…16777216 |
/// | `maxQueuedSeconds` | seconds a picture may wait for one viewer | 1.5 | 0.2…60 |
/// | `stallTimeoutSeconds` | seconds without progress | 15 | 1…300 |
/// | `sessionTimeoutSeconds` | seconds, as told to clients | 60 | 10…3600 |
/// | `limits` | section, see ``RTSPLimitSettings`` | | |
struct RTSPOutputSettings: Sendable {
  var isEnabled: Bool
  /// Without brackets.
  var listenAddress: String
  var listenPort: Int
  var path: String
  /// Nil if everybody may watch.
  var credential: RTSPCredential?
  var allowsUDP: Bool
  /// RTSP over HTTP, on the same port.
  var allowsHTTPTunnel: Bool
  var maxConnections: Int
  var maxConnectionsPerAddress: Int
  /// Largest RTP packet inside the connection. It could be up to 65 535, but some receivers that
  /// pass packets on cannot take more than fits an Ethernet frame.
  var tcpPacketBytes: Int
  /// Largest RTP datagram; 1200 passes mobile networks and tunnels whole.
  var udpPacketBytes: Int
  /// Whose first IDR is followed by repeats, so that players show it at once.
  var preamble: Preamble
  /// A viewer with more than this waiting misses pictures, up to an IDR after it has caught up.
  var maxQueuedBytes: Int
  /// The same for a viewer for whom a picture has waited this long.
  var maxQueuedTime: Duration
  /// A viewer that takes nothing for this long is disconnected.
  var stallTimeout: Duration
  var sessionTimeout: Duration
  var limits: RTSPLimitSettings

  /// Viewers whose first IDR is followed by repeats; see ``SnapshotPreamble``.
  enum Preamble: String, CaseIterable, Sendable {
    /// Those inside their connection, where nothing is lost.
    case tcp
    case always
    case off

    func applies(to transport: RTSPViewerTransport) -> Bool {
      switch (self, transport) {
      case (.always, _), (.tcp, .interleaved): true
      case (.tcp, .udp), (.off, _): false
      }
    }
  }

  /// Addresses that mean every interface.
  static let anyAddresses: Set<String> = ["::", "0.0.0.0"]

  init(reader: SettingsReader) {
    isEnabled = reader.bool("enabled", default: true)
    let address = reader.string(
      "listenAddress", default: "::", allowed: "an IPv4 or IPv6 address", where: Self.isAddress)
    listenAddress = address.filter { $0 != "[" && $0 != "]" }
    listenPort = reader.int("listenPort", default: 8554, in: 0...65535)
    path = reader.string(
      "path", default: "/live/stream", allowed: "a path like /live/stream",
      where: { $0.hasPrefix("/") && $0.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } })
    credential = Self.credential(reader)
    allowsUDP = reader.bool("udpEnabled", default: true)
    allowsHTTPTunnel = reader.bool("httpTunnelEnabled", default: true)
    maxConnections = reader.int("maxConnections", default: 128, in: 1...10_000)
    maxConnectionsPerAddress = reader.int(
      "maxConnectionsPerAddress", default: 16, in: 1...10_000)
    tcpPacketBytes = reader.int("tcpPacketBytes", default: 1400, in: 200...65_000)
    udpPacketBytes = reader.int("udpPacketBytes", default: 1200, in: 200...1460)
    preamble = reader.choice("preamble", default: Preamble.tcp)
    maxQueuedBytes = reader.int("maxQueuedBytes", default: 262_144, in: 65_536...16_777_216)
    maxQueuedTime = reader.seconds("maxQueuedSeconds", default: 1.5, in: 0.2...60)
    stallTimeout = reader.seconds("stallTimeoutSeconds", default: 15, in: 1...300)
    sessionTimeout = reader.seconds("sessionTimeoutSeconds", default: 60, in: 10...3600)
    limits = RTSPLimitSettings(reader: reader.scoped(to: "limits"))
  }

  private static func isAddress(_ text: String) -> Bool {
    RTSPAddress.parse(text.filter { $0 != "[" && $0 != "]" }) != nil
  }

  private static func credential(_ reader: SettingsReader) -> RTSPCredential? {
    let username = reader.string("username")
    let password = reader.secret("password", fileKey: "passwordFile")
    switch (username, password) {
    case (nil, nil):
      return nil
    case (let username?, let password?):
      guard !username.contains(":") else {
        reader.report("username", value: username, allowed: "without a colon")
        return nil
      }
      return RTSPCredential(username: username, password: password.value)
    case (.some, nil) where reader.contains("password") || reader.contains("passwordFile"):
      // What is wrong with the password was reported already.
      return nil
    case (let username?, nil):
      reader.report(
        "username", value: username, allowed: "given together with password or passwordFile")
      return nil
    case (nil, .some):
      reader.report("username", value: nil, allowed: "given together with the password")
      return nil
    }
  }

  var queueBounds: ViewerQueue.Bounds { .init(bytes: maxQueuedBytes, age: maxQueuedTime) }

  /// What the engine needs of these.
  func serverConfiguration(name: String) -> RTSPServerConfiguration {
    var limits = limits.engine
    limits.advertisedSessionTimeout = sessionTimeout
    // Half as long again: some players ping a little later than they are told.
    limits.enforcedSessionTimeout = sessionTimeout * 3 / 2
    return RTSPServerConfiguration(
      presentation: RTSPPresentation(path: path),
      authentication: credential.map { .basic($0, realm: name) } ?? .none, limits: limits,
      allowsUDP: allowsUDP, serverName: name)
  }
}
