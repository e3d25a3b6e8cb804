import Media
import Synchronization
import Testing

@testable import Pipeline

@Suite struct StreamSubscriptionTests {
  private func subscription(maxCount: Int = 90, maxBytes: Int = 2 << 20) -> StreamSubscription {
    StreamSubscription(bounds: .init(maxCount: maxCount, maxBytes: maxBytes)) { _ in }
  }

  private func take(_ count: Int, from subscription: StreamSubscription) async -> [UInt64] {
    var serials: [UInt64] = []
    while serials.count < count, let unit = await subscription.next() {
      serials.append(unit.serial)
    }
    return serials
  }

  @Test func deliversInOrderFromTheFirstIDR() async {
    let subscription = subscription()
    #expect(subscription.offer(Sample.accessUnit(1)) == .join)
    #expect(subscription.offer(Sample.accessUnit(2, isIDR: true)) == nil)
    #expect(subscription.offer(Sample.accessUnit(3)) == nil)
    #expect(subscription.queuedCount == 2)
    #expect(await take(2, from: subscription) == [2, 3])
    #expect(subscription.queuedCount == 0)
    #expect(subscription.skippedCount == 0)
  }

  @Test func wakesAWaitingReader() async {
    let subscription = subscription()
    async let received = take(3, from: subscription)
    for serial in 1...3 {
      _ = subscription.offer(Sample.accessUnit(UInt64(serial), isIDR: serial == 1))
    }
    #expect(await received == [1, 2, 3])
  }

  @Test func overflowByCountGoesOnAtTheNextIDR() async {
    let subscription = subscription(maxCount: 3)
    for serial in 1...3 {
      #expect(subscription.offer(Sample.accessUnit(UInt64(serial), isIDR: serial == 1)) == nil)
    }
    #expect(subscription.offer(Sample.accessUnit(4)) == .overflow)
    #expect(subscription.queuedCount == 0, "what waited is old by now")
    #expect(subscription.offer(Sample.accessUnit(5)) == .overflow)
    #expect(subscription.offer(Sample.accessUnit(6, isIDR: true)) == nil)
    #expect(subscription.offer(Sample.accessUnit(7)) == nil)
    #expect(await take(2, from: subscription) == [6, 7])
    #expect(subscription.skippedCount == 5)
  }

  @Test func overflowByBytes() {
    let subscription = subscription(maxBytes: 1000)
    _ = subscription.offer(Sample.accessUnit(1, isIDR: true, bytes: 600))
    #expect(subscription.offer(Sample.accessUnit(2, bytes: 400)) == nil)
    #expect(subscription.offer(Sample.accessUnit(3, bytes: 1)) == .overflow)
    #expect(subscription.skippedCount == 3)
  }

  @Test func anIDRThatOverflowsIsItselfThePlaceToGoOn() async {
    let subscription = subscription(maxCount: 2)
    _ = subscription.offer(Sample.accessUnit(1, isIDR: true))
    _ = subscription.offer(Sample.accessUnit(2))
    #expect(subscription.offer(Sample.accessUnit(3, isIDR: true)) == nil)
    #expect(await take(1, from: subscription) == [3])
    #expect(subscription.skippedCount == 2)
  }

  @Test func takesAnAccessUnitLargerThanTheBoundsWhenEmpty() async {
    let subscription = subscription(maxBytes: 1000)
    #expect(subscription.offer(Sample.accessUnit(1, isIDR: true, bytes: 5000)) == nil)
    #expect(await take(1, from: subscription) == [1])
  }

  @Test func roomComesBackAsTheReaderTakes() async {
    let subscription = subscription(maxCount: 2)
    for serial in 1...20 {
      _ = subscription.offer(Sample.accessUnit(UInt64(serial), isIDR: serial == 1))
      #expect(await take(1, from: subscription) == [UInt64(serial)])
    }
    #expect(subscription.skippedCount == 0)
  }

  @Test func cancellingEndsItForGood() async {
    let cancellations = Mutex(0)
    let subscription = StreamSubscription(bounds: .init()) { _ in
      cancellations.withLock { $0 += 1 }
    }
    _ = subscription.offer(Sample.accessUnit(1, isIDR: true))
    subscription.cancel()
    #expect(cancellations.withLock { $0 } == 1)
    #expect(await subscription.next() == nil)
    #expect(subscription.offer(Sample.accessUnit(2, isIDR: true)) == nil)
    #expect(subscription.queuedCount == 0)
  }

  @Test func cancellingTheTaskEndsTheWait() async {
    let subscription = subscription()
    let reader = Task {
      var count = 0
      for await _ in subscription { count += 1 }
      return count
    }
    reader.cancel()
    #expect(await reader.value == 0)
    #expect(await subscription.next() == nil)
  }

  @Test func isAnAsyncSequence() async {
    let subscription = subscription()
    _ = subscription.offer(Sample.accessUnit(1, isIDR: true))
    _ = subscription.offer(Sample.accessUnit(2))
    var serials: [UInt64] = []
    for await unit in subscription {
      serials.append(unit.serial)
      if unit.serial == 2 { subscription.cancel() }
    }
    #expect(serials == [1, 2])
  }
}
