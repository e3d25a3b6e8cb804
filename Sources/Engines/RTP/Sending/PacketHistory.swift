import Media
import NIOCore

/// The packets sent last, for receivers that report some of them as lost.
///
/// Bounded by count and age. A packet that is asked for again leaves again as it was, with the
/// same sequence number: receivers without RFC 4588 (RTX) can use it, and one that gets it twice
/// drops the second. Each packet is sent again at most once per `minimumInterval`, and all of
/// them together within a budget of bytes, so that reports, forged ones too, cannot make the
/// sender flood a link that loses packets because it is full.
///
/// Source: RFC 4585 §6.2.1 for the request; the budget is ours.
public struct PacketHistory: Sendable {
  /// What is to be sent again, and what is not.
  public struct Answer: Sendable, Hashable {
    /// Whole RTP packets, in the order they were asked for.
    public var packets: [ByteBuffer] = []
    /// Packets that are too old or were never sent.
    public var unknownCount = 0
    /// Packets that were sent again a moment ago, or for which the budget has no room.
    public var suppressedCount = 0
  }

  /// Shortest time between two repeats of one packet, if the round trip is not known: longer than
  /// a local one, shorter than a picture.
  public static let shortestInterval: Duration = .milliseconds(20)
  /// Share of the encoder's bit rate that repeats may use.
  static let budgetShare = 0.5
  /// Repeats that may leave at once.
  static let budgetPackets = 64

  private struct Entry {
    var sequenceNumber: UInt16
    var packet: ByteBuffer
    var sentAt: MediaTime
    var repeatedAt: MediaTime?
  }

  /// Packets kept.
  public let capacity: Int
  /// Age from which a packet is of no use any more: its picture is over.
  public let maxAge: Duration
  private var entries: [Entry?]
  private var budget: TokenBucket

  /// - Parameters:
  ///   - capacity: Packets kept; rounded up to a power of two, at most 4096.
  ///   - maxPacketSize: Largest packet in bytes, for the budget.
  public init(capacity: Int = 1024, maxAge: Duration = .seconds(1), maxPacketSize: Int = 1200) {
    // A power of two divides the range of sequence numbers, so that a wrap needs no care.
    var slots = 1
    while slots < min(capacity, 4096) { slots *= 2 }
    self.capacity = slots
    self.maxAge = maxAge
    entries = Array(repeating: nil, count: slots)
    budget = TokenBucket(capacity: Self.budgetPackets * max(maxPacketSize, 1))
  }

  /// Takes note of packets that leave now, whose sequence numbers follow each other.
  public mutating func record(
    _ packets: some Sequence<ByteBuffer>, firstSequenceNumber: UInt16, now: MediaTime
  ) {
    var sequenceNumber = firstSequenceNumber
    for packet in packets {
      entries[slot(of: sequenceNumber)] = Entry(
        sequenceNumber: sequenceNumber, packet: packet, sentAt: now)
      sequenceNumber &+= 1
    }
  }

  /// Decides which of the packets reported as lost are sent again.
  ///
  /// - Parameters:
  ///   - bitrateKbps: The encoder's bit rate; repeats get half as much beside it.
  ///   - minimumInterval: Between two repeats of one packet; the round trip, if it is known. Never
  ///     less than ``shortestInterval``.
  public mutating func answer(
    _ sequenceNumbers: some Sequence<UInt16>, bitrateKbps: Int,
    minimumInterval: Duration = shortestInterval, now: MediaTime
  ) -> Answer {
    budget.refill(at: now, newRate: Double(bitrateKbps) * 125 * Self.budgetShare)
    let interval = max(minimumInterval, Self.shortestInterval)
    var answer = Answer()
    for sequenceNumber in sequenceNumbers {
      let slot = slot(of: sequenceNumber)
      guard var entry = entries[slot], entry.sequenceNumber == sequenceNumber,
        entry.sentAt.duration(to: now) <= maxAge
      else {
        answer.unknownCount += 1
        continue
      }
      let size = entry.packet.readableBytes
      let isRecent = entry.repeatedAt.map { $0.duration(to: now) < interval } ?? false
      guard !isRecent, budget.delay(until: size) == .zero else {
        answer.suppressedCount += 1
        continue
      }
      budget.take(size)
      entry.repeatedAt = now
      entries[slot] = entry
      answer.packets.append(entry.packet)
    }
    return answer
  }

  /// Forgets everything, for example when packets go to another address from now on.
  public mutating func clear() {
    for slot in entries.indices { entries[slot] = nil }
  }

  private func slot(of sequenceNumber: UInt16) -> Int { Int(sequenceNumber) % capacity }
}
