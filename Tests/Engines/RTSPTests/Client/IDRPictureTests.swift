import Media
import NIOCore
import RTP
import Testing

@testable import RTSP

@Suite struct IDRPictureTests {
  private let sps = SampleServer.sps
  private let pps = SampleServer.pps
  private let otherSPS = SampleServer.unit([0x67, 0x64])
  private let otherPPS = SampleServer.unit([0x68, 0xEF])
  private let idr = SampleServer.unit([0x65, 0x88])
  private let slice = SampleServer.unit([0x41, 0x9A])
  private let delimiter = SampleServer.unit([0x09, 0x10])

  private func unit(_ units: NALUnit...) -> ReceivedAccessUnit {
    ReceivedAccessUnit(nalUnits: units, rtpTimestamp: 0)
  }

  @Test func annexBHasAStartCodeBeforeEachUnit() {
    let picture = IDRPicture(parameterSets: [otherSPS, otherPPS], slices: [idr])
    #expect(
      Array(picture.annexB.readableBytesView)
        == [0, 0, 0, 1, 0x67, 0x64, 0, 0, 0, 1, 0x68, 0xEF, 0, 0, 0, 1, 0x65, 0x88])
  }

  @Test func inBandSetsStandAlone() {
    var collector = IDRCollector(described: [sps, pps])
    #expect(
      collector.take(unit(delimiter, otherSPS, otherPPS, idr, idr))
        == IDRPicture(parameterSets: [otherSPS, otherPPS], slices: [idr, idr]))
  }

  @Test func describedSetsServeIfNoneComeInBand() {
    var collector = IDRCollector(described: [sps, pps])
    #expect(collector.take(unit(slice)) == nil)
    #expect(collector.take(unit(idr)) == IDRPicture(parameterSets: [sps, pps], slices: [idr]))
  }

  @Test func setsFromAnEarlierAccessUnitServe() {
    var collector = IDRCollector(described: [])
    #expect(collector.take(unit(idr)) == nil)
    #expect(collector.take(unit(sps, pps)) == nil)
    #expect(collector.take(unit(slice)) == nil)
    #expect(collector.take(unit(idr)) == IDRPicture(parameterSets: [sps, pps], slices: [idr]))
  }

  @Test func aNewSPSReplacesWhatCameBefore() {
    var collector = IDRCollector(described: [])
    _ = collector.take(unit(sps, pps))
    #expect(collector.take(unit(otherSPS, otherPPS, idr))?.parameterSets == [otherSPS, otherPPS])
  }

  @Test func halfASetIsCompletedByTheDescription() {
    var collector = IDRCollector(described: [sps, pps])
    #expect(collector.take(unit(otherPPS, idr))?.parameterSets == [sps, pps, otherPPS])
  }

  @Test func repeatedSetsDoNotPileUp() {
    var collector = IDRCollector(described: [sps])
    for _ in 0..<1000 { _ = collector.take(unit(pps, pps)) }
    #expect((collector.take(unit(pps, idr))?.parameterSets.count ?? 99) <= 33)
  }
}
