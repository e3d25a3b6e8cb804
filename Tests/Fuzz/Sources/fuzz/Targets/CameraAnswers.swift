import JSON
import Media
import NIOCore

@testable import SonyCamera

/// Answers of the camera's API.
enum CameraAnswers {
  /// One answer to one call, read in every way there is.
  static func replies(_ bytes: [UInt8]) {
    let body = ByteBuffer(bytes: bytes)
    let call = CameraCall.getEvent(waitsForChange: false)
    if let value = JSONValue(parsing: body) { roundTrip(value) }
    for status in [200, 500] {
      guard
        let reply = try? CameraReply(parsing: body, status: status, to: call, identifier: 1)
      else { continue }
      _ = try? reply.methodNames()
      _ = try? reply.versions()
      _ = try? reply.applicationInfo()
      _ = try? reply.methodTypes()
      _ = try? reply.hasFocused()
      if let range = try? reply.exposureCompensationRange() {
        require(range.index(for: 0).map(range.indices.contains) ?? true, "an index is in range")
      }
      if let address = try? reply.liveviewAddress() { _ = CameraURL(address) }
      if let event = try? reply.event() { check(event) }
    }
  }

  private static func roundTrip(_ value: JSONValue) {
    var written = ByteBuffer()
    value.encode(into: &written)
    guard let again = JSONValue(parsing: written) else {
      return require(false, "written JSON can be read: \(String(buffer: written))")
    }
    var second = ByteBuffer()
    again.encode(into: &second)
    require(JSONValue(parsing: second) == again, "writing changes nothing any more")
  }

  private static func check(_ event: CameraEvent) {
    let count = event.entries.values.reduce(0) { $0 + $1.count }
    require(count <= CameraEvent.entryLimit, "entries are few")
    require(event.availableMethods?.count ?? 0 <= CameraEvent.listLimit, "lists are short")
    let status = event.cameraStatus ?? ""
    require(status.unicodeScalars.count <= CameraEvent.textLimit, "texts are short")
    require(!status.unicodeScalars.contains { $0.value < 0x20 }, "texts control no terminal")
    _ = event.photoAddresses
    if let position = event.zoomPosition { require((0...100).contains(position), "percent") }
  }

  /// A watch whose camera gives the input's lines as its answers, one after the other; an empty
  /// line is no answer.
  static func watch(_ bytes: [UInt8]) {
    var script = ByteScript(bytes)
    var settings = CameraSetup.Settings()
    let wishes = script.byte()
    settings.frameInfo = wishes & 1 == 1 ? true : nil
    settings.turnsSelfTimerOff = wishes & 2 == 2
    settings.exposureCompensation = wishes & 4 == 4 ? 0.7 : nil
    settings.zoomPosition = wishes & 8 == 8 ? 40 : nil
    settings.focusMode = wishes & 16 == 16 ? "AF-S" : nil
    var watch = CameraWatch(setup: settings)
    var order = watch.started()
    let lines = script.bytes(.max).split(separator: 0x0A, omittingEmptySubsequences: false)
    for line in lines.prefix(64) {
      order = follow(order, line, &watch)
      require(watch.takeNotices().count <= 600, "notices are few")
      if wishes & 32 == 32, line.count % 5 == 0, let new = watch.liveviewBegan() { order = new }
      if wishes & 64 == 64, line.count % 7 == 0, let new = watch.recModeLeft() { order = new }
      if case .lost = order { order = watch.started() }
    }
    require(watch.information.versions?.count ?? 0 <= 16, "what is kept is bounded")
  }

  private static func follow(
    _ order: CameraWatchOrder, _ line: ArraySlice<UInt8>, _ watch: inout CameraWatch
  ) -> CameraWatchOrder {
    switch order {
    case .call(let call, let limit), .poll(let call, let limit):
      require(limit > .zero, "every call has its time")
      guard !line.isEmpty else { return watch.callFailed(call.method, .timedOut) }
      do {
        let reply = try CameraReply(parsing: ByteBuffer(bytes: line), to: call, identifier: 1)
        return watch.replyReceived(reply, took: .milliseconds(line.count))
      } catch {
        return watch.callFailed(call.method, .unreadable(error))
      }
    case .wait(let time):
      require(time >= .zero, "nothing waits for the past")
      return watch.waitEnded()
    case .rest, .lost:
      return order
    }
  }
}
