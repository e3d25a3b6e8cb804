import Media
import RTP

/// One access unit, packetized at most once for each packet size that somebody needs.
struct PacketTrains {
  let accessUnit: AccessUnit
  private let packetizers: RTSPPacketizers
  private var tcpTrain: PacketTrain?
  private var udpTrain: PacketTrain?

  init(accessUnit: AccessUnit, packetizers: RTSPPacketizers) {
    self.accessUnit = accessUnit
    self.packetizers = packetizers
  }

  /// Packets for viewers inside their connection.
  mutating func interleaved() -> PacketTrain {
    if let tcpTrain { return tcpTrain }
    let train = packetizers.tcp.packetize(accessUnit)
    tcpTrain = train
    return train
  }

  /// Packets for viewers over UDP.
  mutating func datagrams() -> PacketTrain {
    if let udpTrain { return udpTrain }
    let train = packetizers.udp.packetize(accessUnit)
    udpTrain = train
    return train
  }
}

/// The two packet sizes of the server.
struct RTSPPacketizers: Sendable {
  let tcp: H264Packetizer
  let udp: H264Packetizer

  init(settings: RTSPOutputSettings) {
    tcp = H264Packetizer(maxPacketSize: settings.tcpPacketBytes)
    udp = H264Packetizer(maxPacketSize: settings.udpPacketBytes)
  }
}
