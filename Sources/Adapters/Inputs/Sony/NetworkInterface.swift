import NIOCore

/// One IPv4 address of this machine and the network it belongs to.
struct NetworkInterface: Sendable, Hashable {
  /// For example `wlan0`.
  var name: String
  var address: String
  private var addressBits: UInt32
  private var maskBits: UInt32

  /// Nil if `address` is no IPv4 address; without a mask the network is that address alone.
  init?(name: String, address: String, netmask: String?) {
    guard let bits = Self.bits(of: address) else { return nil }
    self.name = name
    self.address = address
    addressBits = bits
    maskBits = netmask.flatMap(Self.bits) ?? .max
  }

  /// Every IPv4 address of the machine, or those of the interface with this name or address.
  static func all(named wanted: String? = nil) -> [NetworkInterface] {
    let devices = (try? System.enumerateDevices()) ?? []
    let all = devices.compactMap { device in
      device.address?.ipAddress.flatMap {
        NetworkInterface(name: device.name, address: $0, netmask: device.netmask?.ipAddress)
      }
    }
    guard let wanted else { return all }
    return all.filter { $0.name == wanted || $0.address == wanted }
  }

  /// True if `host` is an address in this interface's network.
  func covers(_ host: String) -> Bool {
    guard let bits = Self.bits(of: host) else { return false }
    return bits & maskBits == addressBits & maskBits
  }

  /// The address as the kernel takes it for `IP_MULTICAST_IF`: a number in network byte order.
  var networkOrderAddress: CInt { CInt(bitPattern: addressBits.bigEndian) }

  private static func bits(of address: String) -> UInt32? {
    let parts = address.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { UInt8($0) }
    guard parts.count == 4, bytes.count == 4 else { return nil }
    return bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }
}
