/// Counts connections, in all and by address, and says who may come in.
struct ConnectionAdmission {
  enum Verdict {
    case admitted
    /// No room; there is still room to say so.
    case refused
    /// Not even that.
    case dropped
  }

  private let total: Int
  private let perAddress: Int
  /// Refused connections that are kept for a moment to be answered 503.
  private let refusalRoom: Int
  private var admittedCount = 0
  private var admittedByAddress: [String: Int] = [:]
  private var refusedCount = 0

  init(total: Int, perAddress: Int, refusalRoom: Int) {
    self.total = total
    self.perAddress = perAddress
    self.refusalRoom = refusalRoom
  }

  /// Counted until `left(from:after:)`, unless the verdict is `dropped`.
  mutating func arrived(from host: String) -> Verdict {
    let fromHere = admittedByAddress[host] ?? 0
    if admittedCount < total, fromHere < perAddress {
      admittedCount += 1
      admittedByAddress[host] = fromHere + 1
      return .admitted
    }
    guard refusedCount < refusalRoom else { return .dropped }
    refusedCount += 1
    return .refused
  }

  /// A connection is gone that had been given `verdict`.
  mutating func left(from host: String, after verdict: Verdict) {
    switch verdict {
    case .dropped: break
    case .refused: refusedCount -= 1
    case .admitted:
      admittedCount -= 1
      let left = (admittedByAddress[host] ?? 1) - 1
      admittedByAddress[host] = left > 0 ? left : nil
    }
  }
}
