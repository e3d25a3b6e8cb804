import NIOCore
import Pipeline

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What is special about the packets of one target below RTP; see ``RTPPushTargetSettings`` for
/// the keys.
struct RTPPushSocketOptions: Sendable, Hashable {
  var dscp = DiffServCodePoint.bestEffort
  /// Time to live, or hop limit; nil: the usual, 64, for multicast 1.
  var ttl: UInt8?
  /// Where multicast leaves; nil: by the routes.
  var multicastInterface: String?
  /// Whether receivers on this machine get multicast.
  var loopsMulticast = true
  /// Address packets come from; nil: the system's choice. Of the family of the target's address.
  var sourceAddress: String?

  init() {}

  /// - Parameter address: The target's.
  init(reader: SettingsReader, address: String) {
    dscp = reader.textOrNumber(
      "dscp", default: .bestEffort, allowed: DiffServCodePoint.spelling,
      parse: DiffServCodePoint.init(text:))
    let hops = reader.int("ttl", default: 0, in: 0...255)
    ttl = hops == 0 ? nil : UInt8(truncatingIfNeeded: hops)
    multicastInterface = Self.readInterface(reader)
    loopsMulticast = reader.bool("multicastLoop", default: true)
    sourceAddress = Self.readSourceAddress(reader, target: address)
  }

  private static func readInterface(_ reader: SettingsReader) -> String? {
    let name = reader.string(
      "multicastInterface", default: "", allowed: "the name of a network interface, such as eth0",
      where: { $0.utf8.count < Int(IFNAMSIZ) && !$0.contains("/") && !$0.contains(" ") })
    return name.isEmpty ? nil : name
  }

  private static func readSourceAddress(_ reader: SettingsReader, target: String) -> String? {
    let family = (try? SocketAddress(ipAddress: target, port: 0))?.protocol
    let address = reader.string(
      "sourceAddress", default: "", allowed: "an IP address of the same family as address",
      where: { text in
        if text.isEmpty { return true }
        guard let source = try? SocketAddress(ipAddress: text, port: 0) else { return false }
        return family == nil || family == source.protocol
      })
    return address.isEmpty ? nil : address
  }

  /// The family of ``sourceAddress``.
  var sourceFamily: NIOBSDSocket.ProtocolFamily? {
    sourceAddress.flatMap { try? SocketAddress(ipAddress: $0, port: 0).protocol }
  }
}

extension RTPPushSocketOptions {
  /// Sets everything on `channel`, which is to send to `destination`.
  ///
  /// Fails with the system's error, or with ``RTPPushError/noInterface(name:)``.
  func apply(
    to channel: any Channel, destination: SocketAddress
  ) -> EventLoopFuture<Void> {
    guard let socket = channel as? any SocketOptionProvider else {
      return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }
    let isIPv6 = destination.protocol == .inet6
    let level: NIOBSDSocket.OptionLevel = isIPv6 ? .ipv6 : .ip
    var results = numbers(isIPv6: isIPv6, isMulticast: destination.isMulticast).map { setting in
      socket.unsafeSetSocketOption(
        level: level, name: NIOBSDSocket.Option(rawValue: setting.option), value: setting.value)
    }
    if destination.isMulticast, let name = multicastInterface {
      results.append(Self.bind(socket, to: name, isIPv6: isIPv6, on: channel.eventLoop))
    }
    return .andAllSucceed(results, on: channel.eventLoop)
  }

  /// The options whose values are numbers, and not the system's own.
  private func numbers(isIPv6: Bool, isMulticast: Bool) -> [(option: CInt, value: CInt)] {
    var numbers: [(CInt, CInt)] = []
    if dscp != .bestEffort {
      numbers.append((isIPv6 ? IPV6_TCLASS : IP_TOS, CInt(dscp.octet)))
    }
    if isMulticast {
      let loop: CInt = loopsMulticast ? 1 : 0
      numbers.append((isIPv6 ? IPV6_MULTICAST_LOOP : IP_MULTICAST_LOOP, loop))
      numbers.append((isIPv6 ? IPV6_MULTICAST_HOPS : IP_MULTICAST_TTL, CInt(multicastTTL)))
    } else if let ttl {
      numbers.append((isIPv6 ? IPV6_UNICAST_HOPS : IP_TTL, CInt(ttl)))
    }
    return numbers
  }

  /// Hops multicast may take: none beyond the local network unless the settings say so.
  var multicastTTL: UInt8 { ttl ?? 1 }

  private static func bind(
    _ socket: any SocketOptionProvider, to name: String, isIPv6: Bool, on loop: any EventLoop
  ) -> EventLoopFuture<Void> {
    let index = if_nametoindex(name)
    guard index != 0 else { return loop.makeFailedFuture(RTPPushError.noInterface(name: name)) }
    if isIPv6 { return socket.setIPv6MulticastIF(index) }
    return socket.unsafeSetSocketOption(
      level: .ip, name: .ip_multicast_if, value: MulticastDevice(index: CInt(bitPattern: index)))
  }
}

/// The kernel's `ip_mreqn`, with the device only.
private struct MulticastDevice {
  var group: UInt32 = 0
  var address: UInt32 = 0
  var index: CInt
}
