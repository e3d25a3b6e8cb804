import Foundation
import NIOCore
import NIOPosix
import Testing

/// A connection on which a test says what no HTTP client would.
struct RawConnection: Sendable {
  private let channel: any Channel
  private let heard: EventLoopFuture<String>

  init(_ base: String) async throws {
    let port = try #require(URL(string: base)?.port)
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let heard = loop.makePromise(of: String.self)
    self.heard = heard.futureResult
    do {
      channel = try await ClientBootstrap(group: loop)
        .channelOption(.allowRemoteHalfClosure, value: false)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(Listener(heard))
          }
        }
        .connect(host: "127.0.0.1", port: port).get()
    } catch {
      heard.fail(error)
      throw error
    }
  }

  func send(_ text: String) async throws {
    try await channel.writeAndFlush(ByteBuffer(string: text))
  }

  /// Everything the server says until it closes; a reset counts as the end.
  func readToEnd() async throws -> String { try await heard.get() }

  private final class Listener: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private var text = ""
    private let heard: EventLoopPromise<String>

    init(_ heard: EventLoopPromise<String>) {
      self.heard = heard
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      text += String(buffer: unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) { heard.succeed(text) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }
}
