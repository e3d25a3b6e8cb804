import HTTPTypes
import Hummingbird
import Media
import NIOCore
import Pipeline

/// One picture as a reply: the very bytes the camera sent, nothing decoded, or what takes its
/// place while the camera is away.
///
/// `X-Picture` says which it is: `camera`, `frozen` (the last one of a camera that is away) or
/// `slate` (words that say so). Pictures of the camera tell their age; a slate has none.
struct Snapshot: Sendable {
  let picture: SnapshotPicture
  let clock: MediaClock

  /// Waits for a fresh picture as viewers of the stream do; the camera is woken for it.
  static func take(from line: StreamLine, clock: MediaClock) async -> Snapshot {
    Snapshot(picture: await line.snapshot(), clock: clock)
  }

  /// The reply to HEAD: as to GET if a fresh picture is there, else without what is not known
  /// before one came. Never waits.
  static func headers(from line: StreamLine, clock: MediaClock) -> Response {
    if let frame = line.freshPicture {
      return Snapshot(picture: .camera(frame), clock: clock).response()
    }
    if case .unavailable = line.handle.availability {
      return Snapshot(picture: .unavailable, clock: clock).response()
    }
    return Response(
      status: .ok, headers: [.contentType: "image/jpeg", .cacheControl: "no-store"],
      body: ResponseBody(contentLength: nil) { try await $0.finish(nil) })
  }

  func response() -> Response {
    switch picture {
    case .camera(let frame): response(frame, kind: "camera")
    case .frozen(let frame): response(frame, kind: "frozen")
    case .slate(let frame): Self.response(frame.bytes, kind: "slate", headers: [:])
    case .unavailable:
      .failure(.serviceUnavailable, "the camera gives no picture", headers: [.retryAfter: "5"])
    }
  }

  private func response(_ frame: JPEGFrame, kind: String) -> Response {
    let age = max(.zero, frame.arrivalTime.duration(to: clock.now()))
    var headers: HTTPFields = [.age: "\(age.components.seconds)"]
    headers[.lastModified] = captureTime(of: frame)
    // `Age` has whole seconds only.
    if let name = HTTPField.Name("X-Picture-Age-Milliseconds") {
      headers[name] = "\(Int64(age.inMilliseconds))"
    }
    return Self.response(frame.bytes, kind: kind, headers: headers)
  }

  private static func response(
    _ jpeg: ByteBuffer, kind: String, headers: HTTPFields
  ) -> Response {
    var headers = headers
    headers[.contentType] = "image/jpeg"
    headers[.cacheControl] = "no-store"
    if let name = HTTPField.Name("X-Picture") { headers[name] = kind }
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: jpeg))
  }

  /// When the picture was taken, on the wall clock, in whole seconds.
  private func captureTime(of frame: JPEGFrame) -> String? {
    let now = clock.wallClockAnchor()
    let elapsed = now.mediaTime.duration(to: frame.presentationTime).wholeNanoseconds
    return HTTPDate.text(unixSeconds: (now.unixNanoseconds &+ elapsed) / 1_000_000_000)
  }
}
