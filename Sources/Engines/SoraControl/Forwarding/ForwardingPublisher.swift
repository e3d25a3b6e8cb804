import JSON

/// A connection that sends into a channel.
struct ForwardingPublisher: Sendable, Hashable {
  /// nil where Sora can only be told the channel.
  var connectionID: String?
  /// When it came, as Sora says it; another moment means another connection.
  var created: JSONValue?
  /// Sora does not forward those that send several qualities.
  var isSimulcast = false
  /// Whether Sora says that it is in the channel; otherwise only the settings do.
  var isListed = true

  /// Whether nothing says that they are two connections.
  func isSameConnection(as other: ForwardingPublisher) -> Bool {
    guard connectionID == other.connectionID else { return false }
    guard let created, let otherCreated = other.created else { return true }
    return created == otherCreated
  }
}

/// Who is in a channel, as far as it matters for forwarding.
struct ChannelOccupants: Sendable, Hashable {
  /// All connections, in the order of the answer.
  var connections: [ForwardingPublisher] = []
  /// IDs of those that send.
  var publishers: [ForwardingPublisher] = []

  /// Most connections that are looked at.
  static let limit = 10_000

  /// Reads the answer of ListChannelConnections.
  ///
  /// Connections without a role count as publishers: nothing says that they only receive.
  init(connections json: JSONValue?) {
    for entry in json?.array?.prefix(Self.limit) ?? [] {
      guard let connection = Self.connection(entry) else { continue }
      connections.append(connection)
      // "upstream" and "downstream" are the roles' names of before 2019.
      switch entry["role"]?.string {
      case "recvonly", "downstream": break
      default: publishers.append(connection)
      }
    }
  }

  /// Reads the answer of GetChannelRemoteStats: what browsers say of themselves.
  ///
  /// - Parameter kind: `video` or `audio`; who sends that is a publisher.
  init(statistics json: JSONValue?, kind: String) {
    for entry in json?.array?.prefix(Self.limit) ?? [] {
      guard let connection = Self.connection(entry) else { continue }
      connections.append(connection)
      let statistics = entry["remote_stats"]?.array ?? entry["stats"]?.array ?? []
      let isSending = statistics.contains { part in
        part["type"]?.string == "outbound-rtp"
          && (part["kind"] ?? part["mediaType"])?.string == kind
      }
      if isSending { publishers.append(connection) }
    }
  }

  private static func connection(_ entry: JSONValue) -> ForwardingPublisher? {
    guard let id = entry["connection_id"]?.string, !id.isEmpty else { return nil }
    return ForwardingPublisher(
      connectionID: id, created: entry["created_time"] ?? entry["created_timestamp"],
      isSimulcast: entry["simulcast"]?.boolean ?? false)
  }

  /// The connection of that ID, sending or not.
  subscript(connectionID: String) -> ForwardingPublisher? {
    connections.first { $0.connectionID == connectionID }
  }
}

/// Totals of GetStatsReport that only grow while Sora runs.
struct SoraTotals: Sendable, Hashable {
  private var totals: [String: Double] = [:]

  init(report json: JSONValue?) {
    guard case .object(let members)? = json else { return }
    for (name, value) in members
    where name.hasPrefix("total_") && name != "total_ongoing_connections" {
      totals[name] = value.number
    }
  }

  /// Whether Sora must have been restarted since `earlier`.
  func wentBackwards(since earlier: SoraTotals) -> Bool {
    totals.contains { name, value in earlier.totals[name].map { value < $0 } ?? false }
  }

  /// Whether connections came or went since `earlier`.
  func showsTraffic(since earlier: SoraTotals) -> Bool {
    ["total_connection_created", "total_connection_destroyed"].contains { name in
      totals[name] != earlier.totals[name]
    }
  }
}
