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
  /// For the head of the answer, at least; a camera that just woke up takes its time.
  private static let shortestOpenLimit = Duration.seconds(5)
  /// A camera in reach accepts within milliseconds.
  private static let connectLimit = TimeAmount.milliseconds(1500)
  /// Bytes of one read: more than a picture has, so that it takes one wake-up.
  private static let readSize = 131_072

  /// Source address of the connection; nil leaves it to the routes.
  var localAddress: String?
  var sink: FrameSink
  var record: LiveviewRecord
  var clock: MediaClock
  /// Time without a complete picture after which the stream counts as stalled.
  var stallLimit: Duration

  /// Reads until the stream ends, and says why it did.
  ///
  /// - Parameter onFirstPicture: Called once, with the first complete picture's size.
  func read(
    _ url: CameraURL, onFirstPicture: @escaping @Sendable (PictureSize) async -> Void
  ) async -> LiveviewEnd {
    record.streamBegins()
    let (events, continuation) = AsyncStream.makeStream(of: LiveviewHandler.Event.self)
    let end: LiveviewEnd
    do {
      let channel = try await connect(to: url, reporting: continuation)
      end = await follow(events, onFirstPicture: onFirstPicture)
      try? await channel.close()
    } catch {
      end = .unreachable
    }
    record.streamEnded(Task.isCancelled ? nil : end)
    return end
  }

  private func connect(
    to url: CameraURL, reporting events: AsyncStream<LiveviewHandler.Event>.Continuation
  ) async throws -> any Channel {
    let openLimit = TimeAmount(max(stallLimit, Self.shortestOpenLimit))
    var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(Self.connectLimit)
      .channelOption(
        .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.readSize)
      )
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
          try pipeline.addHandler(
            LiveviewHandler(
              url: url, sink: sink, record: record, clock: clock, events: events,
              openLimit: openLimit))
        }
      }
    if let localAddress {
      bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: localAddress, port: 0))
    }
    return try await bootstrap.connect(host: url.host, port: url.port).get()
  }

  private func follow(
    _ events: AsyncStream<LiveviewHandler.Event>,
    onFirstPicture: @escaping @Sendable (PictureSize) async -> Void
  ) async -> LiveviewEnd {
    await withTaskGroup(of: LiveviewEnd?.self) { group in
      group.addTask {
        for await event in events {
          switch event {
          case .firstPicture(let size): await onFirstPicture(size)
          case .ended(let end): return end
          }
        }
        return .closed
      }
      group.addTask { await watch() }
      defer { group.cancelAll() }
      // Nil is the watch that was cancelled, which does not end the stream.
      for await end in group {
        if let end { return end }
      }
      return .closed
    }
  }

  /// Ends when no picture came for too long; nil if cancelled before.
  private func watch() async -> LiveviewEnd? {
    var deadline = clock.now().advanced(by: stallLimit)
    while true {
      let rest = clock.now().duration(to: deadline)
      if rest <= .zero { return .stalled }
      do {
        try await Task.sleep(for: rest)
      } catch {
        return nil
      }
      // Without an answer yet it is the handler that knows how long to wait.
      deadline = (record.lastSignOfLife ?? clock.now()).advanced(by: stallLimit)
    }
  }
}
