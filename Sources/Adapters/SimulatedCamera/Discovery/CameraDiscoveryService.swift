import Glibc
import Logging
import NIOCore
import NIOPosix

/// Receives searches and hands them to the camera.
private final class SearchReceiver: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  private let camera: SimulatedCamera

  init(camera: SimulatedCamera) {
    self.camera = camera
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let envelope = unwrapInboundIn(data)
    guard let search = SSDPSearch(parsing: envelope.data) else { return }
    let interface = envelope.metadata?.packetInfo?.interfaceIndex
    let searcher = envelope.remoteAddress
    camera.assumeIsolated { $0.searchArrived(search, from: searcher, interfaceIndex: interface) }
  }
}

/// An interface on which the camera can be discovered.
struct DiscoveryInterface: Sendable {
  let name: String
  let index: Int
  /// The camera's own address there.
  let address: String
}

/// The kernel's `ip_mreq`: two addresses in network order.
private struct MulticastMembership {
  let group: UInt32
  let interface: UInt32
}

/// Sockets of discovery, one for each direction and interface.
struct DiscoverySockets {
  let interfaces: [DiscoveryInterface]
  /// Takes searches, on the well-known port.
  let listener: any Channel
  /// Sends answers, from a port of its own.
  let answers: any Channel
  /// Sends announcements, from the port number of the device description.
  var announcers: [(interface: DiscoveryInterface, channel: any Channel)] = []

  var channels: [any Channel] { [listener, answers] + announcers.map(\.channel) }
}

extension SimulatedCamera {
  /// Not in Swift's Glibc: with 0 a socket gets only what its own memberships bring, and not that
  /// of every other program on the machine.
  private static let multicastAll = NIOBSDSocket.Option(rawValue: 49)
  /// Range of the real camera's delay before it answers a search.
  private static let answerDelay: ClosedRange<Double> = 0.2...1.5
  /// From the first to the second time the same is said.
  private static let repetitionDelay: Duration = .milliseconds(200)

  // MARK: - Sockets

