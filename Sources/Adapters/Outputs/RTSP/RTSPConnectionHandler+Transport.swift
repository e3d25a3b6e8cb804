import Logging
import NIOCore
import Pipeline
import RTSP

// What SETUP needs: sockets, and the viewer behind them.
extension RTSPConnectionHandler {
  /// Two sockets of our own for this viewer, unless its ports are another session's.
  func openPorts(_ clientPorts: PortPair) {
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
      }
    ).whenComplete { result in
      switch result {
      case .success(let ports):
        this.value.transportOpened(.udp(ports), serverPorts: ports.serverPorts)
      case .failure(let error):
        this.value.portsFailed(error)
      }
    }
  }

  /// The sockets all viewers of the group share.
  func openMulticast() {
    guard let multicast = server.multicast else {
      carryOut(connection.transportFailed(at: server.clock.now()))
      return
    }
    let this = NIOLoopBound(self, eventLoop: channel.eventLoop)
    multicast.open().whenComplete { result in
      switch result {
      case .success:
        guard let multicast = this.value.server.multicast else { return }
        this.value.transportOpened(.multicast(multicast), serverPorts: nil)
      case .failure(let error):
        this.value.portsFailed(error)
      }
    }
  }

  private func portsFailed(_ error: any Error) {
    server.udpTargets.release(by: ObjectIdentifier(self))
    server.logger.warning(
      "no UDP ports for a viewer",
      metadata: [LogKey.viewer: .string(peer), LogKey.error: .string("\(error)")])
    carryOut(connection.transportFailed(at: server.clock.now()))
  }

  /// The way to the viewer is there: from now on it is one.
  func transportOpened(_ transport: RTSPViewerTransport, serverPorts: PortPair?) {
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
}
