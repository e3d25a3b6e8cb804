import Pipeline

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

  /// Two targets must not mix their packets or share a socket.
  private func reportConflicts(to reader: SettingsReader) {
    for (index, target) in targets.enumerated() {
      for other in targets[..<index] {
        let scoped = reader.scoped(to: target.name)
        if target.isHeard(where: other) {
          scoped.report(
            "port", value: target.port.map { "\($0)" },
            allowed: "one that shares no port with \(other.name) at the same address, "
              + "where sender reports take the next one, too")
        }
        if target.sourcePort != 0, target.sourcePort == other.sourcePort {
          scoped.report(
            "sourcePort", value: "\(target.sourcePort)",
            allowed: "0 or another one than that of \(other.name)")
        }
      }
    }
  }
}

extension RTPPushTargetSettings {
  /// Ports that packets are sent to, RTP's and perhaps RTCP's.
  private var targetPorts: Set<Int> {
    guard let port else { return [] }
    return sendsReports ? [port, port + 1] : [port]
  }

  /// Whether a receiver would get packets of both targets on one port.
  fileprivate func isHeard(where other: RTPPushTargetSettings) -> Bool {
    // Without an address there is something else to report, or Sora names it later.
    guard let address, let otherAddress = other.address else { return false }
    return address.lowercased() == otherAddress.lowercased()
      && !targetPorts.isDisjoint(with: other.targetPorts)
  }
}
