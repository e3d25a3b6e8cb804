import Logging
import Media
import NIOCore
import Pipeline
import RTP
import Synchronization

extension RTPPushTarget {
  /// Something came back from the network; called on the socket's event loop.
  nonisolated func handle(_ event: RTPPushSocket.Event) {
    switch event {
    case .received(let datagram): handleReport(datagram)
    case .sendFailed: observations.withLock { $0.counters.sendFailures &+= 1 }
    case .refused:
      let now = stream.clock.now()
      let isNews = observations.withLock { observations in
        observations.counters.refused &+= 1
        return observations.listening.refused(at: now)
      }
      if isNews { logger.notice("rtp push target does not listen") }
    }
  }

  /// A polite receiver reports how it receives, and asks for lost packets or an IDR.
  private nonisolated func handleReport(_ datagram: ByteBuffer) {
    guard let compound = try? RTCPCompound(decoding: datagram) else { return }
    let reports = compound.receptionReports(about: ssrc)
    if !reports.isEmpty {
      let arrival = stream.clock.wallClockAnchor()
      observations.withLock { observations in
        for report in reports { observations.reception.record(report, arrival: arrival) }
      }
    }
    let lost = compound.lostPackets(of: ssrc)
    if !lost.isEmpty { retransmit(lost) }
    if compound.requestsKeyframe(of: ssrc) {
      observations.withLock { $0.counters.keyframeRequests &+= 1 }
      stream.requestKeyframe(.pictureLoss)
    }
  }

  /// Sends lost packets again, as far as that makes sense.
  private nonisolated func retransmit(_ lost: [UInt16]) {
    let now = stream.clock.now()
    let (socket, packets) = observations.withLock { observations in
      observations.counters.packetsReportedLost &+= UInt64(lost.count)
      let interval = observations.reception.roundTripTime ?? PacketHistory.shortestInterval
      let answer = observations.history?.answer(
        lost, bitrateKbps: observations.bitrateKbps,
        minimumInterval: min(interval, .milliseconds(500)), now: now)
      let packets = answer?.packets ?? []
      observations.counters.packetsRetransmitted &+= UInt64(packets.count)
      observations.counters.retransmissionsRefused &+= UInt64(lost.count - packets.count)
      return (observations.socket, packets)
    }
    if !packets.isEmpty { socket?.send(packets) }
  }
}