  func openDiscovery() async throws -> DiscoverySockets {
    let interfaces = try discoveryInterfaces()
    let listener = try await DatagramBootstrap(group: eventLoop)
      .channelOption(.socketOption(.so_reuseaddr), value: 1)
      .channelOption(.socketOption(NIOBSDSocket.Option(rawValue: SO_REUSEPORT)), value: 1)
      .channelOption(.ipOption(Self.multicastAll), value: 0)
      .channelOption(.receivePacketInfo, value: true)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(SearchReceiver(camera: self))
        }
      }
      .bind(host: "0.0.0.0", port: present.discoveryPort).get()
    var joined: Set<Int> = []
    // Once for each device, however many addresses it has: the kernel refuses a second time.
    for interface in interfaces where joined.insert(interface.index).inserted {
      try await join(on: interface, listener)
    }
    let answers = try await DatagramBootstrap(group: eventLoop)
      .bind(host: present.address, port: 0).get()
    var sockets = DiscoverySockets(interfaces: interfaces, listener: listener, answers: answers)
    for interface in interfaces {
      sockets.announcers.append((interface, try await openAnnouncer(on: interface)))
    }
    return sockets
  }

  /// Takes part in the discovery group on one interface.
  ///
  /// NIO's own call refuses loopback, which says of itself that it has no multicast. Linux
  /// delivers it there all the same, to sockets that ask for it.
  private func join(on interface: DiscoveryInterface, _ listener: any Channel) async throws {
    guard let group = Self.bits(of: SSDPIdentity.group), let own = Self.bits(of: interface.address),
      let options = listener as? any SocketOptionProvider
    else { return }
    let membership = MulticastMembership(
      group: group.littleEndian, interface: own.littleEndian)
    try await options.unsafeSetSocketOption(
      level: .ip, name: .ip_add_membership, value: membership
    ).get()
  }

  private func openAnnouncer(on interface: DiscoveryInterface) async throws -> any Channel {
    let bootstrap = DatagramBootstrap(group: eventLoop)
      .channelOption(.socketOption(.so_reuseaddr), value: 1)
      .channelOption(.ipOption(.ip_multicast_ttl), value: SSDPIdentity.announcementTTL)
    let channel: any Channel
    do {
      channel = try await bootstrap.bind(host: interface.address, port: ports.description).get()
    } catch {
      // The number is free for TCP but not for UDP; nobody depends on it.
      channel = try await bootstrap.bind(host: interface.address, port: 0).get()
    }
    // Not a channel option: those are eight bytes, which the kernel takes for another structure.
    if let options = channel as? any SocketOptionProvider,
      let outgoing = Self.bits(of: interface.address)
    {
      try await options.unsafeSetSocketOption(
        level: .ip, name: .ip_multicast_if, value: outgoing.littleEndian
      ).get()
    }
    return channel
  }

  /// The interfaces the configuration names, or those that have the camera's address.
  private func discoveryInterfaces() throws -> [DiscoveryInterface] {
    let devices = try System.enumerateDevices().filter { $0.address?.protocol == .inet }
    let isEverywhere = present.address == "0.0.0.0"
    func found(_ matches: (NIONetworkDevice) -> Bool) -> [DiscoveryInterface] {
      devices.filter(matches).compactMap { device in
        guard let address = device.address?.ipAddress else { return nil }
        let isOwn = !isEverywhere && device.covers(present.address)
        return DiscoveryInterface(
          name: device.name, index: device.interfaceIndex,
          address: isOwn ? present.address : address)
      }
    }
    guard !present.discoveryInterfaces.isEmpty else {
      return found { isEverywhere || $0.covers(present.address) }
    }
    return try present.discoveryInterfaces.flatMap { wanted in
      let matching = found { $0.name == wanted || $0.covers(wanted) }
      guard !matching.isEmpty else { throw SimulatedCameraError.interfaceUnknown(wanted) }
      return matching
    }
  }

  // MARK: - Answers

  func searchArrived(_ search: SSDPSearch, from searcher: SocketAddress, interfaceIndex: Int?) {
    guard power == .on, let sockets = discovery else { return }
    let interface =
      sockets.interfaces.first { $0.index == interfaceIndex } ?? sockets.interfaces.first
    guard let interface else { return }
    let answers = identity(on: interface).answers(to: search.target)
    guard !answers.isEmpty else { return }
    counters.searchesAnswered += 1
    logger.debug("search", metadata: ["target": "\(search.target)", "from": "\(searcher)"])
    let latest = min(Self.answerDelay.upperBound, Double(search.maximumWait))
    let delay = Double.random(
      in: Self.answerDelay.lowerBound...latest, using: &discoveryRandom)
    let first: Duration = .seconds(delay) * present.delayScale
    for wait in [first, first + Self.repetitionDelay * present.delayScale] {
      after(wait) { $0.send(answers, to: searcher, through: $0.discovery?.answers) }
    }
    statusChanged()
  }

  private func identity(on interface: DiscoveryInterface) -> SSDPIdentity {
    let host = present.advertisedHost ?? interface.address
    return SSDPIdentity(
      hardwareAddress: present.hardwareAddress,
      location: "http://\(host):\(ports.description)\(DeviceDescription.path)")
  }

  private func send(
    _ messages: [String], to address: SocketAddress, through channel: (any Channel)?
  ) {
    for message in messages {
      let envelope = AddressedEnvelope(remoteAddress: address, data: ByteBuffer(string: message))
      channel?.write(envelope, promise: nil)
    }
    channel?.flush()
  }

  // MARK: - Announcements

  /// Announces the camera twice, now and from time to time.
  func announce() {
    guard power == .on else { return }
    for wait in [.zero, Self.repetitionDelay * present.delayScale] {
      after(wait) { camera in
        camera.sayToGroup { $0.announcements(port: camera.present.discoveryPort) }
      }
    }
    guard let interval = present.announcementInterval else { return }
    after(interval) { $0.announce() }
  }

  /// Takes leave; for a camera that is switched off in good order.
  func sayGoodbye() {
    guard present.saysGoodbye else { return }
    sayToGroup { $0.farewells(port: present.discoveryPort) }
  }

  private func sayToGroup(_ messages: (SSDPIdentity) -> [String]) {
    guard let sockets = discovery,
      let group = try? SocketAddress(
        ipAddress: SSDPIdentity.group, port: present.discoveryPort)
    else { return }
    for (interface, channel) in sockets.announcers {
      send(messages(identity(on: interface)), to: group, through: channel)
    }
  }
}

extension SimulatedCamera {
  /// The four bytes of an IPv4 address, the first one in the lowest bits; nil if it is none.
  fileprivate static func bits(of ipAddress: String) -> UInt32? {
    let parts = ipAddress.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { UInt8($0) }
    guard parts.count == 4, bytes.count == 4 else { return nil }
    return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}

extension NIONetworkDevice {
  /// Whether `ipAddress` is in this interface's network, so that it can be reached there.
  fileprivate func covers(_ ipAddress: String) -> Bool {
    guard let wanted = SimulatedCamera.bits(of: ipAddress),
      let own = address?.ipAddress.flatMap(SimulatedCamera.bits)
    else { return false }
    let mask = netmask?.ipAddress.flatMap(SimulatedCamera.bits) ?? .max
    return wanted & mask == own & mask
  }
}
