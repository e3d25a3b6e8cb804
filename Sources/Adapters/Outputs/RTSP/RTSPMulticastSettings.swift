import NIOCore
import Pipeline
import RTSP

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Settings of multicast to RTSP viewers, section `outputs.rtsp.multicast`.
///
/// | key | type | default | range |
/// |---|---|---|---|
/// | `enabled` | Boolean | false | |
/// | `address` | text | `239.255.18.54` | IPv4 or IPv6 multicast address beyond the link-local ones |
/// | `port` | number | 5004 | even, 1024…65534; RTCP uses the next one |
/// | `ttl` | hops | 1: this network only | 1…255 |
/// | `interface` | interface name | none: by the routes | |
struct RTSPMulticastSettings: Sendable {
  /// Nil if multicast is switched off.
  var group: MulticastGroup?
  /// Where packets leave and reports come in; nil: by the routes.
  var interface: String?

  init(reader: SettingsReader) {
    let isEnabled = reader.bool("enabled", default: false)
    let address = reader.string(
      "address", default: "239.255.18.54", allowed: "a multicast address, such as 239.255.18.54",
      where: Self.isGroup)
    var port = reader.int("port", default: 5004, in: 1024...65_534)
    if !port.isMultiple(of: 2) {
      reader.report("port", value: "\(port)", allowed: "an even number: RTCP has the next one")
      port = 5004
    }
    let hops = reader.int("ttl", default: 1, in: 1...255)
    let name = reader.string(
      "interface", default: "", allowed: "the name of a network interface, such as eth0",
      where: { $0.utf8.count < Int(IFNAMSIZ) && !$0.contains("/") && !$0.contains(" ") })
    interface = name.isEmpty ? nil : name
    guard isEnabled else { return }
    let rtp = UInt16(clamping: port)
    group = MulticastGroup(
      address: address, ports: PortPair(rtp: rtp, rtcp: rtp | 1),
      timeToLive: UInt8(clamping: hops))
  }

  /// Groups of single links (224.0.0.x) belong to routers.
  private static func isGroup(_ text: String) -> Bool {
    guard let address = RTSPAddress.parse(text) else { return false }
    return address.isMulticast && !text.hasPrefix("224.0.0.")
  }
}
