import Media
import NIOCore
import NIOHTTP1
import Pipeline
import SonyCamera

/// Asks for the liveview and reads it on the connection's event loop, as fast as it comes.
///
/// One wake-up of one thread brings a picture from the socket into the slot. The engine's parser
/// decides what the bytes mean; this handler only feeds it.
final class LiveviewHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  /// What the session wants to know; pictures themselves go into the sink.
  enum Event: Sendable {
    case firstPicture(PictureSize)
    case ended(LiveviewEnd)
  }

  private let url: CameraURL
  private let sink: FrameSink
  private let record: LiveviewRecord
  private let clock: MediaClock
  private let events: AsyncStream<Event>.Continuation
  private let openLimit: TimeAmount

  private var parser = LiveviewParser()
  private var buffer = ByteBuffer()
  private var hasPictures = false
  private var isAnswered = false
  private var opening: Scheduled<Void>?

  /// - Parameter openLimit: For the answer's head.
  init(
    url: CameraURL, sink: FrameSink, record: LiveviewRecord, clock: MediaClock,
    events: AsyncStream<Event>.Continuation, openLimit: TimeAmount
  ) {
    self.url = url
    self.sink = sink
    self.record = record
    self.clock = clock
    self.events = events
    self.openLimit = openLimit
  }

  func channelActive(context: ChannelHandlerContext) {
    let shownHost = url.host.contains(":") ? "[\(url.host)]" : url.host
    let head = HTTPRequestHead(
      version: .http1_1, method: .GET, uri: url.path,
      headers: ["Host": url.port == 80 ? shownHost : "\(shownHost):\(url.port)"])
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    opening = context.eventLoop.assumeIsolated().scheduleTask(in: openLimit) {
      if !self.isAnswered { self.end(.unreachable, context) }
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      // 1xx comes before the answer proper.
      if head.status.code / 100 == 1 { return }
      isAnswered = true
      opening?.cancel()
      record.streamAnswered(at: clock.now())
      if head.status != .ok { end(.refused(status: Int(head.status.code)), context) }
    case .body(var bytes):
      receive(&bytes, context)
    case .end:
      end(.closed, context)
    }
  }

  private func receive(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) {
    let arrival = clock.now()
    // The camera sends one chunk per picture: it usually comes whole, and is not copied then.
    if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeBuffer(&bytes) }
    do {
      while let packet = try parser.next(from: &buffer) {
        guard case .image(let image) = packet else { continue }
        publish(image, at: arrival)
      }
    } catch {
      end(.unreadable(error), context)
    }
  }

  private func publish(_ image: LiveviewImage, at arrival: MediaTime) {
    let presentationTime = record.received(image, at: arrival, statistics: parser.statistics)
    sink.publish(
      JPEGFrame(
        bytes: image.bytes, size: image.outline.size, presentationTime: presentationTime,
        arrivalTime: arrival))
    if !hasPictures {
      hasPictures = true
      events.yield(.firstPicture(image.outline.size))
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    end(isAnswered ? .closed : .unreachable, context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    end(isAnswered ? .closed : .unreachable, context)
  }

  private func end(_ reason: LiveviewEnd, _ context: ChannelHandlerContext) {
    opening?.cancel()
    events.yield(.ended(reason))
    events.finish()
    context.close(promise: nil)
  }
}
