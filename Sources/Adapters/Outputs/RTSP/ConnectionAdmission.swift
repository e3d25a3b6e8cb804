import RTSP

/// Counts connections, in all and by address, and says who may come in.
///
/// Addresses of one IPv6 /64 network count as one: whoever has one has them all.
struct ConnectionAdmission {
  enum Verdict {
    case admitted
    /// No room; there is still room to say so.
    case refused
    /// Not even that.
    case dropped
    /// It was admitted, has had its last answer, and only waits for its client to take it.
    case leaving
  }

  private let total: Int
  private let perAddress: Int
  /// Refused connections that are kept for a moment to be answered 503, and as many that leave.
  private let refusalRoom: Int
  private var admittedCount = 0
  private var admittedByAddress: [NetworkAddress?: Int] = [:]
  private var refusedCount = 0
  private var leavingCount = 0

  init(total: Int, perAddress: Int, refusalRoom: Int) {
    self.total = total
    self.perAddress = perAddress
    self.refusalRoom = refusalRoom
  }

  /// Counted until `left(from:after:)`, unless the verdict is `dropped`.
  ///
  /// - Parameter address: Nil if it is unknown; all of these count as one.
  mutating func arrived(from address: NetworkAddress?) -> Verdict {
    let household = address?.household
    let fromHere = admittedByAddress[household] ?? 0
    if admittedCount < total, fromHere < perAddress {
      admittedCount += 1
      admittedByAddress[household] = fromHere + 1
      return .admitted
    }
    guard refusedCount < refusalRoom else { return .dropped }
    refusedCount += 1
    return .refused
  }

  /// An admitted connection has ended and waits a moment for its client to close, too: its place
  /// goes to the next one, unless many wait already.
  ///
  /// - Returns: The verdict it has from now on.
  mutating func leaves(from address: NetworkAddress?) -> Verdict {
    guard leavingCount < refusalRoom else { return .admitted }
    left(from: address, after: .admitted)
    leavingCount += 1
    return .leaving
  }

  /// A connection is gone that had been given `verdict`.
  mutating func left(from address: NetworkAddress?, after verdict: Verdict) {
    switch verdict {
    case .dropped: break
    case .refused: refusedCount -= 1
    case .leaving: leavingCount -= 1
    case .admitted:
      admittedCount -= 1
      let household = address?.household
      let left = (admittedByAddress[household] ?? 1) - 1
      admittedByAddress[household] = left > 0 ? left : nil
    }
  }
}
