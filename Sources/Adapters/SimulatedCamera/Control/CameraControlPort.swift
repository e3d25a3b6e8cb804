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
/// Answers are 200, 400 for a wrong value, 403 for a web page, 404 for an unknown name, 405 for a
/// wrong HTTP method and 409 for a command that did not work; all have a JSON body.
public struct CameraControlPort: Sendable {
  /// What one port takes.
  struct Limits: Sendable {
    /// More are closed at once.
    var connections = 16
    /// From connecting to the end of the request; then the connection is closed.
    var requestTime = TimeAmount.seconds(10)
  }

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
    try await open(for: camera, address: address, port: port, limits: Limits())
  }

  static func open(
    for camera: SimulatedCamera, address: String = "127.0.0.1", port: Int, limits: Limits
  ) async throws(SimulatedCameraError) -> CameraControlPort {
    let openCount = NIOLoopBoundBox.makeBoxSendingValue(0, eventLoop: camera.eventLoop)
    let bootstrap = ServerBootstrap(group: camera.eventLoop)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
          try channel.pipeline.syncOperations.addHandlers([
            decoder, ControlConnection(camera: camera, limits: limits, openCount: openCount),
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
  private let limits: CameraControlPort.Limits
  /// Of the port; all its connections are on the camera's event loop.
  private let openCount: NIOLoopBoundBox<Int>
  private var head: HTTPRequestHead?
  private var deadline: Scheduled<Void>?

  init(
    camera: SimulatedCamera, limits: CameraControlPort.Limits, openCount: NIOLoopBoundBox<Int>
  ) {
    self.camera = camera
    self.limits = limits
    self.openCount = openCount
  }

  func channelActive(context: ChannelHandlerContext) {
    openCount.value += 1
    let channel = context.channel
    guard openCount.value <= limits.connections else { return channel.close(promise: nil) }
    deadline = context.eventLoop.scheduleTask(in: limits.requestTime) {
      channel.close(promise: nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    openCount.value -= 1
    deadline?.cancel()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      guard let head else { return }
      self.head = nil
      deadline?.cancel()
      let (camera, channel) = (camera, context.channel)
      Task {
        let answer = await camera.controlAnswer(to: head)
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
