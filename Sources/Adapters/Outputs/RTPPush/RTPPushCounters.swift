import Media
import Pipeline

/// What one target has sent and heard since the start, for status and metrics.
struct RTPPushCounters: Sendable {
  var sourcePort = 0
  /// Where packets go, the host name resolved; nil before the first socket.
  var destination: String?
  var accessUnits: UInt64 = 0
  var packets: UInt64 = 0
  var octets: UInt64 = 0
  /// Access units left out because the network took no more packets or the queue ran over.
  var skipped: UInt64 = 0
  /// Packets that came back as "port unreachable"; the kernel reports only some of them.
  var refused: UInt64 = 0
  /// Packets the kernel would not send.
  var sendFailures: UInt64 = 0
  /// Times the target asked for an IDR by RTCP.
  var keyframeRequests: UInt64 = 0
  /// Packets the target reported as lost by NACK.
  var packetsReportedLost: UInt64 = 0
  /// Packets sent again for that.
  var packetsRetransmitted: UInt64 = 0
  /// Packets not sent again: too old, sent again a moment ago, or beyond the budget.
  var retransmissionsRefused: UInt64 = 0
  /// Times the host name had another address.
  var addressChanges: UInt64 = 0
  /// Times Sora's description changed where or in which form packets go.
  var routeChanges: UInt64 = 0
  /// Times the socket had to be opened.
  var socketsOpened: UInt64 = 0
  private(set) var lastError: String?
  private(set) var lastErrorAt: WallClockAnchor?

  mutating func note(error: String, at moment: WallClockAnchor) {
    lastError = error
    lastErrorAt = moment
  }
}

/// Whether anybody listens at the target, judged by the refusals that come back.
struct ListeningState: Sendable {
  /// A target that has not refused for this long while packets flow listens again.
  static let quietPeriod: Duration = .seconds(3)

  /// nil while everything is heard.
  private var lastRefusal: MediaTime?

  var isRefused: Bool { lastRefusal != nil }

  /// A packet was refused. True if that is news.
  mutating func refused(at now: MediaTime) -> Bool {
    defer { lastRefusal = now }
    return lastRefusal == nil
  }

  /// Packets have been sent. True if the target has just begun to listen.
  mutating func sent(at now: MediaTime) -> Bool {
    guard let last = lastRefusal, last.duration(to: now) >= Self.quietPeriod else { return false }
    lastRefusal = nil
    return true
  }
}
