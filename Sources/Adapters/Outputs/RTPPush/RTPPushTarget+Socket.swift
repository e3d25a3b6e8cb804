import Logging
import Media
import NIOCore
import Pipeline
import RTP
import Synchronization

extension RTPPushTarget {
  /// The open socket, or a new one on the same port.
  func openSocket() async throws -> RTPPushSocket {
    if let socket, socket.isOpen, nextDestination == nil, !mustOpenSocket { return socket }
    let destination: SocketAddress
    if let next = nextDestination.take() {
      destination = next
    } else {
      destination = try await resolve(present: socket?.destination)
    }
    await socket?.close()
    let sourcePort = socket?.localPort ?? settings.sourcePort
    let opened: RTPPushSocket
    do {
      opened = try await openSocket(to: destination, from: sourcePort)
    } catch  where settings.sourcePort == 0 && sourcePort != 0 {
      // Somebody else has taken the port meanwhile; any other is better than none.
      opened = try await openSocket(to: destination, from: 0)
    }
    socket = opened
    mustOpenSocket = false
    observations.withLock { observations in
      observations.socket = opened
      observations.counters.sourcePort = opened.localPort
      observations.counters.destination = destination.ipAddress
      observations.counters.socketsOpened &+= 1
    }
    return opened
  }

  private func openSocket(
    to destination: SocketAddress, from sourcePort: Int
  ) async throws -> RTPPushSocket {
    try await RTPPushSocket.open(
      destination: destination, sourcePort: sourcePort, options: settings.socket
    ) { [weak self] event in self?.handle(event) }
  }

  /// Where to send now.
  private func resolve(present: SocketAddress?) async throws -> SocketAddress {
    guard let route else { throw RTPPushError.noAddress }
    let found = try await resolver.lookUp(route.host, route.port)
    let address = HostResolver.choose(
      from: found, present: present, family: settings.socket.sourceFamily)
    guard let address else { throw RTPPushError.cannotResolve(host: route.host) }
    return address
  }

  /// Looks the host name up from time to time. Returns when it has another address, and when the
  /// task is cancelled; failures change nothing.
  func awaitAddressChange(from present: SocketAddress) async {
    var schedule = LookUpSchedule(
      interval: settings.resolveInterval, start: stream.clock.now(), refused: counters.refused)
    while !Task.isCancelled {
      try? await Task.sleep(for: schedule.pause)
      guard schedule.isDue(now: stream.clock.now(), refused: counters.refused),
        let address = try? await resolve(present: present), address != present
      else { continue }
      nextDestination = address
      observations.withLock { observations in
        observations.counters.addressChanges &+= 1
        // The new machine has not seen these; what it asks for are others.
        observations.history?.clear()
      }
      logger.notice(
        "rtp push target has another address",
        metadata: [LogKey.address: .string(address.ipAddress ?? "\(address)")])
      return
    }
  }
}
