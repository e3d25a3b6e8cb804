/// Counts connections, in all and by address, and says who may come in.
struct ConnectionAdmission {
  enum Verdict {
    case admitted
    /// No room; there is still room to say so.
    case refused
    /// Not even that.
    case dropped
  }

  /// Connections beyond `total` that are kept for a moment to be answered 503.
  private static let refusalRoom = 32

  private let total: Int
  private let perAddress: Int
  private var count = 0
  private var byAddress: [String: Int] = [:]

  init(total: Int, perAddress: Int) {
    self.total = total
    self.perAddress = perAddress
  }

  /// Counted until `left(from:)`, unless the verdict is `dropped`.
  mutating func arrived(from host: String) -> Verdict {
    let fromHere = byAddress[host] ?? 0
    guard count < total + Self.refusalRoom, fromHere < perAddress + Self.refusalRoom else {
      return .dropped
    }
    count += 1
    byAddress[host] = fromHere + 1
    return count <= total && fromHere < perAddress ? .admitted : .refused
  }

  mutating func left(from host: String) {
    count -= 1
    let left = (byAddress[host] ?? 1) - 1
    byAddress[host] = left > 0 ? left : nil
  }
}
