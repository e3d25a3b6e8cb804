import JSON

/// Sends a publisher's RTP to an address.
///
/// Source: Sora's experimental API; the ports go to consecutive sections of the SDP that is
/// answered, and what a port is not given for is not sent.
public struct StartForwardingRtp: ControlRequest, Hashable {
  public typealias Reply = ForwardingReply
  public static let operation = ControlOperation(
    .sora, "20170814", "StartForwardingRtp",
    "Sends the audio or video RTP of a publisher to an address, as it was published.",
    remark: """
      Give `connection_id` in multistream channels, which all channels of later versions are. \
      Simulcast publishers cannot be forwarded. ImageFlux does not pass it on.
      """,
    keys: [
      .channelID, ControlKey.connectionID.optional,
      ControlKey("ip_address", .ipAddress, "where the packets go"),
      ControlKey("audio_port", .integer(1...65535), "UDP port for audio").optional,
      ControlKey("video_port", .integer(1...65535), "UDP port for video").optional,
    ],
    oneOf: ["audio_port", "video_port"], distinct: ["audio_port", "video_port"],
    reply: "`sdp` for a receiver", documents: .soraExperimental)

  public var channelID: String
  public var connectionID: String?
  public var ipAddress: String
  public var audioPort: Int?
  public var videoPort: Int?

  public init(
    channelID: String, connectionID: String? = nil, ipAddress: String, audioPort: Int? = nil,
    videoPort: Int? = nil
  ) {
    self.channelID = channelID
    self.connectionID = connectionID
    self.ipAddress = ipAddress
    self.audioPort = audioPort
    self.videoPort = videoPort
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(
      channelID: given.text("channel_id"), connectionID: given.optionalText("connection_id"),
      ipAddress: given.text("ip_address"), audioPort: given.optionalInteger("audio_port"),
      videoPort: given.optionalInteger("video_port"))
  }

  public var parameters: [String: JSONValue] {
    .init(given: [
      "channel_id": .string(channelID), "connection_id": connectionID.map(JSONValue.string),
      "ip_address": .string(ipAddress), "audio_port": audioPort.map(JSONValue.integer),
      "video_port": videoPort.map(JSONValue.integer),
    ])
  }
}

/// Ends what `StartForwardingRtp` began.
public struct StopForwardingRtp: ControlRequest, Hashable {
  public typealias Reply = ConnectionReply
  public static let operation = ControlOperation(
    .sora, "20170814", "StopForwardingRtp", "Stops forwarding the RTP of a publisher.",
    remark: "Give `connection_id` in multistream channels.",
    keys: [.channelID, ControlKey.connectionID.optional], reply: "the keys again",
    documents: .soraExperimental, repetition: .always)

  public var channelID: String
  public var connectionID: String?

  public init(channelID: String, connectionID: String? = nil) {
    self.channelID = channelID
    self.connectionID = connectionID
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(
      channelID: given.text("channel_id"), connectionID: given.optionalText("connection_id"))
  }

  public var parameters: [String: JSONValue] {
    .init(given: [
      "channel_id": .string(channelID), "connection_id": connectionID.map(JSONValue.string),
    ])
  }
}

/// Asks a publisher for a keyframe.
public struct RequestKeyFrame: ConnectionRequest, Hashable {
  public typealias Reply = ConnectionReply
  public static let operation = ControlOperation(
    .sora, "20241218", "RequestKeyFrame", "Asks a publisher for a keyframe.",
    remark: """
      Sora asks up to five times, a second apart, until one comes. A receiver of forwarded RTP \
      sees nothing before it. ImageFlux does not pass it on.
      """,
    keys: [.channelID, .connectionID], reply: "the keys again", repetition: .always)

  public var channelID: String
  public var connectionID: String

  public init(channelID: String, connectionID: String) {
    self.channelID = channelID
    self.connectionID = connectionID
  }
}
