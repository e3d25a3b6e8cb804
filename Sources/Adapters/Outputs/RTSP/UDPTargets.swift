import RTSP

/// Which UDP ports of which clients packets go to, each for one session only.
///
/// Without it one client could have its own ports, or those of another program at its address,
/// flooded by as many sessions as it may open.
struct UDPTargets {
  private struct Target: Hashable {
    var host: String
    var port: UInt16
  }

  private var owners: [Target: ObjectIdentifier] = [:]
  private var targets: [ObjectIdentifier: Set<Target>] = [:]

  var isEmpty: Bool { owners.isEmpty }

  /// False if another session has one of the ports. What the owner had before, it has no longer.
  mutating func claim(_ ports: PortPair, at host: String, by owner: ObjectIdentifier) -> Bool {
    release(by: owner)
    let claimed: Set = [Target(host: host, port: ports.rtp), Target(host: host, port: ports.rtcp)]
    guard claimed.allSatisfy({ owners[$0] == nil }) else { return false }
    for target in claimed { owners[target] = owner }
    targets[owner] = claimed
    return true
  }

  mutating func release(by owner: ObjectIdentifier) {
    for target in targets.removeValue(forKey: owner) ?? [] { owners[target] = nil }
  }
}
