import H264
import Media
import NIOCore
import Pipeline
import RTP
import Testing
import X264

@testable import Outputs

@Suite struct SnapshotPreambleTests {
  private static let format: VideoFormat = {
    let settings = H264EncoderSettings(size: .alpha6000Liveview)
    guard let encoder = try? H264Encoder(settings: settings) else { return makeFormat(0x1E) }
    return VideoFormat(
      parameterSets: encoder.parameterSets, size: settings.codedSize, bitrateKbps: 2000)
  }()

  private func accessUnit(_ serial: UInt64, isIDR: Bool, at milliseconds: Int) -> AccessUnit {
    AccessUnit(
      serial: serial, nalUnits: [NALUnit(bytes: ByteBuffer(bytes: [isIDR ? 0x65 : 0x41, 1, 2]))],
      presentationTime: MediaTime(nanoseconds: Int64(milliseconds) * 1_000_000), isIDR: isIDR,
      format: Self.format)
  }

  private func milliseconds(_ trains: [PacketTrain]) -> [Int64] {
    trains.map { $0.presentationTime.nanoseconds / 1_000_000 }
  }

  @Test func anIDRIsRepeatedOftenEnoughForEveryPlayer() {
    let preamble = SnapshotPreamble(parameterSets: Self.format.parameterSets)
    let trains = preamble.trains(
      of: [accessUnit(7, isIDR: true, at: 1000)], packetizer: H264Packetizer(maxPacketSize: 1400))
    #expect(trains.map(\.isIDR) == [true] + Array(repeating: false, count: 32))
    #expect(milliseconds(trains) == Array(968...1000), "one millisecond apart, the last in time")
    #expect(trains.dropFirst().allSatisfy { $0.packets.count == 1 && $0.packets[0].length < 32 })
  }

  @Test func whatFollowedTheIDRComesAfterTheRepeats() {
    let preamble = SnapshotPreamble(parameterSets: Self.format.parameterSets)
    let gop = (0..<4).map { accessUnit(UInt64($0), isIDR: $0 == 0, at: 1000 + 40 * $0) }
    let trains = preamble.trains(of: gop, packetizer: H264Packetizer(maxPacketSize: 1400))
    #expect(trains.count == 36)
    #expect(trains.suffix(3).map(\.serial) == [1, 2, 3])
    #expect(milliseconds(trains) == Array(1085...1120))
  }

  @Test func withoutRepeatsTheTimesAreSqueezedToo() {
    let gop = (0..<4).map { accessUnit(UInt64($0), isIDR: $0 == 0, at: 1000 + 40 * $0) }
    let trains = SnapshotPreamble.plain(gop, packetizer: H264Packetizer(maxPacketSize: 1400))
    #expect(trains.map(\.serial) == [0, 1, 2, 3])
    #expect(milliseconds(trains) == [1117, 1118, 1119, 1120])
  }

  @Test func anUnknownSyntaxLeavesTheIDRAlone() {
    let sets = makeFormat(0x1E).parameterSets
    let trains = SnapshotPreamble(parameterSets: sets).trains(
      of: [accessUnit(7, isIDR: true, at: 1000)], packetizer: H264Packetizer(maxPacketSize: 1400))
    #expect(trains.count == 1)
  }
}
