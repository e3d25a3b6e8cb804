import NIOCore
import RTP
import RTSP

/// Bytes for one viewer, in the form its transport takes.
enum RTSPParcel {
  /// Interleaved frames, written to the connection at once.
  case frames(ByteBuffer)
  /// RTP packets of one picture.
  case datagrams(RTPDatagrams)
  /// One RTCP datagram.
  case report(ByteBuffer)

  var byteCount: Int {
    switch self {
    case .frames(let bytes), .report(let bytes): bytes.readableBytes
    case .datagrams(let datagrams): datagrams.bytes.readableBytes
    }
  }
}

/// How a viewer's packets travel, with the sockets for it.
enum RTSPViewerTransport {
  case interleaved(any Channel, ChannelPair)
  case udp(UDPPortPair)
  /// Shared by all viewers of the group, who are sent nothing by themselves.
  case multicast(RTSPMulticast)

  var name: String {
    switch self {
    case .interleaved: "tcp"
    case .udp: "udp"
    case .multicast: "multicast"
    }
  }

  /// The SSRC if it is not the viewer's own.
  var sharedSSRC: UInt32? {
    if case .multicast(let multicast) = self { multicast.ssrc } else { nil }
  }

  /// False while so much is waiting that the next picture would come too late.
  var hasRoom: Bool {
    switch self {
    case .interleaved(let channel, _): channel.isWritable
    case .udp(let ports): ports.isWritable
    case .multicast: true
    }
  }

  var packetSize: PacketTrains.Size {
    switch self {
    case .interleaved: .interleaved
    case .udp, .multicast: .datagram
    }
  }

  func parcel(report compound: ByteBuffer) -> RTSPParcel {
    switch self {
    case .udp, .multicast:
      return .report(compound)
    case .interleaved(_, let channels):
      var frame = ByteBuffer()
      frame.reserveCapacity(compound.readableBytes + PacketTrain.framingSize)
      frame.writeInteger(UInt8(ascii: "$"))
      frame.writeInteger(channels.rtcp)
      frame.writeInteger(UInt16(truncatingIfNeeded: compound.readableBytes))
      frame.writeImmutableBuffer(compound)
      return .frames(frame)
    }
  }

  /// Sends; what cannot be sent shows as the end of the connection or not at all.
  func send(_ parcel: RTSPParcel) {
    switch (self, parcel) {
    case (.interleaved(let channel, _), .frames(let bytes)):
      channel.writeAndFlush(bytes, promise: nil)
    case (.udp(let ports), .datagrams(let datagrams)):
      ports.sendRTP(datagrams)
    case (.udp(let ports), .report(let compound)):
      ports.sendRTCP(compound)
    case (.interleaved, .datagrams), (.interleaved, .report), (.udp, .frames), (.multicast, _):
      assertionFailure("parcel made for another transport")
    }
  }

  /// Closes what belongs to the viewer alone.
  func close() {
    if case .udp(let ports) = self { ports.close() }
  }
}
