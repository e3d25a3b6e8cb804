import Media

/// How well one viewer receives, from its newest receiver report.
public struct ReceiverReportStatistics: Sendable, Hashable {
  /// Reports seen so far.
  public private(set) var reportCount: UInt64 = 0
  /// Share of packets lost between the last two reports, 0…1.
  public private(set) var lossRatio: Double = 0
  /// Packets lost since the start; negative when packets came twice.
  public private(set) var packetsLost: Int32 = 0
  /// Variation of the packets' travel time.
  public private(set) var jitter: Duration = .zero
  /// nil until a report answers a sender report.
  public private(set) var roundTripTime: Duration?
  /// When the newest report came; nil before the first one.
  public private(set) var lastReportTime: MediaTime?

  private let clockRate: UInt32

  /// - Parameter clockRate: Units of the RTP timestamp per second.
  public init(clockRate: UInt32 = 90_000) {
    self.clockRate = max(clockRate, 1)
  }

  /// Takes over what `report` says; `arrival` is when it came, read on both clocks.
  public mutating func record(_ report: ReceptionReport, arrival: WallClockAnchor) {
    reportCount &+= 1
    lossRatio = Double(report.fractionLost) / 256
    packetsLost = report.cumulativeLost
    jitter = .nanoseconds(Int64(report.jitter) * 1_000_000_000 / Int64(clockRate))
    lastReportTime = arrival.mediaTime
    let ntpTimestamp = arrival.ntpTimestamp(at: arrival.mediaTime)
    if let roundTripTime = report.roundTripTime(receivedAt: ntpTimestamp) {
      self.roundTripTime = roundTripTime
    }
  }
}
