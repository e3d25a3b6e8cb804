import Glibc
import NIOCore

/// One IPv4 address of this machine and the network it belongs to.
struct NetworkInterface: Sendable, Hashable {
  /// For example `wlan0`.
  var name: String
  var address: String
  /// The kernel's number of the device; another one after it was unplugged and plugged in.
  var index: CInt
  /// True if the device is switched on and has a link: joined to its Wi-Fi, cable plugged in.
  var isRunning: Bool
  private var addressBits: UInt32
  private var maskBits: UInt32

  /// Nil if `address` is no IPv4 address; without a mask the network is that address alone.
  init?(
    name: String, address: String, netmask: String?, index: CInt = 0, isRunning: Bool = true
  ) {
    guard let bits = Self.bits(of: address) else { return nil }
    self.name = name
    self.address = address
    self.index = index
    self.isRunning = isRunning
    addressBits = bits
    maskBits = netmask.flatMap(Self.bits) ?? .max
  }

  /// Every IPv4 address of the machine, or those of the interface with this name or address.
  static func all(named wanted: String? = nil) -> [NetworkInterface] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var found: [NetworkInterface] = []
    var next = list
    while let entry = next {
      if let interface = NetworkInterface(entry.pointee) { found.append(interface) }
      next = entry.pointee.ifa_next
    }
    guard let wanted else { return found }
    return found.filter { $0.name == wanted || $0.address == wanted }
  }

  /// The same without those that lead nowhere now.
  static func running(named wanted: String? = nil) -> [NetworkInterface] {
    all(named: wanted).filter(\.isRunning)
  }

  /// True if there is a device with this name, with or without an address.
  static func exists(_ name: String) -> Bool { if_nametoindex(name) != 0 }

  /// Names of all devices, in the kernel's order, with or without an address.
  static var names: [String] {
    guard let list = if_nameindex() else { return [] }
    defer { if_freenameindex(list) }
    var names: [String] = []
    var next = list
    // The list ends with an entry without a number.
    while next.pointee.if_index != 0 {
      if let name = next.pointee.if_name { names.append(String(cString: name)) }
      next += 1
    }
    return names
  }

  /// Why nothing can be sent by the interface with this name or address now, in an operator's
  /// words; nil if it can.
  static func obstacle(named wanted: String) -> String? {
    let addresses = all(named: wanted)
    if addresses.contains(where: \.isRunning) { return nil }
    if !addresses.isEmpty { return "interface \(wanted) has no link" }
    if exists(wanted) { return "interface \(wanted) has no IPv4 address yet" }
    if bits(of: wanted) != nil { return "no interface has the address \(wanted) yet" }
    return "there is no interface \(wanted) yet, only \(names.joined(separator: ", "))"
  }

  /// True if `text` can name an interface: by an IPv4 address, or as Linux accepts names, with 1 to
  /// 15 bytes, without white space, `/` and `:`.
  static func isNameOrAddress(_ text: String) -> Bool {
    if bits(of: text) != nil { return true }
    guard 1..<Int(IFNAMSIZ) ~= text.utf8.count, text != ".", text != ".." else { return false }
    return text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != 0x2F && $0 != 0x3A }
  }

  /// True if `host` is an address in this interface's network.
  func covers(_ host: String) -> Bool {
    guard let bits = Self.bits(of: host) else { return false }
    return bits & maskBits == addressBits & maskBits
  }

  /// The address as the kernel takes it: four bytes in network order.
  var networkOrderAddress: UInt32 { addressBits.bigEndian }

  private init?(_ entry: ifaddrs) {
    guard let label = entry.ifa_name.map({ String(cString: $0) }),
      let address = Self.text(of: entry.ifa_addr)
    else { return nil }
    // An address with a label of its own (`eth0:1`) is on the device before the colon.
    let device = String(label.prefix { $0 != ":" })
    let flags = UInt32(IFF_UP | IFF_RUNNING)
    self.init(
      name: device, address: address, netmask: Self.text(of: entry.ifa_netmask),
      index: CInt(bitPattern: if_nametoindex(device)), isRunning: entry.ifa_flags & flags == flags)
  }

  private static func text(of address: UnsafeMutablePointer<sockaddr>?) -> String? {
    guard let address, Int32(address.pointee.sa_family) == AF_INET else { return nil }
    let bits = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
      UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
    }
    return stride(from: 24, through: 0, by: -8).map { String(bits >> UInt32($0) & 0xFF) }
      .joined(separator: ".")
  }

  private static func bits(of address: String) -> UInt32? {
    let parts = address.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { UInt8($0) }
    guard parts.count == 4, bytes.count == 4 else { return nil }
    return bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }
}
