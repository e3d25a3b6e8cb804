import Media
import RTP
import TestSupport
import Testing

@testable import Outputs

@Suite struct RTSPServerInstrumentsTests {
  private let notebook = MetricsNotebook()
  private let anchor = WallClockAnchor(
    mediaTime: MediaTime(nanoseconds: 0), unixNanoseconds: 1_700_000_000_000_000_000)

  private func viewer(_ address: String, lossOf256: UInt8?) -> ViewerStatus {
    var reception = ReceiverReportStatistics()
    if let lossOf256 {
      let report = ReceptionReport(
        sourceSSRC: 1, fractionLost: lossOf256, cumulativeLost: 3, highestSequenceNumber: 9,
        jitter: 900, lastSenderReport: 0, delaySinceLastSenderReport: 0)
      reception.record(report, arrival: anchor)
    }
    return ViewerStatus(
      address: address, transport: "tcp", since: anchor, isPlaying: true, picturesSent: 10,
      picturesSkipped: 1, bytesSent: 5000, startBytes: 3000, queuedBytes: 0, reception: reception)
  }

  @Test func whatViewersReportIsThereWhileTheyAre() {
    var contents = RTSPServerStatus.Contents()
    let instruments = RTSPServerInstruments(after: contents, factory: notebook)
    contents.viewers = [viewer("a:1", lossOf256: 64), viewer("b:2", lossOf256: nil)]
    instruments.record(contents)
    #expect(notebook.entries["bridge_rtsp_viewers"] == 2)
    #expect(notebook.entries["bridge_rtsp_viewer_loss_ratio{viewer=a:1}"] == 0.25)
    #expect(notebook.entries["bridge_rtsp_viewer_jitter_seconds{viewer=a:1}"] == 0.01)
    #expect(notebook.entries["bridge_rtsp_viewer_round_trip_seconds{viewer=a:1}"] == nil)
    #expect(notebook.entries["bridge_rtsp_viewer_loss_ratio{viewer=b:2}"] == nil)
    contents.viewers.removeFirst()
    instruments.record(contents)
    #expect(notebook.entries["bridge_rtsp_viewer_loss_ratio{viewer=a:1}"] == nil)
    #expect(notebook.entries["bridge_rtsp_viewers"] == 1)
  }

  @Test func countersOnlyRise() {
    var contents = RTSPServerStatus.Contents()
    contents.totals.bytesSent = 100
    let instruments = RTSPServerInstruments(after: contents, factory: notebook)
    contents.viewers = [viewer("a:1", lossOf256: nil)]
    instruments.record(contents)
    #expect(notebook.entries["bridge_rtsp_bytes_total"] == 5000)
    #expect(notebook.entries["bridge_rtsp_start_bytes_total"] == 3000)
    #expect(notebook.entries["bridge_rtsp_pictures_sent_total"] == 10)
    contents.viewers = []
    instruments.record(contents)
    contents.totals.bytesSent = 5200
    contents.totals.loginsFailed = 2
    instruments.record(contents)
    #expect(notebook.entries["bridge_rtsp_bytes_total"] == 5100)
    #expect(notebook.entries["bridge_rtsp_logins_failed_total"] == 2)
  }
}
