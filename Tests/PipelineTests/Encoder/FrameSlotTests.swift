import Media
import TestSupport
import Testing

@testable import Pipeline

/// An order in a form that can be compared.
private enum Expected: Equatable {
  case prepare(PictureSize)
  case encode(MediaTime, forceIDR: Bool, isRepeat: Bool)
  case setBitrate(Int)
  case idle
  case end

  init(_ order: FrameSlot.Order?) {
    switch order {
    case .prepare(let size)?: self = .prepare(size)
    case .encode(let frame, let forceIDR, let isRepeat)?:
      self = .encode(frame.presentationTime, forceIDR: forceIDR, isRepeat: isRepeat)
    case .setBitrate(let kbps)?: self = .setBitrate(kbps)
    case .idle?: self = .idle
    case nil: self = .end
    }
  }
}

@Suite struct FrameSlotTests {
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

  @Test func theFirstViewerGetsTheNewestPictureAtOnce() async {
    let picture = put()
    clock.advance(by: .seconds(60))
    slot.setDemand(true)
    #expect(await next() == .encode(picture, forceIDR: true, isRepeat: false))
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

  @Test func finishingEndsTheOrders() async {
    let encoder = Task { Expected(await slot.nextOrder()) }
    slot.finish()
    #expect(await encoder.value == .end)
    slot.setDemand(true)
    put()
    #expect(await next() == .end)
  }
}
