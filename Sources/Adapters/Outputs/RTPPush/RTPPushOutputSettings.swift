import NIOCore
import Pipeline
import SDP

/// Settings of the RTP push output, section `outputs.rtpPush`.
///
/// | key | type | default | range |
/// |---|---|---|---|
/// | `targets` | list of names | none: the output is off | letters, digits, `-`, `_` |
///
/// Each name has a section of its own below, see ``RTPPushTargetSettings``.
struct RTPPushOutputSettings: Sendable {
  var targets: [RTPPushTargetSettings]

  init(reader: SettingsReader) {
    var names: [String] = []
    for name in reader.strings("targets") {
      guard Self.isUsableName(name) else {
        reader.report(
          "targets", value: name, allowed: "names of letters, digits, - and _, not \"targets\"")
        continue
      }
      guard !names.contains(name) else {
        reader.report("targets", value: name, allowed: "names that are all different")
        continue
      }
      names.append(name)
    }
    targets = names.map { RTPPushTargetSettings(name: $0, reader: reader.scoped(to: $0)) }
    reportConflicts(to: reader)
  }

  private static func isUsableName(_ name: String) -> Bool {
    name != "targets"
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  /// Two targets must not mix their packets, share a socket or overwrite each other's file.
  private func reportConflicts(to reader: SettingsReader) {
    for (index, target) in targets.enumerated() {
      for other in targets[..<index] {
        let scoped = reader.scoped(to: target.name)
        if target.address == other.address, target.port == other.port {
          scoped.report(
            "port", value: "\(target.port)",
            allowed: "another one than that of \(other.name), which has the same address")
        }
        if target.sourcePort != 0, target.sourcePort == other.sourcePort {
          scoped.report(
            "sourcePort", value: "\(target.sourcePort)",
            allowed: "0 or another one than that of \(other.name)")
        }
        if let file = target.sdpFile, file == other.sdpFile {
          scoped.report("sdpFile", value: file, allowed: "another file than that of \(other.name)")
        }
      }
    }
  }
}

/// Settings of one target, section `outputs.rtpPush.<name>`.
///
/// | key | type | default | range |
/// |---|---|---|---|
/// | `address` | text | required | IPv4 or IPv6 address, or host name, resolved when the socket opens |
/// | `port` | number | required | 1…65535, 1…65534 with sender reports |
/// | `profile` | text | `sora` | `sora`, `avp` |
/// | `payloadType` | number | 120 for `sora`, 96 for `avp` | 0…127 |
/// | `sdpFile` | path | none: no file | |
/// | `maxPacketBytes` | bytes of an RTP packet | 1200 | 200…1460 |
/// | `keyframeIntervalSeconds` | seconds | 2 | 0.5…2 |
/// | `senderReports` | Boolean | false | RTCP goes to `port` + 1 |
/// | `sourcePort` | number | 0: any free one, then kept | 0…65535 |
struct RTPPushTargetSettings: Sendable, Hashable {
  var name: String
  /// Without brackets.
  var address: String
  var port: Int
  var profile: ForwardingProfile
  var payloadType: UInt8
  var sdpFile: String?
  /// Largest RTP packet in bytes, header included.
  var maxPacketBytes: Int
  /// Longest time between two IDRs; nobody can ask for one.
  var keyframeInterval: Duration
  var sendsReports: Bool
  var sourcePort: Int

  init(name: String, reader: SettingsReader) {
    self.name = name
    for key in ["address", "port"] where !reader.contains(key) {
      reader.report(key, value: nil, allowed: "given for every target")
    }
    let address = reader.string(
      "address", default: "", allowed: "an IPv4 or IPv6 address or a host name",
      where: Self.isUsableAddress)
    self.address = Self.withoutBrackets(address)
    profile = reader.choice("profile", default: ForwardingProfile.sora)
    payloadType = UInt8(
      truncatingIfNeeded: reader.int(
        "payloadType", default: Int(profile.defaultPayloadType), in: 0...127))
    sdpFile = reader.string("sdpFile")
    maxPacketBytes = reader.int("maxPacketBytes", default: 1200, in: 200...1460)
    keyframeInterval = reader.seconds("keyframeIntervalSeconds", default: 2, in: 0.5...2)
    sendsReports = reader.bool("senderReports", default: false)
    port = reader.int("port", default: 5004, in: 1...(sendsReports ? 65_534 : 65_535))
    sourcePort = reader.int("sourcePort", default: 0, in: 0...65_535)
  }

  private static func withoutBrackets(_ address: String) -> String {
    address.hasPrefix("[") && address.hasSuffix("]")
      ? String(address.dropFirst().dropLast()) : address
  }

  private static func isUsableAddress(_ text: String) -> Bool {
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
