import Foundation
import Synchronization
import TestSupport

/// A receiver of pushed RTP that takes note of when each picture was complete.
final class RTPArrivals: Sendable {
  /// Pictures closer together than this are live ones; offline pictures come once a second.
  static let livePause = Duration.milliseconds(400)

  private struct Waiter {
    var isFulfilled: @Sendable (History) -> Bool
    var deadline: ContinuousClock.Instant
    var continuation: CheckedContinuation<Bool, Never>

    /// Resumes whoever waits if the wait is over.
    func isDone(with history: History) -> Bool {
      let isFulfilled = isFulfilled(history)
      guard isFulfilled || ContinuousClock.now >= deadline else { return false }
      continuation.resume(returning: isFulfilled)
      return true
    }
  }

  /// Arrivals of the newest pictures, oldest first.
  struct History: Sendable {
    fileprivate(set) var arrivals: [ContinuousClock.Instant] = []
    fileprivate(set) var count = 0

    fileprivate mutating func add(_ arrival: ContinuousClock.Instant) {
      if arrivals.count > 2000 { arrivals.removeFirst(500) }
      arrivals.append(arrival)
      count += 1
    }

    /// The first picture at or after `begin` that another one followed at once.
    func firstLive(since begin: ContinuousClock.Instant) -> ContinuousClock.Instant? {
      for (earlier, later) in zip(arrivals, arrivals.dropFirst())
      where earlier >= begin && later - earlier < RTPArrivals.livePause {
        return earlier
      }
      return nil
    }

    /// The last picture that followed another one at once.
    var lastLive: ContinuousClock.Instant? {
      for (later, earlier) in zip(arrivals.reversed(), arrivals.reversed().dropFirst())
      where later - earlier < RTPArrivals.livePause {
        return later
      }
      return nil
    }

    /// How long the newest pictures have come without a pause.
    var liveTime: Duration {
      guard var begin = arrivals.last, let end = arrivals.last else { return .zero }
      for arrival in arrivals.reversed() {
        guard begin - arrival < RTPArrivals.livePause else { break }
        begin = arrival
      }
      return end - begin
    }
  }

  private struct State {
    var history = History()
    var waiters: [Waiter] = []
    var isClosed = false
  }

  let port: Int
  private let descriptor: Int32
  private let state = Mutex(State())

  init() throws {
    port = try FreePort.udp()
    descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { throw POSIXError(.EMFILE) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    address.sin_port = UInt16(port).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw POSIXError(.EADDRINUSE) }
    // Wakes up every 50 ms, so that absences are noticed, too.
    var limit = timeval(tv_sec: 0, tv_usec: 50_000)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    Thread.detachNewThread { [self] in receive() }
  }

  var history: History { state.withLock { $0.history } }

  /// Waits until what came, or did not come, fulfils the condition.
  ///
  /// - Returns: False if it did not within `limit`.
  func wait(
    within limit: Duration = .seconds(60),
    until isFulfilled: @escaping @Sendable (History) -> Bool
  ) async -> Bool {
    await withCheckedContinuation { continuation in
      state.withLock {
        $0.waiters.append(
          Waiter(isFulfilled: isFulfilled, deadline: .now + limit, continuation: continuation))
      }
    }
  }

  /// Waits until no live picture has come for `pause`.
  func waitForPause(of pause: Duration) async -> Bool {
    await wait { history in
      history.lastLive.map { ContinuousClock.now - $0 >= pause } ?? true
    }
  }

  /// Waits for live pictures after `begin`, and says when the first one came; nil if none did.
  func firstLive(since begin: ContinuousClock.Instant) async -> ContinuousClock.Instant? {
    _ = await wait { $0.firstLive(since: begin) != nil }
    return history.firstLive(since: begin)
  }

  func close() {
    let waiters = state.withLock { state in
      state.isClosed = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.continuation.resume(returning: false) }
  }

  private func receive() {
    var packet = [UInt8](repeating: 0, count: 2048)
    while !state.withLock({ $0.isClosed }) {
      let count = recv(descriptor, &packet, packet.count, 0)
      // The marker bit ends a picture.
      let isPictureEnd = count >= 12 && packet[0] >> 6 == 2 && packet[1] & 0x80 != 0
      state.withLock { state in
        if isPictureEnd { state.history.add(.now) }
        state.waiters.removeAll { $0.isDone(with: state.history) }
      }
    }
    Foundation.close(descriptor)
  }
}
