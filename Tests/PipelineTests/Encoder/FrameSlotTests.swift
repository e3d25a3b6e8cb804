import Media
import Synchronization
import TestSupport
import Testing

@testable import Pipeline

/// An order in a form that can be compared.
private enum Expected: Equatable {
  case prepare(PictureSize)
  case encode(MediaTime, forceIDR: Bool, isRepeat: Bool)
  /// `over` is the time of the picture that shows.
  case slate(over: MediaTime?, forceIDR: Bool)
  case frozen(MediaTime)
  case refuse
  case setBitrate(Int)
  case idle
  case end

  init(_ order: FrameSlot.Order?) {
    switch order {
    case .prepare(let size)?: self = .prepare(size)
    case .encode(let frame, let forceIDR, let isRepeat)?:
      self = .encode(frame.presentationTime, forceIDR: forceIDR, isRepeat: isRepeat)
    case .encodeOffline(let picture, let forceIDR)?:
      switch picture.look {
      case .slate(let frame): self = .slate(over: frame?.presentationTime, forceIDR: forceIDR)
      case .frozen(let frame): self = .frozen(frame.presentationTime)
      }
    case .refuse?: self = .refuse
    case .setBitrate(let kbps)?: self = .setBitrate(kbps)
    case .idle?: self = .idle
    case nil: self = .end
    }
  }
}

