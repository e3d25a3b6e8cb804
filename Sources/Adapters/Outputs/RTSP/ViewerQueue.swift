import Media
import NIOCore
import Pipeline
import RTP

/// Pictures that wait for one viewer inside its connection.
///
/// A picture is numbered when it leaves, not when it comes: what is dropped here leaves a gap in
/// time and none in the sequence numbers. The network's own queue is kept short, so that hardly
/// anything old is out of reach.
///
/// When the viewer is too slow for the bounds, everything that waits is dropped and counted, and it
/// goes on at the next IDR that comes while nothing is on its way; one is asked for then, not
/// before: an IDR for somebody who does not read would only cost the others.
struct ViewerQueue {
  /// Whichever is reached first counts.
  struct Bounds: Sendable, Hashable {
    var bytes: Int
    /// How long a picture may wait.
    var age: Duration
  }

  /// What is written at once: one picture, or all that a viewer starts with.
  struct Batch {
    var trains: [PacketTrain]
    /// Pictures of the stream among the trains.
    var pictureCount: Int

    var byteCount: Int { trains.reduce(0) { $0 + $1.bytes.readableBytes } }
  }

  /// What becomes of a picture that was offered.
  enum Verdict {
    case send(Batch)
    case wait
    case skip
    case skipAndRequestKeyframe(KeyframeReason)
  }

  private struct Entry {
    var batch: Batch
    var byteCount: Int
    var since: MediaTime
  }

  private let bounds: Bounds
  private var entries = CircularBuffer<Entry>()
  /// Of all entries.
  private(set) var byteCount = 0
  private var delivery = DeliveryState()

  init(bounds: Bounds) {
    self.bounds = bounds
  }

  /// Pictures left out since the first one.
  var skippedCount: UInt64 { delivery.skippedCount }
  /// True until the first IDR since the viewer came, or started anew.
  var isJoining: Bool { delivery.isJoining }

  /// A picture is there.
  ///
  /// - Parameters:
  ///   - isFree: Whether the viewer has taken everything it was sent.
  ///   - batch: What is sent of it; made only if it is.
  mutating func offer(
    isIDR: Bool, isFree: Bool, at now: MediaTime, batch: () -> Batch
  ) -> Verdict {
    if delivery.isWaitingForIDR {
      // Who has just come may still be taking the answer to PLAY.
      switch delivery.offer(isIDR: isIDR, hasRoom: isFree || delivery.isJoining) {
      case .deliver: return isFree ? .send(batch()) : enqueue(batch(), at: now)
      case .skip: return .skip
      case .skipAndRequestKeyframe(let reason): return .skipAndRequestKeyframe(reason)
      }
    }
    if isFree, entries.isEmpty { return .send(batch()) }
    let batch = batch()
    let age = entries.first.map { $0.since.duration(to: now) } ?? .zero
    guard byteCount + batch.byteCount <= bounds.bytes, age <= bounds.age else {
      overflow(with: batch.pictureCount)
      return .skip
    }
    return enqueue(batch, at: now)
  }

  private mutating func enqueue(_ batch: Batch, at now: MediaTime) -> Verdict {
    let entry = Entry(batch: batch, byteCount: batch.byteCount, since: now)
    entries.append(entry)
    byteCount += entry.byteCount
    return .wait
  }

  /// Whether what waits is too old by now; the owner asks once a second, because no picture may
  /// come to find that out.
  mutating func dropOverdue(at now: MediaTime) {
    guard let first = entries.first, first.since.duration(to: now) > bounds.age else { return }
    overflow(with: 0)
  }

  private mutating func overflow(with newCount: Int) {
    let waiting = entries.reduce(newCount) { $0 + $1.batch.pictureCount }
    removeAll()
    delivery.discarded(waiting)
  }

  /// The next batch for a viewer that has taken everything it was sent.
  mutating func next() -> Batch? {
    guard let entry = entries.popFirst() else { return nil }
    byteCount -= entry.byteCount
    return entry.batch
  }

  /// The viewer starts anew, at an IDR.
  mutating func restart() {
    removeAll()
    delivery.restart()
  }

  /// Nothing more is sent.
  mutating func removeAll() {
    entries.removeAll()
    byteCount = 0
  }
}
