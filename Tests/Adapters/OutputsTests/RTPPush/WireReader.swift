import Foundation
import NIOCore
import Testing

/// A plain UDP socket that sees what NIO does not tell: the class of service and the hops left of
/// each packet. Takes part in multicast.
final class WireReader: Sendable {
  struct Packet: Sendable {
    var bytes: [UInt8] = []
    /// The octet in the IP header, congestion bits included.
    var classOfService: UInt8?
    var hops: Int32?
  }

  let port: Int
  private let descriptor: Int32
  private let family: Int32

  /// - Parameters:
  ///   - group: Multicast group to join.
  ///   - interface: Where to join it.
  /// - Throws: The system's error, for example without IPv6.
  init(family: Int32 = AF_INET, group: String? = nil, interface: String = "lo") throws {
    self.family = family
    descriptor = socket(family, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
    let isIPv6 = family == AF_INET6
    let address = try SocketAddress(
      ipAddress: group ?? (isIPv6 ? "::1" : "127.0.0.1"), port: 0)
    var bound = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let descriptor = descriptor
    try address.withSockAddr { pointer, size in
      try Self.check(bind(descriptor, pointer, socklen_t(size)))
    }
    try withUnsafeMutablePointer(to: &bound) { pointer in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        try Self.check(getsockname(descriptor, $0, &length))
      }
    }
    // The port is at the same place in both families.
    port = withUnsafeBytes(of: bound) { Int($0[2]) << 8 | Int($0[3]) }
    try set(isIPv6 ? 41 : 0, isIPv6 ? IPV6_RECVTCLASS : IP_RECVTOS, Int32(1))
    try set(isIPv6 ? 41 : 0, isIPv6 ? IPV6_RECVHOPLIMIT : IP_RECVTTL, Int32(1))
    // A packet that never comes must not hang the test.
    try set(SOL_SOCKET, SO_RCVTIMEO, timeval(tv_sec: 10, tv_usec: 0))
    if group != nil { try join(address, on: interface) }
  }

  /// The kernel's `ip_mreqn` (group, address, device) and `ipv6_mreq` (group, device).
  private func join(_ group: SocketAddress, on interface: String) throws {
    let bytes = group.withSockAddr { pointer, size in
      Array(UnsafeRawBufferPointer(start: pointer, count: size))
    }
    let device = withUnsafeBytes(of: if_nametoindex(interface)) { Array($0) }
    if group.protocol == .inet6 {
      try set(41, IPV6_JOIN_GROUP, bytes: bytes[8..<24] + device)
    } else {
      try set(0, IP_ADD_MEMBERSHIP, bytes: bytes[4..<8] + [0, 0, 0, 0] + device)
    }
  }

  private func set<Value>(_ level: Int32, _ option: Int32, _ value: Value) throws {
    try withUnsafeBytes(of: value) { try set(level, option, bytes: $0) }
  }

  private func set(_ level: Int32, _ option: Int32, bytes: some Collection<UInt8>) throws {
    try Array(bytes).withUnsafeBytes { bytes in
      try Self.check(
        setsockopt(descriptor, level, option, bytes.baseAddress, socklen_t(bytes.count)))
    }
  }

  private static func check(_ result: Int32) throws {
    guard result == 0 else { throw IOError(errnoCode: errno, reason: "wire reader") }
  }

  /// The next packet; waits for it on a thread of its own.
  func next() async throws -> Packet {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { [self] in continuation.resume(with: Result { try receive() }) }
    }
  }

  private func receive() throws -> Packet {
    var (bytes, control) = ([UInt8](repeating: 0, count: 2048), [UInt8](repeating: 0, count: 256))
    var (count, controlCount) = (0, 0)
    bytes.withUnsafeMutableBytes { bytes in
      control.withUnsafeMutableBytes { control in
        var vector = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
        withUnsafeMutablePointer(to: &vector) { vector in
          var message = msghdr()
          (message.msg_iov, message.msg_iovlen) = (vector, 1)
          (message.msg_control, message.msg_controllen) = (control.baseAddress, control.count)
          count = recvmsg(descriptor, &message, 0)
          controlCount = message.msg_controllen
        }
      }
    }
    guard count >= 0 else { throw IOError(errnoCode: errno, reason: "recvmsg") }
    var packet = Packet(bytes: Array(bytes[..<count]))
    read(control[..<controlCount], into: &packet)
    return packet
  }

  /// Control messages: length (8 bytes), level and type (4 each), value, filled up to 8 bytes.
  private func read(_ control: ArraySlice<UInt8>, into packet: inout Packet) {
    var rest = control
    while rest.count >= 17 {
      let fields = rest.withUnsafeBytes {
        (
          $0.loadUnaligned(as: Int.self), $0.loadUnaligned(fromByteOffset: 12, as: Int32.self)
        )
      }
      guard (17...rest.count).contains(fields.0) else { return }
      let value = Int32(rest[rest.startIndex + 16])
      switch fields.1 {
      case IP_TOS where family == AF_INET, IPV6_TCLASS where family == AF_INET6:
        packet.classOfService = UInt8(value)
      case IP_TTL where family == AF_INET, IPV6_HOPLIMIT where family == AF_INET6:
        packet.hops = value
      default: break
      }
      rest = rest.dropFirst((fields.0 + 7) / 8 * 8)
    }
  }

  deinit { close(descriptor) }
}
