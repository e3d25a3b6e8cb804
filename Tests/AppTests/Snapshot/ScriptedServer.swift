import NIOCore
import NIOPosix

/// A TCP server on loopback that answers the n-th piece it receives with the n-th script line,
/// and then does nothing, or closes.
struct ScriptedServer {
  enum Line: Sendable {
    case answer([UInt8])
    case close
  }

  private let listener: any Channel
  var port: Int { listener.localAddress?.port ?? 0 }

  init(_ script: [Line], address: String = "127.0.0.1") async throws {
    listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ScriptHandler(script))
        }
      }
      .bind(host: address, port: 0).get()
  }

  func stop() async throws { try await listener.close() }

  private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private var script: ArraySlice<Line>

    init(_ script: [Line]) { self.script = script[...] }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch script.popFirst() {
      case .answer(let bytes):
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
      case .close: context.close(promise: nil)
      case nil: break
      }
    }
  }
}

extension ScriptedServer.Line {
  /// An RTSP answer with `\n` line ends turned into CRLF.
  static func rtsp(_ head: String, body: String = "") -> ScriptedServer.Line {
    var lines = head.split(separator: "\n").map(String.init)
    if !body.isEmpty { lines.append("Content-Length: \(body.utf8.count)") }
    return .answer(Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8))
  }

  /// Answers to OPTIONS, DESCRIBE and SETUP.
  static let untilSetup: [ScriptedServer.Line] = [
    .rtsp("RTSP/1.0 200 OK\nCSeq: 1"),
    .rtsp(
      "RTSP/1.0 200 OK\nCSeq: 2\nContent-Type: application/sdp",
      body: """
        v=0
        m=video 0 RTP/AVP 96
        a=rtpmap:96 H264/90000
        a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAHg==,aM48gA==
        """),
    .rtsp(
      "RTSP/1.0 200 OK\nCSeq: 3\nSession: 7\n"
        + "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"),
  ]

  /// The answer to PLAY and behind it one packet with `unit` as a whole picture.
  static func play(_ unit: [UInt8]) -> ScriptedServer.Line {
    let packet: [UInt8] = [0x80, 0xE0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1] + unit
    return .answer(
      Array("RTSP/1.0 200 OK\r\nCSeq: 4\r\n\r\n$\0".utf8) + [0, UInt8(packet.count)] + packet)
  }
}
