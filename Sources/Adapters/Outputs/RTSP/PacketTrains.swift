import Media
import RTP

/// What there is to send now, packetized at most once for each form that somebody needs.
///
/// Usually one access unit for all viewers; for one who joins in the middle of a GOP, all access
/// units since its IDR.
struct PacketTrains {
  /// In which size packets are made.
  enum Size: Int, CaseIterable {
    /// For viewers inside their connection.
    case interleaved
    /// For viewers over UDP.
    case datagram
  }

  /// An IDR first, unless there is only one.
  private let accessUnits: [AccessUnit]
  private let packetizers: RTSPPacketizers
  private let preamble: SnapshotPreamble?
  private var pictures: [PacketTrain?]
  private var starts: [[PacketTrain]?]

  /// - Parameter accessUnits: At least one; if there are more, the first is an IDR.
  init(_ accessUnits: [AccessUnit], packetizers: RTSPPacketizers, preamble: SnapshotPreamble?) {
    self.accessUnits = accessUnits
    self.preamble = preamble
    self.packetizers = packetizers
    pictures = Size.allCases.map { _ in nil }
    starts = Size.allCases.map { _ in nil }
  }

  /// Whether a viewer can start here.
  var isStart: Bool { accessUnits.first?.isIDR ?? false }

  /// The newest picture, for viewers who have what came before.
  mutating func picture(_ size: Size) -> ViewerQueue.Batch {
    if let train = pictures[size.rawValue] { return .init(trains: [train], pictureCount: 1) }
    let trains = accessUnits.suffix(1).map(packetizers[size].packetize)
    pictures[size.rawValue] = trains.first
    return .init(trains: trains, pictureCount: 1)
  }

  /// Everything, for a viewer who starts here.
  ///
  mutating func start(_ size: Size, withPreamble: Bool) -> ViewerQueue.Batch {
    guard withPreamble, let preamble else {
      let trains = SnapshotPreamble.plain(accessUnits, packetizer: packetizers[size])
      return .init(trains: trains, pictureCount: accessUnits.count)
    }
    let trains =
      starts[size.rawValue] ?? preamble.trains(of: accessUnits, packetizer: packetizers[size])
    starts[size.rawValue] = trains
    return .init(trains: trains, pictureCount: accessUnits.count)
  }
}

/// The two packet sizes of the server.
struct RTSPPacketizers: Sendable {
  private let tcp: H264Packetizer
  private let udp: H264Packetizer

  init(settings: RTSPOutputSettings) {
    tcp = H264Packetizer(maxPacketSize: settings.tcpPacketBytes)
    udp = H264Packetizer(maxPacketSize: settings.udpPacketBytes)
  }

  subscript(size: PacketTrains.Size) -> H264Packetizer {
    switch size {
    case .interleaved: tcp
    case .datagram: udp
    }
  }
}
