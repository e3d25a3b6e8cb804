import Media
import TestSupport
import Testing

@testable import Pipeline

@Suite struct StreamHubTests {
  private let clock = ManualClock()
  private let slot: FrameSlot
  private let hub: StreamHub

  init() {
    slot = FrameSlot(clock: MediaClock(clock), preparedSize: .alpha6000Liveview)
    hub = StreamHub(slot: slot, clock: MediaClock(clock))
  }

  private func unit(_ serial: UInt64, isIDR: Bool = false) -> AccessUnit {
    Sample.accessUnit(serial, isIDR: isIDR, at: clock.now)
  }

  @Test func demandFollowsTheSubscribers() async {
    #expect(!slot.hasDemand)
    let first = await hub.subscribe()
    #expect(slot.hasDemand)
    let second = await hub.subscribe()
    #expect(hub.statistics.subscriberCount == 2)
    // The slot tells the encoder when the last one is gone.
    first.cancel()
    second.cancel()
    guard case .idle? = await slot.nextOrder() else {
      Issue.record("expected the order to idle")
      return
    }
    #expect(!slot.hasDemand)
    #expect(hub.statistics.subscriberCount == 0)
  }

  @Test func everySubscriberGetsEveryAccessUnit() async {
    let subscriptions = [await hub.subscribe(), await hub.subscribe()]
    await hub.publish(unit(1, isIDR: true))
    await hub.publish(unit(2))
    for subscription in subscriptions {
      #expect(await subscription.next()?.serial == 1)
      #expect(await subscription.next()?.serial == 2)
    }
    #expect(hub.statistics.accessUnits == 2)
    #expect(hub.statistics.idrs == 1)
    #expect(hub.statistics.bytes == 200)
    #expect(hub.statistics.newestPresentationTime == clock.now)
  }

  @Test func aSlowSubscriberDoesNotHoldUpAnother() async {
    let slow = await hub.subscribe(bounds: .init(maxCount: 2))
    let quick = await hub.subscribe()
    for serial in 1...10 {
      await hub.publish(unit(UInt64(serial), isIDR: serial == 1))
      #expect(await quick.next()?.serial == UInt64(serial))
    }
    #expect(slow.skippedCount == 10)
    #expect(quick.skippedCount == 0)
    #expect(slot.statistics.keyframeRequests > 0, "the slow one needs a place to go on")
  }

  @Test func aJoinerSoonAfterAnIDRStartsWithIt() async {
    let first = await hub.subscribe()
    await hub.publish(unit(1, isIDR: true))
    clock.advance(by: .milliseconds(200))
    await hub.publish(unit(2))
    let joiner = await hub.subscribe()
    #expect(await joiner.next()?.serial == 1)
    #expect(await joiner.next()?.serial == 2)
    #expect(slot.statistics.keyframeRequests == 0)
    first.cancel()
  }

  @Test func aLaterJoinerAsksForAnIDR() async {
    let first = await hub.subscribe()
    await hub.publish(unit(1, isIDR: true))
    clock.advance(by: .milliseconds(600))
    let joiner = await hub.subscribe()
    #expect(joiner.queuedCount == 0)
    #expect(slot.statistics.keyframeRequests == 1)
    first.cancel()
  }

  @Test func aFirstViewerNeverGetsPicturesFromBeforeAPause() async {
    let early = await hub.subscribe()
    await hub.publish(unit(1, isIDR: true))
    early.cancel()
    guard case .idle? = await slot.nextOrder() else {
      Issue.record("expected the order to idle")
      return
    }
    let late = await hub.subscribe()
    #expect(late.queuedCount == 0)
  }

  @Test func finishingEndsEverySubscription() async {
    let subscription = await hub.subscribe()
    await hub.finish()
    #expect(await subscription.next() == nil)
    #expect(!slot.hasDemand)
    #expect(hub.statistics.subscriberCount == 0)
  }
}
