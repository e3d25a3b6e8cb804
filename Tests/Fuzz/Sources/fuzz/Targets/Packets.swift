import Media
import NIOCore

@testable import RTP

/// RTP and RTCP from the network.
enum Packets {
  /// Compounds: everything read is bounded, and what can be written reads the same.
  static func rtcp(_ bytes: [UInt8]) {
    guard let compound = try? RTCPCompound(decoding: ByteBuffer(bytes: bytes)) else { return }
    require((1...32).contains(compound.packets.count), "packets are few")
    require(bytes.count <= 8192, "compounds are short")
    var statistics = ReceiverReportStatistics(clockRate: 90_000)
    let arrival = WallClockAnchor(mediaTime: MediaTime(nanoseconds: 0), unixNanoseconds: 0)
    for packet in compound.packets {
      written(packet)
      guard case .feedback(let feedback) = packet else { continue }
      if case .lostPackets(let numbers) = feedback.request {
        require(numbers.count <= bytes.count / 4 * 17, "a NACK names a bounded number of packets")
      }
    }
    for ssrc in [0, 1, 0xFFFF_FFFF] as [UInt32] {
      _ = compound.requestsKeyframe(of: ssrc)
      _ = compound.lostPackets(of: ssrc)
      for report in compound.receptionReports(about: ssrc) {
        statistics.record(report, arrival: arrival)
        require((0...1).contains(statistics.lossRatio), "loss is a ratio")
      }
    }
  }

  private static func written(_ packet: RTCPPacket) {
    var buffer = ByteBuffer()
    switch packet {
    case .senderReport(let report): report.write(into: &buffer)
    case .receiverReport(let report): report.write(into: &buffer)
    case .goodbye, .sourceDescription, .feedback, .other: return
    }
    let again = try? RTCPCompound(decoding: buffer)
    require(again?.packets == [packet], "a written report reads the same")
  }

  /// A stream of datagrams, each with its length in front, and the pictures they make.
  static func rtp(_ bytes: [UInt8]) {
    var limits = H264Depacketizer.Limits()
    limits.accessUnitBytes = 2048
    limits.nalUnitCount = 16
    var depacketizers = [H264Depacketizer(), H264Depacketizer(limits: limits)]
    var script = ByteScript(bytes)
    while !script.isAtEnd {
      let datagram = script.bytes(Int(script.byte()))
      guard let packet = try? RTPPacket(decoding: ByteBuffer(bytes: datagram)) else { continue }
      require(packet.payload.readableBytes <= datagram.count - 12, "a payload is part of it")
      var header = ByteBuffer()
      packet.header.write(into: &header)
      let again = try? RTPPacket(decoding: header)
      require(again?.header == packet.header, "a written header reads the same")
      for index in depacketizers.indices {
        let outputs = depacketizers[index].receive(packet)
        require(outputs.count <= 2, "a packet ends two pictures at most")
        for case .accessUnit(let unit) in outputs {
          check(unit, index == 1 ? limits : H264Depacketizer.Limits())
        }
      }
    }
  }

  private static func check(_ unit: ReceivedAccessUnit, _ limits: H264Depacketizer.Limits) {
    require((1...limits.nalUnitCount).contains(unit.nalUnits.count), "units are few")
    require(unit.nalUnits.allSatisfy { $0.count > 0 }, "no unit is empty")
    let total = unit.nalUnits.reduce(0) { $0 + $1.count }
    require(total <= limits.accessUnitBytes, "pictures are bounded")
  }
}
