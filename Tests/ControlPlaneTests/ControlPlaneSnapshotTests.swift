import Foundation
import Media
import NIOCore
import Pipeline
import TestSupport
import Testing

@testable import ControlPlane

/// `/snapshot.jpg` over real connections on loopback.
@Suite(.timeLimit(.minutes(1))) struct ControlPlaneSnapshotTests {
  private let fixture = ControlPlaneFixture()

  @Test func theSnapshotIsTheCamerasOwnBytes() async throws {
    try await fixture.whileServing { base in
      let bytes = fixture.publishPicture()
      fixture.clock.advance(by: .milliseconds(1345))
      let snapshot = try await Reply.to(base + "/snapshot.jpg?now=1")
      #expect(snapshot.status == 200)
      #expect(snapshot.body == bytes)
      #expect(snapshot.headers["content-type"] == "image/jpeg")
      #expect(snapshot.headers["content-length"] == "\(bytes.count)")
      #expect(snapshot.headers["cache-control"] == "no-store")
      #expect(snapshot.headers["x-picture"] == "camera")
      #expect(snapshot.headers["age"] == "1")
      #expect(snapshot.headers["x-picture-age-milliseconds"] == "1345")
      #expect(snapshot.headers["last-modified"] == "Fri, 20 Nov 2026 12:00:00 GMT")
      #expect(fixture.line.statistics.encoder.encoded == 0)
    }
  }

  @Test func aSnapshotWakesTheCameraAndWaitsForIt() async throws {
    fixture.line.sink.report(CameraPresence(.asleep))
    fixture.publishPicture()
    fixture.clock.advance(by: .seconds(60))
    try await fixture.whileServing { base in
      var demand = fixture.line.sink.demand.changes().makeAsyncIterator()
      #expect(await demand.next() == false)
      async let reply = Reply.to(base + "/snapshot.jpg")
      #expect(await demand.next() == true)
      fixture.clock.advance(by: .seconds(1))
      let bytes = fixture.publishPicture()
      let snapshot = try await reply
      #expect(snapshot.status == 200)
      #expect(snapshot.body == bytes)
      #expect(snapshot.headers["x-picture-age-milliseconds"] == "0")
      #expect(await demand.next() == false)
      #expect(fixture.line.statistics.encoder.encoded == 0)
    }
  }

  @Test func headOfASnapshotDoesNotWakeTheCamera() async throws {
    fixture.line.sink.report(CameraPresence(.asleep))
    fixture.publishPicture()
    fixture.clock.advance(by: .seconds(60))
    try await fixture.whileServing { base in
      // The clock stands still: a reply that waited for the camera would never come.
      let head = try await Reply.to(base + "/snapshot.jpg", method: "HEAD")
      #expect(head.status == 200)
      #expect(head.headers["content-type"] == "image/jpeg")
      #expect(head.headers["x-picture"] == nil, "nobody knows yet")
      #expect(!fixture.line.viewing.isWanted)
    }
  }

  @Test func snapshotsThatWaitLeaveRoomForOtherPages() async throws {
    let line = fixture.line
    line.sink.report(CameraPresence(.waking))
    let waiting = (0..<16).map { _ in Task { await line.snapshot() } }
    while line.viewing.pictureRequests < 16 { await Task.yield() }
    try await fixture.whileServing { base in
      let snapshot = try await Reply.to(base + "/snapshot.jpg")
      #expect(snapshot.status == 503)
      #expect(snapshot.headers["retry-after"] == "5")
      #expect(try await Reply.to(base + "/healthz").status == 200)
      fixture.publishPicture()
      for task in waiting { _ = await task.value }
      #expect(try await Reply.to(base + "/snapshot.jpg").status == 200)
    }
  }

  @Test func aSnapshotOfAnAbsentCameraIsASlate() async throws {
    fixture.clock.advance(by: .seconds(60))
    try await fixture.whileServing { base in
      let snapshot = try await Reply.to(base + "/snapshot.jpg")
      #expect(snapshot.status == 200)
      #expect(snapshot.headers["x-picture"] == "slate")
      #expect(snapshot.headers["content-type"] == "image/jpeg")
      #expect(snapshot.headers["age"] == nil)
      #expect(snapshot.headers["last-modified"] == nil)
      let outline = try JPEGMarkerWalk.outline(of: ByteBuffer(bytes: snapshot.body))
      #expect(outline.size == .alpha6000Liveview)
      #expect(fixture.line.statistics.encoder.encoded == 0)
    }
  }

  @Test func aFrozenSnapshotTellsItsAge() async throws {
    let fixture = ControlPlaneFixture(offline: .freeze)
    let bytes = fixture.publishPicture()
    fixture.clock.advance(by: .seconds(60))
    try await fixture.whileServing { base in
      let snapshot = try await Reply.to(base + "/snapshot.jpg")
      #expect(snapshot.status == 200)
      #expect(snapshot.body == bytes)
      #expect(snapshot.headers["x-picture"] == "frozen")
      #expect(snapshot.headers["age"] == "60")
    }
  }

  @Test func aSnapshotIsRefusedIfTheSettingsSaySo() async throws {
    let fixture = ControlPlaneFixture(offline: .refuse)
    fixture.clock.advance(by: .seconds(60))
    try await fixture.whileServing { base in
      let snapshot = try await Reply.to(base + "/snapshot.jpg")
      #expect(snapshot.status == 503)
      #expect(snapshot.json?["error"] as? String == "the camera gives no picture")
      #expect(snapshot.headers["retry-after"] == "5")
    }
  }
}
