import Logging
import Media
import NIOCore
import Pipeline
import RTP
import Synchronization

extension RTPPushTarget {
  /// Longest time without a look whether the next picture has come.
  private static let longestPause: Duration = .milliseconds(5)
  private static let reportInterval: Duration = .seconds(5)

  /// Sends one access unit, paced unless the next one is already waiting.
  func send(
    _ accessUnit: AccessUnit, over socket: RTPPushSocket, subscription: StreamSubscription
  ) async {
    let firstSequenceNumber = sender.nextSequenceNumber
    let datagrams = sender.datagrams(packetizer.packetize(accessUnit))
    observations.withLock { $0.bitrateKbps = accessUnit.format.bitrateKbps }
    pacer?.begin(
      sizes: datagrams.indices.map(datagrams.length(at:)),
      bitrateKbps: accessUnit.format.bitrateKbps,
      presentationTime: accessUnit.presentationTime, now: stream.clock.now())
    var sentCount = 0
    while sentCount < datagrams.count {
      // An end in the middle of a picture is worse than one burst.
      let isUrgent = subscription.queuedCount > 0 || Task.isCancelled
      switch pacer?.step(nextIsWaiting: isUrgent, now: stream.clock.now()) {
      case .wait(let time):
        try? await Task.sleep(for: min(time, Self.longestPause))
      case .send(let count):
        let end = min(sentCount + count, datagrams.count)
        send(
          datagrams, sentCount..<end, over: socket,
          firstSequenceNumber: firstSequenceNumber &+ UInt16(truncatingIfNeeded: sentCount))
        sentCount = end
      case nil:
        send(
          datagrams, datagrams.indices, over: socket, firstSequenceNumber: firstSequenceNumber)
        sentCount = datagrams.count
      }
    }
    noteSent()
    reportIfDue(over: socket)
  }

  private func send(
    _ datagrams: RTPDatagrams, _ burst: Range<Int>, over socket: RTPPushSocket,
    firstSequenceNumber: UInt16
  ) {
    let now = stream.clock.now()
    observations.withLock {
      $0.history?.record(datagrams[burst], firstSequenceNumber: firstSequenceNumber, now: now)
    }
    socket.send(datagrams, burst)
  }

  private func noteSent() {
    let now = stream.clock.now()
    let listensAgain = observations.withLock { observations in
      observations.counters.accessUnits &+= 1
      observations.counters.packets = sender.packetCount
      observations.counters.octets = sender.octetCount
      return observations.listening.sent(at: now)
    }
    if listensAgain { logger.notice("rtp push target listens") }
  }

  /// Sends a sender report with the first access unit and every five seconds from then on.
  private func reportIfDue(over socket: RTPPushSocket) {
    guard settings.sendsReports else { return }
    let anchor = stream.clock.wallClockAnchor()
    if let lastReport, lastReport.duration(to: anchor.mediaTime) < Self.reportInterval { return }
    lastReport = anchor.mediaTime
    socket.sendReport(sender.senderReport(at: anchor, cname: cname))
  }

  func sayGoodbye() async {
    guard settings.sendsReports, sender.packetCount > 0, let socket, socket.isOpen else { return }
    socket.sendReport(sender.goodbye(at: stream.clock.wallClockAnchor(), cname: cname))
    await socket.drain()
  }
}
