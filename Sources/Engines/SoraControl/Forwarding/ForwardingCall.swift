import JSON

/// One call of Sora's API that keeping a forwarding running needs.
public enum ForwardingCall: Sendable, Hashable {
  /// Who is in the channel, with roles.
  case listConnections(channelID: String)
  /// Who is in the channel, with what they send; for a Sora that has no list of connections.
  case channelStatistics(channelID: String)
  /// Totals that a restart of Sora sets back.
  case statisticsReport
  case connectionStatistics(channelID: String, connectionID: String)
  case start(ForwardingRecord)
  case stop(ForwardingRecord)
  case requestKeyframe(channelID: String, connectionID: String)

  /// Name of the operation, as the documents write it.
  public var operationName: String {
    switch self {
    case .listConnections: "ListChannelConnections"
    case .channelStatistics: "GetChannelRemoteStats"
    case .statisticsReport: "GetStatsReport"
    case .connectionStatistics: "GetConnectionRemoteStats"
    case .start: "StartForwardingRtp"
    case .stop: "StopForwardingRtp"
    case .requestKeyframe: "RequestKeyFrame"
    }
  }

  /// As they are sent.
  public var parameters: [String: JSONValue] {
    switch self {
    case .listConnections(let channelID), .channelStatistics(let channelID):
      ["channel_id": .string(channelID)]
    case .statisticsReport: [:]
    case .connectionStatistics(let channelID, let connectionID),
      .requestKeyframe(let channelID, let connectionID):
      ["channel_id": .string(channelID), "connection_id": .string(connectionID)]
    case .start(let record): record.members
    case .stop(let record):
      record.members.filter { $0.key == "channel_id" || $0.key == "connection_id" }
    }
  }
}
