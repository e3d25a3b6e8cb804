import Foundation

/// Whether this machine has multicast; some sandboxes have not.
public enum Multicast {
  /// A socket can join a group on loopback and hears itself there.
  public static let isOnLoopback = hearsItself(on: if_nametoindex("lo"))
  /// The same where the routes lead, as programs do it that cannot name an interface.
  public static let isRouted = hearsItself(on: 0)
  /// An interface besides loopback over which IPv6 multicast is routed.
  public static let ipv6Interface: String? = {
    let routes = (try? String(contentsOfFile: "/proc/net/ipv6_route", encoding: .utf8)) ?? ""
    for line in routes.split(separator: "\n") where line.hasPrefix("ff00000000") {
      // Destination, prefix length, …, name of the device.
      let fields = line.split(separator: " ")
      if let device = fields.last, device != "lo" { return String(device) }
    }
    return nil
  }()

  private static func hearsItself(on interface: UInt32) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let group = inet_addr("239.255.77.1")
    // The kernel's `ip_mreqn`.
    var membership = (group, UInt32(0), Int32(bitPattern: interface))
    var patience = timeval(tv_sec: 1, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let size = socklen_t(MemoryLayout.size(ofValue: membership))
    let ip = Int32(IPPROTO_IP)
    guard setsockopt(descriptor, ip, IP_ADD_MEMBERSHIP, &membership, size) == 0 else {
      return false
    }
    if interface != 0 {
      guard setsockopt(descriptor, ip, IP_MULTICAST_IF, &membership, size) == 0 else {
        return false
      }
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
      }
    }
    guard isBound else { return false }
    address.sin_addr.s_addr = group
    var byte: UInt8 = 7
    let isSent = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        sendto(descriptor, &byte, 1, 0, generic, length) == 1
      }
    }
    return isSent && recv(descriptor, &byte, 1, 0) == 1
  }
}
