import AsyncHTTPClient
import Media
import NIOCore
import Pipeline
import SonyCamera
import Synchronization

/// Reads one liveview stream as fast as it comes and hands its pictures on.
///
/// Nothing here waits for anybody: pictures go into a slot that keeps the newest. A reader that
/// stops reading makes the camera close the stream.
struct LiveviewReader: Sendable {
  /// For the head of the answer, at least; a camera that just woke up takes its time.
  private static let shortestOpenLimit = Duration.seconds(5)

  var http: CameraHTTPClient
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
    let end: LiveviewEnd
    do {
      let body = try await http.liveview(
        at: url, timeLimit: max(stallLimit, Self.shortestOpenLimit))
      end = await read(body, onFirstPicture: onFirstPicture)
    } catch {
      end = error
    }
    record.streamEnded(Task.isCancelled ? nil : end)
    return end
  }

  private func read(
    _ body: HTTPClientResponse.Body,
    onFirstPicture: @escaping @Sendable (PictureSize) async -> Void
  ) async -> LiveviewEnd {
    await withTaskGroup(of: LiveviewEnd?.self) { group in
      group.addTask { await drain(body, onFirstPicture: onFirstPicture) }
      group.addTask { await watch() }
      defer { group.cancelAll() }
      // Nil is the watch that was cancelled, which does not end the stream.
      for await end in group {
        if let end { return end }
      }
      return .closed
    }
  }

  private func drain(
    _ body: HTTPClientResponse.Body, onFirstPicture: @Sendable (PictureSize) async -> Void
  ) async -> LiveviewEnd {
    do {
      var parser = LiveviewParser()
      var buffer = ByteBuffer()
      var hasPictures = false
      for try await var chunk in body {
        let arrival = clock.now()
        buffer.writeBuffer(&chunk)
        while let packet = try parser.next(from: &buffer) {
          guard case .image(let image) = packet else { continue }
          publish(image, at: arrival, parser.statistics)
          guard !hasPictures else { continue }
          hasPictures = true
          await onFirstPicture(image.outline.size)
        }
      }
      return .closed
    } catch let error as SonyCameraError {
      return .unreadable(error)
    } catch {
      return .closed
    }
  }

  private func publish(
    _ image: LiveviewImage, at arrival: MediaTime, _ statistics: LiveviewStatistics
  ) {
    let presentationTime = record.received(image, at: arrival, statistics: statistics)
    sink.publish(
      JPEGFrame(
        bytes: image.bytes, size: image.outline.size, presentationTime: presentationTime,
        arrivalTime: arrival))
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
      if let last = record.lastArrival { deadline = last.advanced(by: stallLimit) }
    }
  }
}
