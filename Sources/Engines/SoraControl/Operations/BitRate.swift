import JSON

/// Changes the video bit rate of a publisher.
public struct ChangeUpstreamVideoBitRate: ControlRequest, Hashable {
  public typealias Reply = BitRateReply
  public static let operation = ControlOperation(
    .sora, "20190327", "ChangeUpstreamVideoBitRate",
    "Sets the video bit rate a publisher sends with, and keeps it there.",
    remark: "Not for spotlight. In multistream it ends the sharing of the bit rate.",
    keys: [
      .channelID, .connectionID,
      ControlKey("bit_rate", .integer(1...30000), "kbit/s"),
    ],
    reply: "the keys again", documents: .soraExperimental, repetition: .always,
    isPassedOnByImageFlux: true)

  public var channelID: String
  public var connectionID: String
  /// kbit/s, 1 to 30000.
  public var bitRate: Int

  public init(channelID: String, connectionID: String, bitRate: Int) {
    self.channelID = channelID
    self.connectionID = connectionID
    self.bitRate = bitRate
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(
      channelID: given.text("channel_id"), connectionID: given.text("connection_id"),
      bitRate: given.integer("bit_rate"))
  }

  public var parameters: [String: JSONValue] {
    [
      "channel_id": .string(channelID), "connection_id": .string(connectionID),
      "bit_rate": .integer(bitRate),
    ]
  }
}
