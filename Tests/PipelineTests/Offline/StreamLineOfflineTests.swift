import Logging
import Media
import NIOCore
import TestSupport
import Testing
import TurboJPEG

@testable import Pipeline

/// What viewers of the whole line get while the camera gives nothing, with real JPEGs and the
/// real encoder; only the clock is turned by hand.
@Suite(.timeLimit(.minutes(1))) struct StreamLineOfflineTests {
  private static let size = PictureSize(width: 320, height: 240)
  private let clock = ManualClock()
  private let log = LogCapture()

  private func makeLine(_ mode: OfflineSettings.Mode = .slate) -> StreamLine {
    let clock = MediaClock(clock)
    return StreamLine(
      settings: EncoderSettings(settings: settingsReader()),
      offline: OfflineSettings(mode: mode), expectedSize: Self.size,
      board: StatusBoard(clock: clock), clock: clock, logger: log.logger)
  }

  private func whileRunning(
    _ line: StreamLine, _ body: (StreamLine) async throws -> Void
  ) async rethrows {
    let run = Task { await line.run() }
    try await body(line)
    run.cancel()
    await run.value
  }

  @discardableResult
  private func publish(_ line: StreamLine, size: PictureSize = size) throws -> JPEGFrame {
    let frame = try Sample.picture(at: clock.now, size: size, red: 100, green: 100, blue: 100)
    line.sink.publish(frame)
    return frame
  }

  /// A viewer who has seen one picture of the camera.
  private func viewer(of line: StreamLine) async throws -> (StreamSubscription, AccessUnit) {
    line.sink.report(CameraPresence(.present, cameraName: "ILCE-6000"))
    let subscription = await line.handle.subscribe()
    try publish(line)
    return (subscription, try #require(await subscription.next()))
  }

  @Test(arguments: [OfflineSettings.Mode.slate, .freeze])
  func viewersGoOnBeingServedWhileTheCameraIsAway(mode: OfflineSettings.Mode) async throws {
    try await whileRunning(makeLine(mode)) { line in
      let (subscription, live) = try await viewer(of: line)
      line.sink.report(CameraPresence(.away(.unreachable), cameraName: "ILCE-6000"))
      clock.advance(by: .seconds(2))
      var last = live
      for _ in 0..<5 {
        let unit = try #require(await subscription.next())
        #expect(unit.presentationTime == clock.now)
        #expect(unit.format == live.format, "same size, same parameter sets")
        #expect(unit.serial == last.serial + 1)
        last = unit
        clock.advance(by: .seconds(1))
      }
      // One more was due when the clock was turned for the last time.
      last = try #require(await subscription.next())
      line.sink.report(CameraPresence(.present, cameraName: "ILCE-6000"))
      clock.advance(by: .milliseconds(20))
      let fresh = try publish(line)
      let back = try #require(await subscription.next())
      #expect(back.isIDR, "nothing of the slate shines through")
      #expect(back.presentationTime == fresh.presentationTime)
      #expect(back.presentationTime > last.presentationTime)
      #expect(line.viewing.offlinePictures == 6)
      #expect(line.viewing.offlinePeriods == 1)
      #expect(line.viewing.offlineFor == nil)
      subscription.cancel()
    }
    #expect(log.texts.filter { $0 == "viewers do not see the camera" }.count == 1)
    #expect(log.texts.filter { $0 == "viewers see the camera again" }.count == 1)
  }

  @Test func aMinuteOfSlateCostsItsIDRsAndNextToNothingElse() async throws {
    try await whileRunning(makeLine()) { line in
      clock.advance(by: .seconds(30))
      let subscription = await line.handle.subscribe()
      let first = try #require(await subscription.next())
      #expect(first.isIDR)
      for _ in 1..<60 {
        clock.advance(by: .seconds(1))
        let unit = try #require(await subscription.next())
        #expect(unit.byteCount <= (unit.isIDR ? first.byteCount : 200))
      }
      subscription.cancel()
    }
  }

  @Test func presentationTimesRiseEvenIfTheCamerasPictureIsOlderThanTheSlate() async throws {
    try await whileRunning(makeLine()) { line in
      let (subscription, _) = try await viewer(of: line)
      line.sink.report(CameraPresence(.away(.stalled)))
      clock.advance(by: .seconds(2))
      let slate = try #require(await subscription.next())
      var late = try Sample.picture(
        at: clock.now, size: Self.size, red: 100, green: 100, blue: 100)
      late.presentationTime = clock.now.advanced(by: .milliseconds(-150))
      line.sink.publish(late)
      let back = try #require(await subscription.next())
      #expect(back.isIDR)
      #expect(back.presentationTime > slate.presentationTime)
      subscription.cancel()
    }
  }

  @Test func aViewerOfACameraThatWasNeverSeenGetsACard() async throws {
    try await whileRunning(makeLine()) { line in
      clock.advance(by: .seconds(30))
      let subscription = await line.handle.subscribe()
      let unit = try #require(await subscription.next())
      #expect(unit.isIDR)
      #expect(unit.format.size == Self.size)
      #expect(unit.format == line.handle.videoFormat)
      // The camera turns out to have another size.
      line.sink.report(CameraPresence(.present))
      let larger = PictureSize(width: 640, height: 480)
      clock.advance(by: .milliseconds(20))
      try publish(line, size: larger)
      let back = try #require(await subscription.next())
      #expect(back.isIDR)
      #expect(back.format.size == larger)
      subscription.cancel()
    }
  }

  @Test func aViewerWhoWakesTheCameraSeesNothingOld() async throws {
    try await whileRunning(makeLine()) { line in
      line.sink.report(CameraPresence(.asleep))
      try publish(line)
      clock.advance(by: .seconds(60))
      var demand = line.sink.demand.changes().makeAsyncIterator()
      #expect(await demand.next() == false)
      let subscription = await line.handle.subscribe()
      #expect(await demand.next() == true)
      line.sink.report(CameraPresence(.waking))
      clock.advance(by: .seconds(7))
      let fresh = try publish(line)
      let first = try #require(await subscription.next())
      #expect(first.isIDR)
      #expect(first.presentationTime == fresh.presentationTime)
      #expect(line.statistics.encoder.encoded == 1)
      #expect(line.viewing.offlinePeriods == 0)
      subscription.cancel()
      #expect(await demand.next() == false)
    }
  }

  @Test func aViewerWhoseCameraDoesNotWakeGetsTheSlateInTime() async throws {
    try await whileRunning(makeLine()) { line in
      line.sink.report(CameraPresence(.asleep))
      try publish(line)
      clock.advance(by: .seconds(60))
      let subscription = await line.handle.subscribe()
      line.sink.report(CameraPresence(.waking))
      clock.advance(by: .seconds(8))
      let slate = try #require(await subscription.next())
      #expect(slate.isIDR)
      #expect(slate.presentationTime == clock.now)
      #expect(line.viewing.offlinePictures == 1)
      subscription.cancel()
    }
  }

  @Test func aSecondViewerOfTheSlateStartsWithAnIDR() async throws {
    try await whileRunning(makeLine()) { line in
      clock.advance(by: .seconds(30))
      let first = await line.handle.subscribe()
      _ = await first.next()
      clock.advance(by: .milliseconds(700))
      let second = await line.handle.subscribe()
      let start = try #require(await second.next())
      #expect(start.isIDR)
      #expect(start.presentationTime == clock.now, "it did not wait for the next second")
      first.cancel()
      second.cancel()
    }
  }

  @Test func whoComesDuringTheSlateIsGivenABurstOfOneIDRAndSmallPictures() async throws {
    try await whileRunning(makeLine()) { line in
      clock.advance(by: .seconds(30))
      let first = await line.handle.subscribe()
      for _ in 0..<40 {
        _ = try #require(await first.next())
        clock.advance(by: .seconds(1))
      }
      _ = try #require(await first.next())
      clock.advance(by: .milliseconds(700))
      let second = await line.handle.subscribe()
      var burst = [try #require(await second.next())]
      line.handle.viewerJoined()
      for _ in 0..<NewcomerBurst.count {
        clock.advance(by: NewcomerBurst.spacing)
        burst.append(try #require(await second.next()))
        #expect(burst.last?.presentationTime == clock.now)
      }
      #expect(burst.map(\.isIDR) == [true] + Array(repeating: false, count: 32))
      #expect(burst.dropFirst().allSatisfy { $0.byteCount <= 200 })
      clock.advance(by: .milliseconds(999))
      clock.advance(by: .milliseconds(1))
      let after = try #require(await second.next())
      #expect(after.presentationTime == clock.now, "then once a second again")
      #expect(line.viewing.offlinePictures == 41 + 34)
      first.cancel()
      second.cancel()
    }
  }

  @Test func aViewerWhoStartsWithTheRecentGOPIsGivenABurstToo() async throws {
    try await whileRunning(makeLine()) { line in
      let (first, _) = try await viewer(of: line)
      for _ in 1..<NewcomerBurst.count {
        clock.advance(by: .milliseconds(40))
        try publish(line)
        _ = try #require(await first.next())
      }
      line.sink.report(CameraPresence(.away(.unreachable)))
      clock.advance(by: .seconds(2))
      // The interval makes this one an IDR, which nobody asked for.
      let slate = try #require(await first.next())
      #expect(slate.isIDR)
      clock.advance(by: .milliseconds(200))
      let second = await line.handle.subscribe()
      #expect(try #require(await second.next()).serial == slate.serial)
      line.handle.viewerJoined()
      let next = try #require(await second.next())
      #expect(next.presentationTime == clock.now, "sooner than the next second")
      #expect(!next.isIDR)
      first.cancel()
      second.cancel()
    }
  }

  @Test func withNoViewerNothingIsEncodedHoweverLongTheCameraIsAway() async throws {
    try await whileRunning(makeLine()) { line in
      let (subscription, _) = try await viewer(of: line)
      subscription.cancel()
      while line.viewing.isVideoWanted { await Task.yield() }
      let encoded = line.statistics.encoder.encoded
      line.sink.report(CameraPresence(.away(.unreachable)))
      for _ in 0..<10 { clock.advance(by: .seconds(3600)) }
      // The first thing the encoder does after all that is for this viewer.
      let next = await line.handle.subscribe()
      _ = await next.next()
      #expect(line.statistics.encoder.encoded == encoded + 1)
      #expect(line.viewing.offlinePictures == 1)
      next.cancel()
    }
  }

  @Test func refusedViewersGetNothingUntilTheCameraIsBack() async throws {
    try await whileRunning(makeLine(.refuse)) { line in
      let (subscription, _) = try await viewer(of: line)
      #expect(line.handle.availability == .available)
      line.sink.report(CameraPresence(.away(.taken)))
      clock.advance(by: .seconds(2))
      while line.viewing.offlineFor == nil { await Task.yield() }
      #expect(line.handle.availability == .unavailable(retryAfter: .seconds(5)))
      clock.advance(by: .seconds(600))
      line.sink.report(CameraPresence(.present))
      let fresh = try publish(line)
      let back = try #require(await subscription.next())
      #expect(back.isIDR)
      #expect(back.presentationTime == fresh.presentationTime)
      #expect(line.viewing.offlinePictures == 0)
      while line.viewing.offlineFor != nil { await Task.yield() }
      #expect(line.handle.availability == .available)
      subscription.cancel()
    }
  }

  // MARK: Snapshots

  @Test func aSnapshotOfAnAbsentCameraIsASlate() async throws {
    let line = makeLine()
    let picture = try publish(line)
    clock.advance(by: .seconds(30))
    guard case .slate(let slate) = await line.snapshot() else {
      Issue.record("expected the slate")
      return
    }
    var decoder = try JPEGDecoder()
    #expect(try decoder.decodeRGB(slate.bytes).size == Self.size)
    #expect(slate.bytes != picture.bytes)
    #expect(line.statistics.encoder.encoded == 0, "no video is made for it")
    guard case .slate(let again) = await line.snapshot() else {
      Issue.record("expected the slate")
      return
    }
    #expect(again.bytes == slate.bytes)
  }

  @Test func theSlatesTimeFollowsTheWallClock() async throws {
    let line = makeLine()
    try publish(line)
    clock.advance(by: .seconds(30))
    guard case .slate(let before) = await line.snapshot() else {
      Issue.record("expected the slate")
      return
    }
    clock.stepWallClock(by: .seconds(3600))
    guard case .slate(let after) = await line.snapshot() else {
      Issue.record("expected the slate")
      return
    }
    #expect(after.bytes != before.bytes)
  }

  @Test func aSnapshotOfAnAbsentCameraIsItsLastPictureIfThatIsFrozen() async throws {
    let line = makeLine(.freeze)
    let picture = try publish(line)
    clock.advance(by: .seconds(30))
    guard case .frozen(let frame) = await line.snapshot() else {
      Issue.record("expected the last picture")
      return
    }
    #expect(frame.bytes == picture.bytes)
  }

  @Test func aSnapshotIsRefusedAsVideoIs() async throws {
    let line = makeLine(.refuse)
    try publish(line)
    clock.advance(by: .seconds(30))
    guard case .unavailable = await line.snapshot() else {
      Issue.record("expected nothing")
      return
    }
  }

  @Test func aSnapshotDoesNotSpoilTheSlateThatViewersSee() async throws {
    try await whileRunning(makeLine()) { line in
      clock.advance(by: .seconds(30))
      let subscription = await line.handle.subscribe()
      let before = try #require(await subscription.next())
      _ = await line.snapshot()
      clock.advance(by: .seconds(1))
      let after = try #require(await subscription.next())
      #expect(after.byteCount < before.byteCount, "an unchanged picture costs next to nothing")
      subscription.cancel()
    }
  }
}
