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
/// | `plainEnabled` | Boolean | true | false: only over TLS, which must be enabled |
/// | `udpEnabled` | Boolean | true | false: TCP only |
/// | `multicast` | section | | see ``RTSPMulticastSettings`` |
/// | `httpTunnelEnabled` | Boolean | true: RTSP over HTTP on the same port | |
/// | `maxConnections` | number | 128 | 1…10000 |
/// | `maxConnectionsPerAddress` | number | 16 | 1…10000 |
/// | `tcpPacketBytes` | bytes of an RTP packet | 1400 | 200…65000 |
/// | `udpPacketBytes` | bytes of an RTP packet | 1200 | 200…1452 |
/// | `preamble` | word | `tcp` | `tcp`, `always`, `off` |
/// | `maxQueuedBytes` | bytes waiting for one viewer | 262144 | 65536…16777216 |
/// | `maxQueuedSeconds` | seconds a picture may wait for one viewer | 1.5 | 0.2…60 |
/// | `stallTimeoutSeconds` | seconds without progress | 15 | 1…300 |
/// | `sessionTimeoutSeconds` | seconds, as told to clients | 60 | 10…3600 |
/// | `limits` | section, see ``RTSPLimitSettings`` | | |
///
/// Who may watch is in ``RTSPAccessSettings``, section `tls` in ``TLSSettings``.
struct RTSPOutputSettings: Sendable {
  var isEnabled: Bool
  /// Without brackets.
  var listenAddress: String
  var listenPort: Int
  var path: String
  var access: RTSPAccessSettings
  /// Whether clients may come without TLS.
  var isPlainEnabled: Bool
  /// Nil if nobody may come with TLS.
  var tls: TLSSettings?
  var allowsUDP: Bool
  var multicast: RTSPMulticastSettings
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
      case (.tcp, .udp), (.tcp, .multicast), (.off, _): false
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
    access = RTSPAccessSettings(reader: reader)
    isPlainEnabled = reader.bool("plainEnabled", default: true)
    tls = TLSSettings.read(
      reader.scoped(to: "tls"), plainPort: isPlainEnabled ? listenPort : nil)
    if !isPlainEnabled, tls == nil, !reader.scoped(to: "tls").bool("enabled", default: false) {
      reader.report("plainEnabled", value: "false", allowed: "true unless tls.enabled is true")
    }
    allowsUDP = reader.bool("udpEnabled", default: true)
    multicast = RTSPMulticastSettings(reader: reader.scoped(to: "multicast"))
    allowsHTTPTunnel = reader.bool("httpTunnelEnabled", default: true)
    maxConnections = reader.int("maxConnections", default: 128, in: 1...10_000)
    maxConnectionsPerAddress = reader.int(
      "maxConnectionsPerAddress", default: 16, in: 1...10_000)
    tcpPacketBytes = reader.int("tcpPacketBytes", default: 1400, in: 200...65_000)
    udpPacketBytes = reader.int("udpPacketBytes", default: 1200, in: 200...1452)
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

  var queueBounds: ViewerQueue.Bounds { .init(bytes: maxQueuedBytes, age: maxQueuedTime) }

  /// What the engine needs of these.
  ///
  /// - Parameter isSecure: For connections over TLS: there UDP would carry the pictures past it.
  func serverConfiguration(name: String, isSecure: Bool = false) -> RTSPServerConfiguration {
    var limits = limits.engine
    limits.advertisedSessionTimeout = sessionTimeout
    // Half as long again: some players ping a little later than they are told.
    limits.enforcedSessionTimeout = sessionTimeout * 3 / 2
    return RTSPServerConfiguration(
      presentation: RTSPPresentation(path: path),
      // What is asked for over TLS must not be sent around it in the clear.
      authentication: access.authentication, limits: limits, allowsUDP: allowsUDP && !isSecure,
      multicast: isSecure ? nil : multicast.group, serverName: name,
      defaultScheme: isSecure ? "rtsps" : "rtsp")
  }
}
