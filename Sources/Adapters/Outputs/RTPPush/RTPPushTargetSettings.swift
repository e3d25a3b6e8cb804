import NIOCore
import Pipeline
import SDP

/// Settings of one target, section `outputs.rtpPush.<name>`.
///
/// | key | type | default | range |
/// |---|---|---|---|
/// | `address` | text | required, with `fromSora` Sora's | IPv4 or IPv6 address, unicast or multicast, with `%interface` if it is link-local, or host name |
/// | `port` | number | required, with `fromSora` Sora's | 1…65535, 1…65534 with sender reports |
/// | `profile` | text | `sora` | `sora`, `avp`, `fromSora` |
/// | `payloadType` | number | 120 for `sora`, 96 for `avp`, with `fromSora` Sora's | 0…127 |
/// | `standby` | Boolean | false | whether to send only while Sora does not forward by itself |
/// | `ssrc` | number | 0: random, new with each start | 0…4294967295 |
/// | `sdpFile` | path | none: no file | |
/// | `maxPacketBytes` | bytes of an RTP packet | 1200 | 200…1452 |
/// | `keyframeIntervalSeconds` | seconds | 2 | 0.5…2 |
/// | `senderReports` | Boolean | false | RTCP goes to `port` + 1 |
/// | `sourceAddress` | IP address | none: the system's choice | one of this machine, of the family of `address` |
/// | `sourcePort` | number | 0: any free one, then kept | 0…65535 |
/// | `dscp` | number or name | 0 | 0…63, `BE`, `LE`, `CS0`…`CS7`, `AF11`…`AF43`, `EF`, `VA` |
/// | `ttl` | hops | 0: 64, for multicast 1 | 0…255 |
/// | `multicastInterface` | interface name | none: by the routes | |
/// | `multicastLoop` | Boolean | true | whether receivers on this machine get multicast |
/// | `pacing` | Boolean | true | |
/// | `pacingFactor` | multiple of the encoder's bit rate | 2.5 | 1…100 |
/// | `pacingBurstPackets` | packets | 16 | 1…64 |
/// | `retransmission` | Boolean | true | whether lost packets are sent again when asked for |
/// | `resolveIntervalSeconds` | seconds between two look-ups of a host name | 60 | 1…86400 |
/// | `paused` | Boolean | false | whether it waits to be resumed at first |
///
/// `fromSora` and `standby` need the section `sora` to keep a forwarding.
struct RTPPushTargetSettings: Sendable, Hashable {
  var name: String
  /// Without brackets; nil: what Sora says.
  var address: String?
  /// nil: what Sora says.
  var port: Int?
  var profile: Profile
  /// nil: the profile's, or what Sora says.
  var payloadType: UInt8?
  /// Whether it sends only while Sora does not.
  var standsBy: Bool
  /// nil: random.
  var ssrc: UInt32?
  var sdpFile: String?
  /// Largest RTP packet in bytes, header included.
  var maxPacketBytes: Int
  /// Longest time between two IDRs; nobody can be relied on to ask for one.
  var keyframeInterval: Duration
  var sendsReports: Bool
  var socket: RTPPushSocketOptions
  var sourcePort: Int
  /// nil: pictures leave at once.
  var pacing: Pacing?
  var retransmits: Bool
  var resolveInterval: Duration
  var startsPaused: Bool

  /// Whose form the stream has.
  enum Profile: String, Sendable, Hashable, CaseIterable {
    /// As Sora would describe it.
    case sora
    case avp
    /// As Sora does describe the stream it forwards, in the answer to StartForwardingRtp.
    case fromSora

    /// The form of the bridge's own description.
    var form: ForwardingProfile { self == .avp ? .avp : .sora }
  }

  struct Pacing: Sendable, Hashable {
    var factor: Double
    var burstPackets: Int
  }

