import NIOCore
import Synchronization

/// Which target sends where, so that no receiver gets the packets of two.
///
/// The settings cannot tell: host names are looked up and Sora's description comes while the
/// bridge runs.
final class ClaimedDestinations: Sendable {
  private let claims = Mutex<[String: Set<SocketAddress>]>([:])

  /// Claims `destination` for the target called `name`, in place of what it had claimed.
  ///
  /// - Parameter reports: Whether RTCP goes to the port above.
  /// - Throws: ``RTPPushError/destinationTaken(by:destination:)``; the target has no claim then.
  func claim(
    _ destination: SocketAddress, reports: Bool, for name: String
  ) throws(RTPPushError) {
    var wanted: Set = [destination]
    if reports, let port = destination.port, port < 65_535 {
      var reportAddress = destination
      reportAddress.port = port + 1
      wanted.insert(reportAddress)
    }
    let owner: String? = claims.withLock { claims in
      claims[name] = nil
      let owner = claims.first { !$0.value.isDisjoint(with: wanted) }?.key
      if owner == nil { claims[name] = wanted }
      return owner
    }
    guard let owner else { return }
    throw .destinationTaken(by: owner, destination: Self.text(destination))
  }

  func release(by name: String) { claims.withLock { $0[name] = nil } }

  private static func text(_ address: SocketAddress) -> String {
    let host = address.ipAddress ?? "?"
    return (host.contains(":") ? "[\(host)]" : host) + ":\(address.port ?? 0)"
  }
}
