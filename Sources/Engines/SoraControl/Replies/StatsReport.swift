import JSON

/// Answer to `GetStatsReport`: since Sora was started.
public struct StatsReport: ControlReply, Hashable {
  public var totalConnectionCreated: Int?
  public var totalConnectionUpdated: Int?
  public var totalConnectionDestroyed: Int?
  public var totalSuccessfulConnections: Int?
  /// Connections there are now.
  public var totalOngoingConnections: Int?
  public var totalFailedConnections: Int?
  /// Of all connections together, seconds.
  public var totalDurationSec: Int?
  public var totalTurnUDPConnections: Int?
  /// Over TCP or TLS.
  public var totalTurnTCPConnections: Int?
  /// Seconds.
  public var averageDurationSec: Double?
  /// Milliseconds.
  public var averageSetupTimeMsec: Double?
  /// Members that the documents do not know, or that are null.
  public var additional: [String: JSONValue]

  public init(json: JSONValue?) throws(ControlReplyError) {
    var members = try ReplyMembers(json)
    totalConnectionCreated = try members.optionalInteger("total_connection_created")
    totalConnectionUpdated = try members.optionalInteger("total_connection_updated")
    totalConnectionDestroyed = try members.optionalInteger("total_connection_destroyed")
    totalSuccessfulConnections = try members.optionalInteger("total_successful_connections")
    totalOngoingConnections = try members.optionalInteger("total_ongoing_connections")
    totalFailedConnections = try members.optionalInteger("total_failed_connections")
    totalDurationSec = try members.optionalInteger("total_duration_sec")
    totalTurnUDPConnections = try members.optionalInteger("total_turn_udp_connections")
    totalTurnTCPConnections = try members.optionalInteger("total_turn_tcp_connections")
    averageDurationSec = try members.optionalNumber("average_duration_sec")
    averageSetupTimeMsec = try members.optionalNumber("average_setup_time_msec")
    additional = members.rest
  }

  public var json: JSONValue? {
    additional.with([
      "total_connection_created": totalConnectionCreated.map(JSONValue.integer),
      "total_connection_updated": totalConnectionUpdated.map(JSONValue.integer),
      "total_connection_destroyed": totalConnectionDestroyed.map(JSONValue.integer),
      "total_successful_connections": totalSuccessfulConnections.map(JSONValue.integer),
      "total_ongoing_connections": totalOngoingConnections.map(JSONValue.integer),
      "total_failed_connections": totalFailedConnections.map(JSONValue.integer),
      "total_duration_sec": totalDurationSec.map(JSONValue.integer),
      "total_turn_udp_connections": totalTurnUDPConnections.map(JSONValue.integer),
      "total_turn_tcp_connections": totalTurnTCPConnections.map(JSONValue.integer),
      "average_duration_sec": averageDurationSec.map { JSONValue($0) },
      "average_setup_time_msec": averageSetupTimeMsec.map { JSONValue($0) },
    ])
  }
}
