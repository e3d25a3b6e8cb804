import Media
import TestSupport
import Testing

@testable import Pipeline

/// What those get who want one picture and no video.
@Suite(.timeLimit(.minutes(1))) struct FrameSlotSinglePicturesTests {
  private let clock = ManualClock()
  private let slot: FrameSlot

  init() {
    slot = FrameSlot(clock: MediaClock(clock), preparedSize: .alpha6000Liveview)
  }

  /// Puts a picture of this moment.
  @discardableResult
  private func put() -> MediaTime {
    slot.put(Sample.frame(at: clock.now))
    return clock.now
  }

  @Test func aFreshPictureIsGivenAtOnce() async {
    let picture = put()
    clock.advance(by: .seconds(2))
    guard case .fresh(let frame) = await slot.singlePicture() else {
      Issue.record("expected the camera's picture")
      return
    }
    #expect(frame.presentationTime == picture)
    #expect(!slot.demand.isWanted)
  }

  @Test func aSinglePictureIsDemandUntilItComes() async {
    slot.report(CameraPresence(.asleep))
    put()
    clock.advance(by: .seconds(3))
    var changes = slot.demand.changes().makeAsyncIterator()
    #expect(await changes.next() == false)
    let request = Task { await slot.singlePicture() }
    #expect(await changes.next() == true, "an input would wake the camera now")
    #expect(!slot.hasDemand, "nothing is encoded for it")
    let picture = put()
    guard case .fresh(let frame) = await request.value else {
      Issue.record("expected the camera's picture")
      return
    }
    #expect(frame.presentationTime == picture)
    #expect(await changes.next() == false)
  }

  @Test func aSinglePictureIsGivenUpWhenItsTimeIsOver() async {
    slot.report(CameraPresence(.waking))
    let picture = put()
    clock.advance(by: .seconds(3))
    let request = Task { await slot.singlePicture() }
    while slot.viewing.pictureRequests == 0 { await Task.yield() }
    clock.advance(by: .seconds(8))
    guard case .offline(let offline) = await request.value else {
      Issue.record("expected the offline picture")
      return
    }
    #expect(offline.frame?.presentationTime == picture)
  }

  @Test func aSinglePictureOfACameraThatGoesAwayIsGivenUp() async {
    slot.report(CameraPresence(.waking))
    clock.advance(by: .seconds(60))
    let request = Task { await slot.singlePicture() }
    while slot.viewing.pictureRequests == 0 { await Task.yield() }
    clock.advance(by: .seconds(3))
    slot.report(CameraPresence(.away(.batteryEmpty)))
    guard case .offline(let offline) = await request.value else {
      Issue.record("expected the offline picture")
      return
    }
    #expect(offline.card.presence.state == .away(.batteryEmpty))
  }

  @Test func aSinglePictureOfACameraThatIsBusyAsItWakesIsWaitedFor() async {
    slot.report(CameraPresence(.asleep))
    clock.advance(by: .seconds(60))
    let request = Task { await slot.singlePicture() }
    while slot.viewing.pictureRequests == 0 { await Task.yield() }
    slot.report(CameraPresence(.waking))
    slot.report(CameraPresence(.away(.busy)))
    clock.advance(by: .seconds(7))
    let picture = put()
    guard case .fresh(let frame) = await request.value else {
      Issue.record("expected the camera's picture")
      return
    }
    #expect(frame.presentationTime == picture)
  }

  @Test func nobodyElseIsLetInWhileTooManyWait() async {
    slot.report(CameraPresence(.waking))
    let waiting = (0..<PictureRequests.limit).map { _ in Task { await slot.singlePicture() } }
    while slot.viewing.pictureRequests < PictureRequests.limit { await Task.yield() }
    guard case .refused = await slot.singlePicture() else {
      Issue.record("expected a refusal")
      return
    }
    put()
    for task in waiting {
      guard case .fresh = await task.value else {
        Issue.record("expected the camera's picture")
        return
      }
    }
    guard case .fresh = await slot.singlePicture() else {
      Issue.record("their places are free again")
      return
    }
  }

  @Test func aCancelledRequestForAPictureEnds() async {
    slot.report(CameraPresence(.waking))
    let request = Task { await slot.singlePicture() }
    request.cancel()
    _ = await request.value
    #expect(!slot.demand.isWanted)
  }
}
