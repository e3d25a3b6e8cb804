import Media
import NIOCore
import RTSP

@testable import RTP

/// Any picture, in packets of any size, through a sender and back.
enum PictureRoundTrip {
  static func run(_ bytes: [UInt8]) {
    var script = ByteScript(bytes)
    let packetizer = H264Packetizer(maxPacketSize: Int(script.short()))
    let first = script.short()
    var overTCP = RTPSender(
      ssrc: script.long(), payloadType: 96, firstSequenceNumber: first, firstTimestamp: 7)
    var overUDP = overTCP
    var depacketizer = H264Depacketizer()
    var next = first
    var lastTimestamp: UInt32?
    for serial in 0..<4 where !script.isAtEnd {
      let unit = picture(serial, &script, packetSize: packetizer.maxPacketSize)
      let train = packetizer.packetize(unit)
      let packets = received(overTCP.interleaved(train, channel: 5))
      let datagrams = overUDP.datagrams(train)
      require(packets.map(\.allBytes) == datagrams.map(\.allBytes), "UDP and TCP carry the same")
      let runs = datagrams.runs(of: datagrams.indices)
      require(runs.map(\.range.count).reduce(0, +) == packets.count, "runs leave nothing out")
      require(runs.flatMap(\.bytes.allBytes) == datagrams.bytes.allBytes, "runs are in order")
      var pictures: [ReceivedAccessUnit] = []
      for (index, datagram) in packets.enumerated() {
        guard let packet = try? RTPPacket(decoding: datagram) else {
          return require(false, "a packet can be read")
        }
        require(datagram.readableBytes <= packetizer.maxPacketSize, "packets keep to their size")
        require(packet.header.sequenceNumber == next, "sequence numbers follow each other")
        require(packet.header.marker == (index == packets.count - 1), "the last one is marked")
        require(packet.header.ssrc == overTCP.ssrc, "the SSRC stays")
        next &+= 1
        for output in depacketizer.receive(packet) {
          guard case .accessUnit(let unit) = output else {
            return require(false, "nothing is lost: \(output)")
          }
          pictures.append(unit)
        }
      }
      require(pictures.map(\.nalUnits) == (packets.isEmpty ? [] : [expected(unit)]), "as it was")
      if let picture = pictures.first {
        if let lastTimestamp { require(picture.rtpTimestamp != lastTimestamp, "time goes on") }
        lastTimestamp = picture.rtpTimestamp
      }
    }
  }

  private static func picture(
    _ serial: Int, _ script: inout ByteScript, packetSize: Int
  ) -> AccessUnit {
    let kind = script.byte()
    let isIDR = kind & 1 == 1
    let sets = ParameterSets(
      sps: unit(0x67, script.bytes(Int(script.byte()))),
      pps: unit(0x68, script.bytes(Int(script.byte()))))
    var units: [NALUnit] = []
    for _ in 0..<Int(kind >> 5) {
      let type = script.byte()
      let length = Int(script.byte()) << Int(kind >> 1 & 7)
      var content = script.bytes(length)
      // Large units from small inputs, but not thousands of packets.
      let most = min(20_000, packetSize * 16)
      content += Array(repeating: type, count: min(length - content.count, most))
      // The first bit says that the picture begins here.
      if content.isEmpty { content = [0x80] } else { content[0] |= 0x80 }
      units.append(unit(type & 0x7F, content))
    }
    return AccessUnit(
      serial: UInt64(serial), nalUnits: units,
      presentationTime: MediaTime(nanoseconds: Int64(serial) * 40_000_000), isIDR: isIDR,
      format: VideoFormat(
        parameterSets: sets, size: PictureSize(width: 640, height: 424), bitrateKbps: 2000))
  }

  private static func unit(_ header: UInt8, _ content: [UInt8]) -> NALUnit {
    NALUnit(bytes: ByteBuffer(bytes: [header] + content))
  }

  private static func expected(_ unit: AccessUnit) -> [NALUnit] {
    let slices = unit.nalUnits.filter { (1...5).contains($0.typeCode) }
    let sets = unit.format.parameterSets
    return (unit.isIDR ? [sets.sps, sets.pps] : []) + slices
  }

  private static func received(_ frames: ByteBuffer) -> [ByteBuffer] {
    var frames = frames
    var parser = RTSPResponseParser()
    var packets: [ByteBuffer] = []
    while case .interleaved(let channel, let packet)? = try? parser.next(from: &frames) {
      require(channel == 5, "frames have their channel")
      packets.append(packet)
    }
    require(frames.readableBytes == 0, "frames leave no gap")
    return packets
  }
}
