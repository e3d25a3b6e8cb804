import JSON

/// What Sora has counted since it was started.
public struct GetStatsReport: ParameterlessRequest, Hashable {
  public typealias Reply = StatsReport
  public static let operation = ControlOperation(
    .sora, "20171010", "GetStatsReport",
    "Tells how many connections there were, and how long, since Sora was started.",
    reply: "counts: `total_ongoing_connections`, `total_connection_created` and more",
    documents: .soraExperimental, repetition: .always)

  public init() {}
}

/// What all clients measure.
public struct GetAllRemoteStats: ParameterlessRequest, Hashable {
  public typealias Reply = RemoteStatisticsList
  public static let operation = ControlOperation(
    .sora, "20200225", "GetAllRemoteStats",
    "Tells what the clients of all channels last said of their connections.",
    remark: "Clients say it every five seconds. The answer is long where there are many.",
    reply: """
      list: `channel_id`, `connection_id`, `timestamp`, and `remote_stats`, the WebRTC statistics \
      of the client
      """,
    documents: .soraExperimental, repetition: .always)

  public init() {}
}

/// What the clients of a channel measure.
public struct GetChannelRemoteStats: ChannelRequest, Hashable {
  public typealias Reply = RemoteStatisticsList
  public static let operation = ControlOperation(
    .sora, "20200225", "GetChannelRemoteStats",
    "Tells what the clients of a channel last said of their connections.",
    remark: "Clients say it every five seconds.", keys: [.channelID],
    reply: """
      list: `channel_id`, `connection_id`, `timestamp`, and `remote_stats`, the WebRTC statistics \
      of the client
      """,
    documents: .soraExperimental, repetition: .always)

  public var channelID: String

  public init(channelID: String) {
    self.channelID = channelID
  }
}

/// What one client measures.
public struct GetConnectionRemoteStats: ConnectionRequest, Hashable {
  public typealias Reply = RemoteStatistics
  public static let operation = ControlOperation(
    .sora, "20200225", "GetConnectionRemoteStats",
    "Tells what a client last said of its connection.",
    remark: "Clients say it every five seconds.",
    keys: [.channelID, .connectionID],
    reply: """
      `channel_id`, `connection_id`, `timestamp`, and `stats`, the WebRTC statistics of the client
      """,
    documents: .soraExperimental, repetition: .always)

  public var channelID: String
  public var connectionID: String

  public init(channelID: String, connectionID: String) {
    self.channelID = channelID
    self.connectionID = connectionID
  }
}

/// What Sora has counted of a connection.
public struct GetStatsConnection: ConnectionRequest, Hashable {
  public typealias Reply = ConnectionStatistics
  public static let operation = ControlOperation(
    .sora, "20170529", "GetStatsConnection",
    "Tells what Sora has counted of a connection: packets, bytes, losses.",
    keys: [.channelID, .connectionID],
    reply: "`timestamp`, the IDs of the connection, counters by protocol",
    repetition: .always, isPassedOnByImageFlux: true)

  public var channelID: String
  public var connectionID: String

  public init(channelID: String, connectionID: String) {
    self.channelID = channelID
    self.connectionID = connectionID
  }
}