@Suite(.timeLimit(.minutes(1))) struct FrameSlotTests {
  private let clock = ManualClock()
  private let slot: FrameSlot

  init() {
    slot = FrameSlot(clock: MediaClock(clock), preparedSize: .alpha6000Liveview)
  }

  private func next() async -> Expected { Expected(await slot.nextOrder()) }

  /// Puts a picture of this moment.
  @discardableResult
  private func put(size: PictureSize = .alpha6000Liveview) -> MediaTime {
    slot.put(Sample.frame(at: clock.now, size: size))
    return clock.now
  }

  @Test func theNewestPictureWins() async {
    slot.setDemand(true)
    for _ in 0..<3 {
      put()
      clock.advance(by: .milliseconds(40))
    }
    let newest = put()
    #expect(slot.newest?.presentationTime == newest)
    #expect(await next() == .encode(newest, forceIDR: true, isRepeat: false))
    #expect(slot.statistics.received == 4)
    #expect(slot.statistics.bytes == 8)
    #expect(slot.statistics.replaced == 3)
  }

  @Test func nothingIsCountedAsReplacedWhileNobodyWatches() {
    for _ in 0..<5 { put() }
    #expect(slot.statistics.replaced == 0)
    #expect(slot.statistics.received == 5)
  }

  @Test func theFirstViewerGetsAFreshPictureAtOnce() async {
    let picture = put()
    clock.advance(by: .seconds(2))
    slot.setDemand(true)
    #expect(await next() == .encode(picture, forceIDR: true, isRepeat: false))
  }

  @Test func theFirstViewerIsNotShownAnOldPicture() async {
    slot.report(CameraPresence(.asleep))
    put()
    clock.advance(by: .milliseconds(2001))
    slot.setDemand(true)
    async let order = next()
    let fresh = put()
    #expect(await order == .encode(fresh, forceIDR: true, isRepeat: false))
  }

  @Test func aKeyframeRequestDoesNotRepeatAnOldPicture() async {
    slot.report(CameraPresence(.present))
    slot.setDemand(true)
    put()
    _ = await next()
    clock.advance(by: .seconds(3))
    slot.requestKeyframe(.join)
    let fresh = put()
    #expect(await next() == .encode(fresh, forceIDR: true, isRepeat: false))
  }

  @Test func aViewerAfterAPauseGetsThePictureAgainIfItIsStillTheNewest() async {
    let picture = put()
    slot.setDemand(true)
    _ = await next()
    slot.setDemand(false)
    #expect(await next() == .idle)
    slot.setDemand(true)
    #expect(await next() == .encode(picture, forceIDR: true, isRepeat: true))
  }

  @Test func laterPicturesAreOrdinaryOnes() async {
    slot.setDemand(true)
    put()
    _ = await next()
    clock.advance(by: .milliseconds(40))
    let second = put()
    #expect(await next() == .encode(second, forceIDR: false, isRepeat: false))
  }

  @Test func aKeyframeRequestRepeatsThePictureAsAnIDR() async {
    slot.setDemand(true)
    let picture = put()
    _ = await next()
    clock.advance(by: .milliseconds(500))
    slot.requestKeyframe(.join)
    #expect(await next() == .encode(picture, forceIDR: true, isRepeat: true))
  }

  @Test func requestsWithinTheIntervalWaitForItsEnd() async {
    slot.setDemand(true)
    put()
    _ = await next()
    slot.requestKeyframe(.pictureLoss)
    slot.requestKeyframe(.join)
    clock.advance(by: .milliseconds(499))
    let early = put()
    #expect(await next() == .encode(early, forceIDR: false, isRepeat: false))
    clock.advance(by: .milliseconds(1))
    let due = put()
    #expect(await next() == .encode(due, forceIDR: true, isRepeat: false))
    clock.advance(by: .seconds(1))
    let later = put()
    #expect(await next() == .encode(later, forceIDR: false, isRepeat: false))
    #expect(slot.statistics.keyframeRequests == 2)
  }

  @Test func aRequestThatWaitsIsAnsweredThoughTheCameraSaysNothing() async {
    slot.report(CameraPresence(.present))
    slot.setDemand(true)
    let picture = put()
    _ = await next()
    slot.requestKeyframe(.join)
    let order = Task { await next() }
    clock.advance(by: .milliseconds(500))
    #expect(await order.value == .encode(picture, forceIDR: true, isRepeat: true))
  }

  @Test func anIDRMadeAnywayAnswersTheRequest() async {
    slot.setDemand(true)
    put()
    _ = await next()
    slot.requestKeyframe(.join)
    clock.advance(by: .milliseconds(400))
    slot.idrMade()
    clock.advance(by: .seconds(2))
    let later = put()
    #expect(await next() == .encode(later, forceIDR: false, isRepeat: false))
  }

  @Test func requestsWithoutDemandAreForgotten() async {
    slot.requestKeyframe(.pictureLoss)
    put()
    slot.setDemand(true)
    _ = await next()
    clock.advance(by: .seconds(5))
    let later = put()
    #expect(await next() == .encode(later, forceIDR: false, isRepeat: false))
  }

  @Test func aNewSizeIsPreparedBeforeAnybodyWatches() async {
    let size = PictureSize(width: 1024, height: 680)
    put(size: size)
    #expect(await next() == .prepare(size))
    put(size: size)
    slot.setBitrate(kbps: 500)
    #expect(await next() == .setBitrate(500), "the size is prepared once")
  }

  @Test func theLastBitrateCounts() async {
    slot.setBitrate(kbps: 500)
    slot.setBitrate(kbps: 900)
    #expect(await next() == .setBitrate(900))
  }

  @Test func aRejectedPictureIsNotOfferedAgain() async {
    slot.setDemand(true)
    put()
    guard case .encode(let frame, let forceIDR, _)? = await slot.nextOrder() else {
      Issue.record("expected an order to encode")
      return
    }
    slot.reject(frame, wasForcedIDR: forceIDR)
    #expect(slot.newest == nil, "a corrupt picture is no snapshot either")
    clock.advance(by: .milliseconds(40))
    let next = put()
    #expect(await self.next() == .encode(next, forceIDR: true, isRepeat: false))
  }

  @Test func theLastGoodPictureTakesThePlaceOfARejectedOne() async {
    slot.setDemand(true)
    let good = put()
    guard case .encode(let first, _, _)? = await slot.nextOrder() else {
      Issue.record("expected an order to encode")
      return
    }
    slot.shown(first)
    clock.advance(by: .milliseconds(600))
    put()
    guard case .encode(let bad, let forceIDR, _)? = await slot.nextOrder() else {
      Issue.record("expected an order to encode")
      return
    }
    slot.reject(bad, wasForcedIDR: forceIDR)
    #expect(slot.newest?.presentationTime == good)
    slot.requestKeyframe(.join)
    #expect(await next() == .encode(good, forceIDR: true, isRepeat: true))
    slot.reject(first, wasForcedIDR: false)
    #expect(slot.newest == nil, "unless it cannot be decoded either")
  }

  @Test func theSlateIsDrawnOverTheLastGoodPicture() async {
    slot.setDemand(true)
    let good = put()
    if case .encode(let frame, _, _)? = await slot.nextOrder() { slot.shown(frame) }
    clock.advance(by: .milliseconds(40))
    put()
    if case .encode(let frame, _, _)? = await slot.nextOrder() {
      slot.reject(frame, wasForcedIDR: false)
    }
    clock.advance(by: .seconds(3))
    #expect(await next() == .slate(over: good, forceIDR: false))
  }

  @Test func rejectingAnOldPictureKeepsTheNewest() async {
    slot.setDemand(true)
    put()
    guard case .encode(let frame, _, _)? = await slot.nextOrder() else {
      Issue.record("expected an order to encode")
      return
    }
    clock.advance(by: .milliseconds(40))
    let newer = put()
    slot.reject(frame, wasForcedIDR: false)
    #expect(slot.newest?.presentationTime == newer)
    #expect(await next() == .encode(newer, forceIDR: false, isRepeat: false))
  }

  @Test func aWaitingEncoderIsWoken() async {
    slot.setDemand(true)
    async let order = next()
    let picture = put()
    #expect(await order == .encode(picture, forceIDR: true, isRepeat: false))
  }

  // MARK: Without the camera

  @Test func theEncoderIsWokenForTheOfflinePictureOnceASecond() async {
    slot.report(CameraPresence(.present))
    slot.setDemand(true)
    let picture = put()
    _ = await next()
    slot.report(CameraPresence(.away(.unreachable)))
    for second in 2...4 {
      let order = Task { await next() }
      clock.advance(by: .seconds(second == 2 ? 2 : 1))
      #expect(await order.value == .slate(over: picture, forceIDR: false))
    }
    #expect(slot.viewing.offlinePictures == 3)
    #expect(slot.viewing.offlinePeriods == 1)
    #expect(slot.viewing.offlineFor == .seconds(2))
  }

  @Test func whoComesToAnAbsentCameraGetsTheOfflinePictureAtOnce() async {
    clock.advance(by: .seconds(10))
    slot.setDemand(true)
    #expect(await next() == .slate(over: nil, forceIDR: true))
    clock.advance(by: .milliseconds(600))
    slot.requestKeyframe(.join)
    #expect(await next() == .slate(over: nil, forceIDR: true), "a second viewer need not wait")
  }

  @Test(arguments: KeyframeReason.allCases)
  func onlyWhoNeedsManyIsGivenOfflinePicturesInQuickSuccession(reason: KeyframeReason) async {
    clock.advance(by: .seconds(10))
    slot.viewerJoined()
    slot.setDemand(true)
    for number in 0..<NewcomerBurst.count {
      #expect(await next() == .slate(over: nil, forceIDR: number == 0))
      clock.advance(by: NewcomerBurst.spacing)
    }
    clock.advance(by: .milliseconds(900))
    slot.requestKeyframe(reason)
    #expect(await next() == .slate(over: nil, forceIDR: true))
    var next: MediaTime? { slot.state.withLock { $0.plan.nextDeadline } }
    #expect(next == clock.now.advanced(by: .seconds(1)))
    slot.viewerJoined()
    #expect(next == clock.now.advanced(by: NewcomerBurst.spacing))
  }

  @Test func theCameraComesBackAsAnIDR() async {
    slot.setDemand(true)
    clock.advance(by: .seconds(2))
    #expect(await next() == .slate(over: nil, forceIDR: true))
    clock.advance(by: .milliseconds(40))
    let picture = put()
    guard case .encode(let frame, forceIDR: true, isRepeat: false)? = await slot.nextOrder() else {
      Issue.record("expected an IDR of the camera")
      return
    }
    #expect(frame.presentationTime == picture)
    slot.shown(frame)
    #expect(slot.viewing.offlineFor == nil)
    clock.advance(by: .milliseconds(40))
    let second = put()
    #expect(await next() == .encode(second, forceIDR: false, isRepeat: false))
  }

  @Test func picturesThatCannotBeDecodedAreNone() async {
    slot.setDemand(true)
    clock.advance(by: .seconds(2))
    _ = await next()
    for _ in 0..<3 {
      clock.advance(by: .milliseconds(900))
      put()
      guard case .encode(let frame, let forceIDR, _)? = await slot.nextOrder() else {
        Issue.record("expected an order to encode")
        return
      }
      slot.reject(frame, wasForcedIDR: forceIDR)
      #expect(slot.viewing.offlineFor != nil)
    }
  }

  @Test func freezeShowsTheLastPictureAgain() async {
    let slot = FrameSlot(
      clock: MediaClock(clock), preparedSize: .alpha6000Liveview, rules: .init(mode: .freeze))
    slot.setDemand(true)
    clock.advance(by: .seconds(2))
    #expect(Expected(await slot.nextOrder()) == .slate(over: nil, forceIDR: true))
    slot.put(Sample.frame(at: clock.now))
    let picture = clock.now
    guard case .encode(let frame, _, _)? = await slot.nextOrder() else {
      Issue.record("expected an order to encode")
      return
    }
    slot.shown(frame)
    clock.advance(by: .seconds(2))
    #expect(Expected(await slot.nextOrder()) == .frozen(picture))
    clock.advance(by: .seconds(1))
    #expect(Expected(await slot.nextOrder()) == .frozen(picture))
  }

  @Test func refusingIsSaidOnceAndEndsWithAPicture() async {
    let slot = FrameSlot(
      clock: MediaClock(clock), preparedSize: .alpha6000Liveview, rules: .init(mode: .refuse))
    slot.setDemand(true)
    clock.advance(by: .seconds(2))
    #expect(Expected(await slot.nextOrder()) == .refuse)
    #expect(slot.refusesViewers)
    let order = Task { Expected(await slot.nextOrder()) }
    clock.advance(by: .seconds(60))
    slot.put(Sample.frame(at: clock.now))
    #expect(await order.value == .encode(clock.now, forceIDR: true, isRepeat: false))
  }

  // MARK: End

  @Test func finishingEndsTheOrders() async {
    let encoder = Task { Expected(await slot.nextOrder()) }
    slot.finish()
    #expect(await encoder.value == .end)
    slot.setDemand(true)
    put()
    #expect(await next() == .end)
  }
}
