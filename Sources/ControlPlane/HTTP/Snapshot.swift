import HTTPTypes
import Hummingbird
import Media
import NIOCore
import Pipeline

/// The camera's newest JPEG as a reply: the very bytes the camera sent, nothing decoded.
struct Snapshot: Sendable {
  let line: StreamLine
  let clock: MediaClock

  func response() -> Response {
    guard let picture = line.newestPicture() else {
      return .failure(
        .serviceUnavailable, "no picture from the camera yet", headers: [.retryAfter: "1"])
    }
    let (frame, age) = (picture.frame, max(.zero, picture.age))
    var headers: HTTPFields = [
      .contentType: "image/jpeg",
      .cacheControl: "no-store",
      .age: "\(age.components.seconds)",
    ]
    headers[.lastModified] = captureTime(of: frame)
    // `Age` has whole seconds only.
    if let name = HTTPField.Name("X-Picture-Age-Milliseconds") {
      headers[name] = "\(Int64(age.inMilliseconds))"
    }
    return Response(
      status: .ok, headers: headers, body: ResponseBody(byteBuffer: frame.bytes))
  }

  /// When the picture was taken, on the wall clock, in whole seconds.
  private func captureTime(of frame: JPEGFrame) -> String? {
    let now = clock.wallClockAnchor()
    let elapsed = now.mediaTime.duration(to: frame.presentationTime).wholeNanoseconds
    return HTTPDate.text(unixSeconds: (now.unixNanoseconds &+ elapsed) / 1_000_000_000)
  }
}
