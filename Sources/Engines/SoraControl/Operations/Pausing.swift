import JSON

/// Stops sending a publisher's video to a viewer.
public struct PauseRtpStream: StreamRequest, Hashable {
  public typealias Reply = StreamReply
  public static let operation = ControlOperation(
    .sora, "20200401", "PauseRtpStream",
    "Stops sending the video of a publisher to a viewer; audio goes on.",
    remark: "Only for multistream, simulcast and spotlight. The publisher goes on sending to Sora.",
    keys: [.channelID, .recvConnectionID, .sendConnectionID], reply: "the keys again",
    documents: .soraPausing, repetition: .always)

  public var channelID: String
  public var recvConnectionID: String
  public var sendConnectionID: String

  public init(channelID: String, recvConnectionID: String, sendConnectionID: String) {
    self.channelID = channelID
    self.recvConnectionID = recvConnectionID
    self.sendConnectionID = sendConnectionID
  }
}

/// Sends a publisher's video to a viewer again.
public struct ResumeRtpStream: StreamRequest, Hashable {
  public typealias Reply = StreamReply
  public static let operation = ControlOperation(
    .sora, "20200401", "ResumeRtpStream",
    "Sends the video of a publisher to a viewer again.",
    remark: "Only for multistream, simulcast and spotlight.",
    keys: [.channelID, .recvConnectionID, .sendConnectionID], reply: "the keys again",
    documents: .soraPausing, repetition: .always)

  public var channelID: String
  public var recvConnectionID: String
  public var sendConnectionID: String

  public init(channelID: String, recvConnectionID: String, sendConnectionID: String) {
    self.channelID = channelID
    self.recvConnectionID = recvConnectionID
    self.sendConnectionID = sendConnectionID
  }
}

/// Which streams are paused.
public struct ListPauseRtpStreams: ChannelRequest, Hashable {
  public typealias Reply = PausedStreamList
  public static let operation = ControlOperation(
    .sora, "20200401", "ListPauseRtpStreams", "Lists the paused streams of a channel.",
    keys: [.channelID],
    reply: """
      list of streams: `channel_id`, `recv_connection_id`, `send_connection_id`, `role` of the \
      receiver
      """,
    documents: .soraPausing, repetition: .always)

  public var channelID: String

  public init(channelID: String) {
    self.channelID = channelID
  }
}
