import Media
import NIOCore
import NIOHTTP1
import NIOPosix
import Pipeline
import SonyCamera

/// Reads one liveview stream as fast as it comes and hands its pictures on.
///
/// Nothing here waits for anybody: pictures go into a slot that keeps the newest. A reader that
/// stops reading makes the camera close the stream.
struct LiveviewReader: Sendable {
  /// Bytes of one read: more than a picture has, so that it takes one wake-up. The kernel's own
  /// buffer is left to the kernel: it is emptied at once, so that nothing grows old in it.
  private static let readSize = 131_072

  /// The same for a stream that is opened to recover.
  private static let recoveryAnswerLimit = Duration.seconds(2)

  /// Name or address of the only interface to use; nil leaves it to the routes.
  var interface: String?
  var sink: FrameSink
  var record: LiveviewRecord
  var clock: MediaClock
  /// Time without a complete picture after which the stream counts as stalled.
  var stallLimit: Duration
  /// For the head of the answer, at least; a camera that just woke up takes its time.
  var shortestAnswerLimit = Duration.seconds(5)
  /// For one attempt to connect, of two, for datagrams get lost; a camera in reach accepts within
  /// milliseconds.
  var attemptLimit = CameraConnector.usualAttemptLimit

  /// Reads until the stream ends, and says why it did.
  ///
  /// The socket is closed when this returns, and at once when the task is cancelled.
  ///
  /// - Parameters:
  ///   - firstPictureLimit: For the first complete picture, counted from the camera's answer; nil
  ///     for the usual stall limit.
  ///   - onFirstPicture: Called once, with the first complete picture's size.
  func read(
    _ url: CameraURL, firstPictureLimit: Duration? = nil,
    onFirstPicture: @escaping @Sendable (PictureSize) async -> Void
  ) async -> LiveviewEnd {
    record.streamBegins(at: clock.now())
    let (events, continuation) = AsyncStream.makeStream(of: LiveviewHandler.Event.self)
    let connection = ConnectionHandle()
    let limits = LiveviewHandler.Limits(
      answer: firstPictureLimit.map { max($0, Self.recoveryAnswerLimit) }
        ?? max(stallLimit, shortestAnswerLimit),
      firstPicture: firstPictureLimit ?? stallLimit, picture: stallLimit)
    connect(to: url, through: connection, limits: limits, reporting: continuation)
    let end = await withTaskCancellationHandler {
      await follow(events, onFirstPicture: onFirstPicture)
    } onCancel: {
      connection.close()
    }
    connection.close()
    record.streamEnded(Task.isCancelled ? nil : end)
    return end
  }

  private func connect(
    to url: CameraURL, through connection: ConnectionHandle, limits: LiveviewHandler.Limits,
    reporting events: AsyncStream<LiveviewHandler.Event>.Continuation
  ) {
    CameraConnector(interface: interface, attemptLimit: attemptLimit).connect(
      to: url, within: attemptLimit * 2, handle: connection,
      configure: {
        $0.channelOption(
          .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.readSize))
      },
      makeHandler: {
        LiveviewHandler(
          url: url, sink: sink, record: record, clock: clock, events: events, limits: limits)
      }
    ).whenFailure { _ in
      events.yield(.ended(.unreachable))
      events.finish()
    }
  }

  private func follow(
    _ events: AsyncStream<LiveviewHandler.Event>,
    onFirstPicture: @escaping @Sendable (PictureSize) async -> Void
  ) async -> LiveviewEnd {
    for await event in events {
      switch event {
      case .firstPicture(let size): await onFirstPicture(size)
      case .ended(let end): return end
      }
    }
    return .closed
  }
}
