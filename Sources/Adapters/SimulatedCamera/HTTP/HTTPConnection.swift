import NIOCore
import NIOHTTP1

/// One TCP connection: collects requests and hands them to the camera.
///
/// The camera writes its answers straight into the channel, as bytes.
final class HTTPConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart

  private let camera: SimulatedCamera
  private let service: HTTPService
  private var request: HTTPRequest?

  init(camera: SimulatedCamera, service: HTTPService) {
    self.camera = camera
    self.service = service
  }

  func channelActive(context: ChannelHandlerContext) {
    let (channel, service) = (context.channel, service)
    camera.assumeIsolated { $0.connectionOpened(channel, service: service) }
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    let id = ObjectIdentifier(context.channel)
    camera.assumeIsolated { $0.connectionClosed(id) }
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      request = HTTPRequest(head: head)
    case .body(let part):
      collect(part)
    case .end:
      guard let request else { return }
      self.request = nil
      let id = ObjectIdentifier(context.channel)
      camera.assumeIsolated { $0.requestArrived(request, on: id) }
    }
  }

  private func collect(_ part: ByteBuffer) {
    guard let collected = request?.body.readableBytes, request?.isTooLong == false else { return }
    if collected + part.readableBytes > HTTPRequest.bodyLimit {
      request?.isTooLong = true
      request?.body = ByteBuffer()
    } else {
      request?.body.writeImmutableBuffer(part)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is HTTPParserError {
      let answer = HTTPAnswer.refusal(.badRequest)
      context.channel.writeAndFlush(answer.encoded(), promise: nil)
    }
    context.close(promise: nil)
  }
}
