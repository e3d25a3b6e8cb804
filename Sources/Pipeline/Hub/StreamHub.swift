import Media
import Synchronization

/// Hands each access unit to every subscriber, and tells the encoder whether anybody watches.
///
/// Subscribers never wait for each other: each has a bounded queue, and the slow one skips. It
/// lives on the encoder's thread, so that publishing costs no thread hop.
public actor StreamHub {
  private let thread: ThreadExecutor
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    thread.asUnownedSerialExecutor()
  }

  private var subscriptions: [ObjectIdentifier: StreamSubscription] = [:]
  private var recentGOP = RecentGOP()
  private let slot: FrameSlot
  private let clock: MediaClock
  private let currentFormat = Mutex<VideoFormat?>(nil)
  private let counters = Mutex(StreamCounters())

  init(slot: FrameSlot, clock: MediaClock, thread: ThreadExecutor = ThreadExecutor(name: "hub")) {
    self.thread = thread
    self.slot = slot
    self.clock = clock
  }

  /// Parameter sets and size of the stream; nil only until the encoder was opened at start-up.
  public nonisolated var videoFormat: VideoFormat? { currentFormat.withLock { $0 } }

  /// What went through the hub so far.
  public nonisolated var statistics: StreamCounters { counters.withLock { $0 } }

  nonisolated func setFormat(_ format: VideoFormat) { currentFormat.withLock { $0 = format } }

  /// Gives one access unit to everybody.
  func publish(_ accessUnit: AccessUnit) {
    counters.withLock { $0.count(accessUnit) }
    recentGOP.append(accessUnit, at: clock.now())
    for subscription in subscriptions.values {
      if let reason = subscription.offer(accessUnit) { slot.requestKeyframe(reason) }
    }
  }

  /// A new subscriber. It starts with the recent GOP if that is better than a new IDR, see
  /// ``RecentGOP/start(at:grantsIDR:)``; otherwise an IDR is made for it at once.
  public func subscribe(bounds: StreamSubscription.Bounds = .init()) -> StreamSubscription {
    let subscription = StreamSubscription(bounds: bounds) { [weak self] subscription in
      guard let self else { return }
      Task { await self.remove(subscription) }
    }
    let isFirst = subscriptions.isEmpty
    subscriptions[ObjectIdentifier(subscription)] = subscription
    publishSubscriberCount()
    if isFirst {
      recentGOP.clear()
      slot.setDemand(true)
    } else if let start = recentGOP.start(at: clock.now(), grantsIDR: slot.grantsJoiners) {
      for accessUnit in start { _ = subscription.offer(accessUnit) }
    } else {
      slot.requestKeyframe(.join)
    }
    return subscription
  }

  private func remove(_ subscription: StreamSubscription) {
    guard subscriptions.removeValue(forKey: ObjectIdentifier(subscription)) != nil else { return }
    publishSubscriberCount()
    if subscriptions.isEmpty {
      slot.setDemand(false)
      recentGOP.clear()
    }
  }

  private func publishSubscriberCount() {
    let count = subscriptions.count
    counters.withLock { $0.subscriberCount = count }
  }

  /// Ends every subscription, when the process ends.
  func finish() {
    for subscription in subscriptions.values { subscription.finish() }
    subscriptions.removeAll()
    publishSubscriberCount()
    slot.setDemand(false)
  }
}

/// Totals since the start, for status and metrics.
public struct StreamCounters: Sendable {
  public internal(set) var accessUnits: UInt64 = 0
  public internal(set) var idrs: UInt64 = 0
  public internal(set) var bytes: UInt64 = 0
  public internal(set) var subscriberCount = 0
  public internal(set) var newestPresentationTime: MediaTime?

  mutating func count(_ accessUnit: AccessUnit) {
    accessUnits &+= 1
    if accessUnit.isIDR { idrs &+= 1 }
    bytes &+= UInt64(accessUnit.byteCount)
    newestPresentationTime = accessUnit.presentationTime
  }
}
