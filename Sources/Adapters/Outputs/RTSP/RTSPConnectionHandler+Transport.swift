import Logging
import NIOCore
import Pipeline
import RTSP

// What SETUP needs: sockets, and the viewer behind them.
extension RTSPConnectionHandler {
  /// Ends in `transportOpened(_:serverPorts:opening:)` or in a refusal of the SETUP.
  func open(_ transport: RTSPTransport) {
    let opening = beginOpening()
    switch transport {
    case .interleaved(let channels):
      transportOpened(.interleaved(channel, channels), serverPorts: nil, opening: opening)
    case .udp(let clientPorts):
      openPorts(clientPorts, opening: opening)
    case .multicast:
      openMulticast(opening: opening)
    }
  }

  /// The number of a new opening. Sockets may take so long that their SETUP has been given up;
  /// what was opened for it must not be taken for what the next one asks for.
  func beginOpening() -> UInt64 {
    openingNumber &+= 1
    server.udpTargets.release(by: ObjectIdentifier(self))
    return openingNumber
  }

  /// Two sockets of our own for this viewer, unless its ports are another session's.
  private func openPorts(_ clientPorts: PortPair, opening: UInt64) {
    guard let local = channel.localAddress, let peer = channel.remoteAddress,
      server.udpTargets.claim(clientPorts, at: host, by: ObjectIdentifier(self))
    else {
      carryOut(connection.transportFailed(at: server.clock.now()))
      return
    }
    let this = NIOLoopBound(self, eventLoop: channel.eventLoop)
    UDPPortPair.open(
      on: channel.eventLoop, local: local, peer: peer, clientPorts: clientPorts,
      received: { datagram in
        this.value.receivedReport(datagram)
      },
      becameWritable: {
        // Not at once: it may come in the middle of sending.
        this.value.channel.eventLoop.execute { this.value.sendWaiting() }
      }
    ).whenComplete { result in
      switch result {
      case .success(let ports):
        this.value.transportOpened(
          .udp(ports), serverPorts: ports.serverPorts, opening: opening)
      case .failure(let error):
        this.value.portsFailed(error, opening: opening)
      }
    }
  }

  /// The sockets all viewers of the group share.
  private func openMulticast(opening: UInt64) {
    guard let multicast = server.multicast else {
      carryOut(connection.transportFailed(at: server.clock.now()))
      return
    }
    let this = NIOLoopBound(self, eventLoop: channel.eventLoop)
    multicast.open().whenComplete { result in
      switch result {
      case .success:
        guard let multicast = this.value.server.multicast else { return }
        this.value.transportOpened(.multicast(multicast), serverPorts: nil, opening: opening)
      case .failure(let error):
        this.value.portsFailed(error, opening: opening)
      }
    }
  }

  private func portsFailed(_ error: any Error, opening: UInt64) {
    guard opening == openingNumber else { return }
    server.udpTargets.release(by: ObjectIdentifier(self))
    server.logger.warning(
      "no UDP ports for a viewer",
      metadata: [LogKey.viewer: .string(peer), LogKey.error: .string("\(error)")])
    carryOut(connection.transportFailed(at: server.clock.now()))
  }

  /// The way to the viewer is there: from now on it is one.
  func transportOpened(
    _ transport: RTSPViewerTransport, serverPorts: PortPair?, opening: UInt64
  ) {
    guard opening == openingNumber else {
      transport.close()
      return
    }
    let settings = server.settings
    let viewer = RTSPViewer(
      transport: transport, cname: server.cname, bounds: settings.queueBounds,
      startsWithPreamble: settings.preamble.applies(to: transport)
        && !connection.wantsLiveStart)
    let answer = connection.transportReady(
      ssrc: viewer.ssrc, serverPorts: serverPorts, at: server.clock.now())
    // The client left while the ports were being opened.
    guard !answer.isEmpty else {
      transport.close()
      server.udpTargets.release(by: ObjectIdentifier(self))
      return
    }
    self.viewer = viewer
    if case .multicast(let multicast) = transport { multicast.enter(self) }
    carryOut(answer)
  }

  /// An error, such as an unreachable network, has closed the viewer's sockets: nothing would come
  /// any more. With the end of the connection the client knows, and can set up again.
  func endIfPortsFailed() {
    guard case .udp(let ports)? = viewer?.transport, !ports.isOpen else { return }
    server.logger.warning(
      "a viewer's UDP ports have failed", metadata: [LogKey.viewer: .string(peer)])
    shutDown()
  }
}
