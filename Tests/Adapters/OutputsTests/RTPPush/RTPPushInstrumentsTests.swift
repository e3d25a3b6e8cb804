import Media
import RTP
import TestSupport
import Testing

@testable import Outputs

@Suite struct RTPPushInstrumentsTests {
  private let notebook = MetricsNotebook()
  private let anchor = WallClockAnchor(
    mediaTime: MediaTime(nanoseconds: 0), unixNanoseconds: 1_700_000_000_000_000_000)

  private func report(answering sender: UInt32) -> ReceptionReport {
    ReceptionReport(
      sourceSSRC: 1, fractionLost: 64, cumulativeLost: 3, highestSequenceNumber: 9, jitter: 900,
      lastSenderReport: sender, delaySinceLastSenderReport: 0)
  }

  @Test func countersRiseAndGaugesFollow() {
    let notebook = notebook
    let instruments = RTPPushInstruments(target: "studio") { notebook }
    var counters = RTPPushCounters()
    var reception = ReceiverReportStatistics()
    #expect(notebook.entries.isEmpty, "the process may not have its metrics yet")
    (counters.packets, counters.packetsRetransmitted) = (10, 2)
    instruments.record(counters, reception, isPaused: true)
    #expect(notebook.entries["bridge_rtp_push_packets_total{target=studio}"] == 10)
    #expect(notebook.entries["bridge_rtp_push_packets_retransmitted_total{target=studio}"] == 2)
    #expect(notebook.entries["bridge_rtp_push_paused{target=studio}"] == 1)
    #expect(notebook.entries["bridge_rtp_push_loss_ratio{target=studio}"] == nil)

    counters.packets = 15
    reception.record(report(answering: 0), arrival: anchor)
    instruments.record(counters, reception, isPaused: false)
    #expect(notebook.entries["bridge_rtp_push_packets_total{target=studio}"] == 15)
    #expect(notebook.entries["bridge_rtp_push_paused{target=studio}"] == 0)
    #expect(notebook.entries["bridge_rtp_push_loss_ratio{target=studio}"] == 0.25)
    #expect(notebook.entries["bridge_rtp_push_jitter_seconds{target=studio}"] == 0.01)
    #expect(notebook.entries["bridge_rtp_push_round_trip_seconds{target=studio}"] == nil)

    let now = UInt32(truncatingIfNeeded: anchor.ntpTimestamp(at: anchor.mediaTime) >> 16)
    reception.record(report(answering: now &- 6554), arrival: anchor)
    instruments.record(counters, reception, isPaused: false)
    let roundTrip = notebook.entries["bridge_rtp_push_round_trip_seconds{target=studio}"] ?? 0
    #expect(abs(roundTrip - 0.1) < 0.001)
  }
}
