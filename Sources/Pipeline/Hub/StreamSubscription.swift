import Media
import Synchronization

/// One subscriber's bounded queue of access units.
///
/// Starts at an IDR. When the subscriber is too slow for the bounds, everything it has not taken
/// yet is thrown away and it goes on at the next IDR; `skippedCount` counts what it missed.
public final class StreamSubscription: AsyncSequence, Sendable {
  public typealias Element = AccessUnit

  /// Limits of the queue; whichever is reached first counts.
  public struct Bounds: Sendable {
    public var maxCount: Int
    public var maxBytes: Int

    public init(maxCount: Int = 90, maxBytes: Int = 2 << 20) {
      self.maxCount = maxCount
      self.maxBytes = maxBytes
    }
  }

  private struct State {
    var queue: [AccessUnit] = []
    var byteCount = 0
    var delivery = DeliveryState()
    var waiter: CheckedContinuation<AccessUnit?, Never>?
    var isFinished = false
  }

  private let state = Mutex(State())
  private let bounds: Bounds
  private let onCancel: @Sendable (StreamSubscription) -> Void

  init(bounds: Bounds, onCancel: @escaping @Sendable (StreamSubscription) -> Void) {
    self.bounds = bounds
    self.onCancel = onCancel
  }

  /// Access units this subscriber missed because it was too slow.
  public var skippedCount: UInt64 { state.withLock { $0.delivery.skippedCount } }

  /// Access units waiting to be taken.
  public var queuedCount: Int { state.withLock { $0.queue.count } }

  /// Ends the subscription; `next()` returns nil from now on.
  public func cancel() {
    finish()
    onCancel(self)
  }

  func finish() {
    let waiter = state.withLock { state in
      state.isFinished = true
      state.queue.removeAll()
      state.byteCount = 0
      return state.waiter.take()
    }
    waiter?.resume(returning: nil)
  }

  /// Hands over one access unit; returns why an IDR is needed, if one is.
  func offer(_ accessUnit: AccessUnit) -> KeyframeReason? {
    let (waiter, reason) = state.withLock { state in
      Self.offer(accessUnit, to: &state, bounds: bounds)
    }
    waiter?.resume(returning: accessUnit)
    return reason
  }

  private static func offer(
    _ accessUnit: AccessUnit, to state: inout State, bounds: Bounds
  ) -> (CheckedContinuation<AccessUnit?, Never>?, KeyframeReason?) {
    guard !state.isFinished else { return (nil, nil) }
    let size = accessUnit.byteCount
    let hasRoom =
      state.queue.isEmpty
      || (state.queue.count < bounds.maxCount && state.byteCount + size <= bounds.maxBytes)
    if !hasRoom {
      // Overflow: what waits is old by now; make room and go on at an IDR, this one if it is.
      state.delivery.discarded(state.queue.count)
      state.queue.removeAll(keepingCapacity: true)
      state.byteCount = 0
    }
    switch state.delivery.offer(isIDR: accessUnit.isIDR, hasRoom: true) {
    case .deliver:
      if let waiter = state.waiter.take() { return (waiter, nil) }
      state.queue.append(accessUnit)
      state.byteCount += size
      return (nil, nil)
    case .skip:
      return (nil, nil)
    case .skipAndRequestKeyframe(let reason):
      return (nil, reason)
    }
  }

  /// The next access unit; waits for it. Nil when the subscription ended or the task is cancelled.
  ///
  /// One task at a time may wait. A task that prefers the executor it works on, for example an
  /// event loop, is woken there; any other one takes a detour over the shared pool.
  public func next() async -> AccessUnit? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let immediate: AccessUnit?? = state.withLock { state in
          if !state.queue.isEmpty {
            let first = state.queue.removeFirst()
            state.byteCount -= first.byteCount
            return .some(first)
          }
          if state.isFinished || state.waiter != nil { return .some(nil) }
          state.waiter = continuation
          return nil
        }
        if let immediate { continuation.resume(returning: immediate) }
      }
    } onCancel: {
      cancel()
    }
  }

  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let subscription: StreamSubscription

    public mutating func next() async -> AccessUnit? { await subscription.next() }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(subscription: self) }
}
