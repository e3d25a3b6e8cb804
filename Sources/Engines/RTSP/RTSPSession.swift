import Media

/// One session: it lives and dies with the connection that made it.
struct RTSPSession: Sendable, Hashable {
  let id: String
  var transport: RTSPTransport
  /// To be named in `RTP-Info`.
  var trackURL: String

  /// 128 random bits as hex digits; some recorders stumble over dashes.
  static func makeID(using generator: inout any (RandomNumberGenerator & Sendable)) -> String {
    (0..<2).map { _ in
      let digits = String(generator.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// Compares without an early exit, so that an id cannot be guessed digit by digit.
  func isNamed(_ presented: String) -> Bool {
    let pair = zip(id.utf8, presented.utf8)
    let difference = pair.reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
    return difference == 0 && id.utf8.count == presented.utf8.count
  }
}

/// The session states of RFC 2326 §A.2.
enum RTSPSessionState: Sendable, Hashable {
  /// `hadSession` is true after TEARDOWN: late receiver reports are then no offence.
  case initial(hadSession: Bool)
  case ready(RTSPSession)
  case playing(RTSPSession)

  var session: RTSPSession? {
    switch self {
    case .initial: nil
    case .ready(let session), .playing(let session): session
    }
  }

  /// Methods that make sense now, for the `Allow` header of 455.
  var allowedMethods: [RTSPMethod] {
    let always: [RTSPMethod] = [.options, .describe, .getParameter, .setParameter]
    switch self {
    case .initial: return always + [.setup]
    case .ready: return always + [.setup, .play, .pause, .teardown]
    case .playing: return always + [.play, .pause, .teardown]
    }
  }
}

/// Bytes a client may send for nothing: refilled at a steady rate up to a burst.
struct ByteBudget: Sendable {
  private let burst: Int64
  private let bytesPerMinute: Int64
  private var left: Int64
  private var lastRefill: MediaTime

  init(burst: Int, bytesPerMinute: Int, at now: MediaTime) {
    self.burst = Int64(burst)
    self.bytesPerMinute = Int64(bytesPerMinute)
    left = self.burst
    lastRefill = now
  }

  /// False if the budget is used up.
  mutating func spend(_ count: Int, at now: MediaTime) -> Bool {
    let elapsed = lastRefill.duration(to: now).wholeNanoseconds / 1_000_000
    if elapsed > 0 {
      let minute: Int64 = 60_000
      let refill = min(elapsed, minute * 60) * bytesPerMinute / minute
      left = min(burst, left + refill)
      if refill > 0 { lastRefill = now }
    }
    left -= Int64(count)
    return left >= 0
  }
}