  init(name: String, reader: SettingsReader) {
    self.name = name
    profile = reader.choice("profile", default: .sora)
    for key in ["address", "port"] where profile != .fromSora && !reader.contains(key) {
      reader.report(
        key, value: nil, allowed: "given for every target whose profile is not fromSora")
    }
    address = Self.readAddress(reader)
    payloadType = Self.readPayloadType(reader, profile)
    standsBy = reader.bool("standby", default: false)
    let ssrc = reader.int("ssrc", default: 0, in: 0...Int(UInt32.max))
    self.ssrc = ssrc == 0 ? nil : UInt32(truncatingIfNeeded: ssrc)
    sdpFile = reader.writtenFile("sdpFile")
    maxPacketBytes = reader.int("maxPacketBytes", default: 1200, in: 200...1452)
    keyframeInterval = reader.seconds("keyframeIntervalSeconds", default: 2, in: 0.5...2)
    sendsReports = reader.bool("senderReports", default: false)
    port = Self.readPort(reader, profile, sendsReports: sendsReports)
    socket = RTPPushSocketOptions(reader: reader, address: address ?? "")
    sourcePort = reader.int("sourcePort", default: 0, in: 0...65_535)
    pacing = Self.readPacing(reader)
    retransmits = reader.bool("retransmission", default: true)
    resolveInterval = reader.seconds("resolveIntervalSeconds", default: 60, in: 1...86_400)
    startsPaused = reader.bool("paused", default: false)
  }

  /// Keys that make this target depend on what Sora says.
  var soraKeys: [String] {
    (profile == .fromSora ? ["profile"] : []) + (standsBy ? ["standby"] : [])
  }

  private static func readPort(
    _ reader: SettingsReader, _ profile: Profile, sendsReports: Bool
  ) -> Int? {
    let range = 1...(sendsReports ? 65_534 : 65_535)
    let port = reader.int("port", default: 5004, in: range)
    return profile == .fromSora && !reader.contains("port") ? nil : port
  }

  private static func readPayloadType(_ reader: SettingsReader, _ profile: Profile) -> UInt8? {
    let fallback = Int(profile.form.defaultPayloadType)
    let payloadType = reader.int("payloadType", default: fallback, in: 0...127)
    if profile == .fromSora, !reader.contains("payloadType") { return nil }
    return UInt8(truncatingIfNeeded: payloadType)
  }

  private static func readPacing(_ reader: SettingsReader) -> Pacing? {
    let isOn = reader.bool("pacing", default: true)
    let pacing = Pacing(
      factor: reader.double("pacingFactor", default: 2.5, in: 1...100),
      burstPackets: reader.int("pacingBurstPackets", default: 16, in: 1...64))
    return isOn ? pacing : nil
  }

  private static func readAddress(_ reader: SettingsReader) -> String? {
    let address = reader.string(
      "address", default: "", allowed: "an IPv4 or IPv6 address or a host name",
      where: { $0.isEmpty || isUsableAddress($0) })
    return address.isEmpty ? nil : withoutBrackets(address)
  }

  private static func withoutBrackets(_ address: String) -> String {
    address.hasPrefix("[") && address.hasSuffix("]")
      ? String(address.dropFirst().dropLast()) : address
  }

  static func isUsableAddress(_ text: String) -> Bool {
    let address = withoutBrackets(text)
    // Only IPv6 addresses hold colons; a scope such as %eth0 is for the system to judge.
    if address.contains(":") {
      let host = String(address.prefix { $0 != "%" })
      return (try? SocketAddress(ipAddress: host, port: 0)) != nil
    }
    return (1...253).contains(address.utf8.count)
      && address.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
          UInt8(ascii: "."):
          true
        default: false
        }
      }
  }
}

extension RTPPushTargetSettings {
  /// What the operator reads about this target at the start.
  var startUpLine: String {
    let host = address.map { $0.contains(":") ? "[\($0)]" : $0 }
    let place =
      switch (host, port) {
      case (nil, nil): "where Sora says"
      case (let host?, nil): "\(host), port as Sora says"
      case (nil, let port?): "port \(port), address as Sora says"
      case (let host?, let port?): "\(host):\(port)"
      }
    let format = payloadType.map { ", payload type \($0)" } ?? ""
    let file = sdpFile.map { ", SDP in \($0)" } ?? ""
    return "RTP to \(name): \(place) (\(profile.rawValue)\(format)\(file))"
      + (standsBy ? ", while Sora does not forward" : "") + (startsPaused ? ", paused" : "")
  }
}
