import NIOCore
import NIOHTTP1
import NIOPosix

/// An HTTP port through which a running simulated camera is told what to do.
///
/// It stays open while the camera is away.
///
///     GET  /               commands and state, as JSON
///     GET  /calls          the newest API calls, as JSON
///     POST /NAME           carries out a command
///     POST /NAME/VALUE     the same with a value; also /NAME?value=VALUE
///
/// Answers are 200, 400 for a wrong value, 404 for an unknown name, 405 for a wrong HTTP method
/// and 409 for a command that did not work; all have a JSON body.
public struct CameraControlPort: Sendable {
  /// As bound.
  public let port: Int
  private let listener: any Channel

  /// - Parameters:
  ///   - address: IPv4 address to listen at. Whoever reaches it can do everything: keep it to
  ///     loopback.
  ///   - port: 0 takes a free one.
  /// - Throws: `SimulatedCameraError.portUnavailable`.
  public static func open(
    for camera: SimulatedCamera, address: String = "127.0.0.1", port: Int
  ) async throws(SimulatedCameraError) -> CameraControlPort {
    let bootstrap = ServerBootstrap(group: camera.eventLoop)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
          try channel.pipeline.syncOperations.addHandlers([
            decoder, ControlConnection(camera: camera),
          ])
        }
      }
    do {
      let listener = try await bootstrap.bind(host: address, port: port).get()
      return CameraControlPort(port: listener.localAddress?.port ?? port, listener: listener)
    } catch {
      throw .portUnavailable(
        service: "control port", address: address, port: port, reason: "\(error)")
    }
  }

  /// Takes no more requests.
  public func close() async {
    try? await listener.close().get()
  }
}

/// One connection to the control port: one request, one answer.
private final class ControlConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart

  private let camera: SimulatedCamera
  private var head: HTTPRequestHead?

  init(camera: SimulatedCamera) {
    self.camera = camera
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      guard let head else { return }
      self.head = nil
      let (camera, channel) = (camera, context.channel)
      Task {
        let answer = await camera.controlAnswer(method: head.method, uri: head.uri)
        channel.writeAndFlush(answer.encoded()).whenComplete { _ in
          channel.close(promise: nil)
        }
      }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
