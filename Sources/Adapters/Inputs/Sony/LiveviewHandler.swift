import Media
import NIOCore
import NIOHTTP1
import Pipeline
import SonyCamera

/// Asks for the liveview and reads it on the connection's event loop, as fast as it comes.
///
/// One wake-up of one thread brings a picture from the socket into the slot. The engine's parser
/// decides what the bytes mean; this handler only feeds it, and ends the stream when a limit is
/// passed: whatever trickles in, only complete pictures count.
final class LiveviewHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  /// What the session wants to know; pictures themselves go into the sink.
  enum Event: Sendable {
    case firstPicture(PictureSize)
    case ended(LiveviewEnd)
  }

  /// How long a stream may take.
  struct Limits: Sendable {
    /// From the request to the whole head of the answer.
    var answer: Duration
    /// From there to the first complete picture.
    var firstPicture: Duration
    /// From one complete picture to the next.
    var picture: Duration
    /// The same while the camera says that it is busy: taking a photo, focusing, in a menu.
    var busy = Duration.seconds(60)
    /// Bytes without a picture after which the stream counts as something else; eight times the
    /// largest packet. The parser's own limit is for garbage in a row, this one holds for endless
    /// packets without a picture, too.
    var byteCountWithoutPicture = 4 * 1024 * 1024
  }

  /// How often a busy camera is looked at: pictures should come again soon after it is ready.
  private static let busyInterval = TimeAmount.milliseconds(500)

  /// For the first picture after that.
  private static let graceAfterBusy = Duration.seconds(1)

  /// What is waited for, and since when.
  private enum Phase {
    case answer(since: MediaTime)
    case firstPicture(since: MediaTime)
    case nextPicture(since: MediaTime)
    /// The end is told; what was read before the socket closed does not count.
    case over
  }

  private let url: CameraURL
  private let sink: FrameSink
  private let record: LiveviewRecord
  private let clock: MediaClock
  private let events: AsyncStream<Event>.Continuation
  private let limits: Limits

  private var parser = LiveviewParser()
  private var buffer = ByteBuffer()
  private var phase: Phase
  private var watch: Scheduled<Void>?
  private var byteCountWithoutPicture = 0

  init(
    url: CameraURL, sink: FrameSink, record: LiveviewRecord, clock: MediaClock,
    events: AsyncStream<Event>.Continuation, limits: Limits
  ) {
    self.url = url
    self.sink = sink
    self.record = record
    self.clock = clock
    self.events = events
    self.limits = limits
    phase = .answer(since: clock.now())
  }

  func channelActive(context: ChannelHandlerContext) {
    let head = HTTPRequestHead(
      version: .http1_1, method: .GET, uri: url.path, headers: ["Host": url.hostField])
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    enter(.answer(since: clock.now()), context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .over = phase { return }
    switch unwrapInboundIn(data) {
    case .head(let head):
      let now = clock.now()
      if head.status == .ok {
        enter(.firstPicture(since: now), context)
      } else {
        end(.refused(status: Int(head.status.code)), context)
      }
    case .body(var bytes):
      receive(&bytes, context)
    case .end:
      end(.closed, context)
    }
  }

  // MARK: Pictures

  private func receive(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) {
    let arrival = clock.now()
    byteCountWithoutPicture += bytes.readableBytes
    // The camera sends one chunk per picture: it usually comes whole, and is not copied then.
    if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeBuffer(&bytes) }
    do throws(SonyCameraError) {
      while let packet = try parser.next(from: &buffer) {
        guard case .image(let image) = packet else { continue }
        publish(image, at: arrival, context)
        byteCountWithoutPicture = buffer.readableBytes
      }
      if byteCountWithoutPicture > limits.byteCountWithoutPicture {
        throw .liveviewGarbage(
          position: parser.statistics.byteCount, skipped: byteCountWithoutPicture,
          limit: limits.byteCountWithoutPicture)
      }
    } catch {
      end(.unreadable(error), context)
    }
  }

  private func publish(
    _ image: LiveviewImage, at arrival: MediaTime, _ context: ChannelHandlerContext
  ) {
    let presentationTime = record.received(image, at: arrival, statistics: parser.statistics)
    sink.publish(
      JPEGFrame(
        bytes: image.bytes, size: image.outline.size, presentationTime: presentationTime,
        arrivalTime: arrival))
    if case .nextPicture = phase {
      phase = .nextPicture(since: arrival)
    } else {
      enter(.nextPicture(since: arrival), context)
      events.yield(.firstPicture(image.outline.size))
    }
  }

  // MARK: Time

  private var deadline: MediaTime? {
    switch phase {
    case .answer(let since): since.advanced(by: limits.answer)
    case .firstPicture(let since): since.advanced(by: limits.firstPicture)
    case .nextPicture(let since): since.advanced(by: limits.picture)
    case .over: nil
    }
  }

  private func enter(_ phase: Phase, _ context: ChannelHandlerContext) {
    self.phase = phase
    watch?.cancel()
    keepWatching(context)
  }

  /// One timer follows the deadline, which every picture moves on.
  private func keepWatching(_ context: ChannelHandlerContext) {
    guard let deadline else { return }
    let rest = clock.now().duration(to: deadline)
    guard rest <= .zero else {
      watch = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(rest)) {
        self.keepWatching(context)
      }
      return
    }
    switch phase {
    case .answer:
      end(.unreachable, context)
    case .firstPicture(let since), .nextPicture(let since):
      guard isExcused, since.duration(to: clock.now()) < limits.busy else {
        return end(.stalled, context)
      }
      watch = context.eventLoop.assumeIsolated().scheduleTask(in: Self.busyInterval) {
        self.keepWatching(context)
      }
    case .over:
      break
    }
  }

  /// The camera is busy by its own word, or was a moment ago.
  private var isExcused: Bool {
    record.wasCameraBusy(within: Self.graceAfterBusy, now: clock.now())
  }

  // MARK: End

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    end(broken, context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    end(broken, context)
  }

  private var broken: LiveviewEnd {
    if case .answer = phase { .unreachable } else { .closed }
  }

  /// Only the first reason counts.
  private func end(_ reason: LiveviewEnd, _ context: ChannelHandlerContext) {
    if case .over = phase { return }
    phase = .over
    watch?.cancel()
    watch = nil
    events.yield(.ended(reason))
    events.finish()
    context.close(promise: nil)
  }
}
