import JSON

/// One of the encodings of a simulcast publisher.
public enum SimulcastRID: String, Sendable, Hashable, CaseIterable {
  case r0, r1, r2
}

/// Asks for another encoding for a viewer.
public struct RequestRtpStream: ControlRequest, Hashable {
  public typealias Reply = StreamReply
  public static let operation = ControlOperation(
    .sora, "20201005", "RequestRtpStream",
    "Asks that a viewer receive another encoding of a simulcast publisher.",
    remark: "Who asks for r2 of a publisher that sends no more than r1 gets r1.",
    keys: [
      .channelID, .recvConnectionID, ControlKey.sendConnectionID.optional,
      ControlKey("rid", .choice(SimulcastRID.allCases.map(\.rawValue)), "the encoding"),
    ],
    reply: "the keys again", documents: .soraExperimental, repetition: .always)

  public var channelID: String
  public var recvConnectionID: String
  public var sendConnectionID: String?
  public var rid: SimulcastRID

  public init(
    channelID: String, recvConnectionID: String, sendConnectionID: String? = nil,
    rid: SimulcastRID
  ) {
    self.channelID = channelID
    self.recvConnectionID = recvConnectionID
    self.sendConnectionID = sendConnectionID
    self.rid = rid
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(
      channelID: given.text("channel_id"), recvConnectionID: given.text("recv_connection_id"),
      sendConnectionID: given.optionalText("send_connection_id"),
      rid: SimulcastRID(rawValue: given.text("rid")) ?? .r0)
  }

  public var parameters: [String: JSONValue] {
    .init(given: [
      "channel_id": .string(channelID), "recv_connection_id": .string(recvConnectionID),
      "send_connection_id": sendConnectionID.map(JSONValue.string),
      "rid": .string(rid.rawValue),
    ])
  }
}

/// Lets Sora choose the encoding for a viewer again.
public struct ResetRtpStream: ControlRequest, Hashable {
  public typealias Reply = StreamReply
  public static let operation = ControlOperation(
    .sora, "20201005", "ResetRtpStream",
    "Undoes RequestRtpStream: the viewer receives the encoding it would without it.",
    keys: [.channelID, .recvConnectionID, ControlKey.sendConnectionID.optional],
    reply: "the keys again", documents: .soraExperimental, repetition: .always)

  public var channelID: String
  public var recvConnectionID: String
  public var sendConnectionID: String?

  public init(channelID: String, recvConnectionID: String, sendConnectionID: String? = nil) {
    self.channelID = channelID
    self.recvConnectionID = recvConnectionID
    self.sendConnectionID = sendConnectionID
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(
      channelID: given.text("channel_id"), recvConnectionID: given.text("recv_connection_id"),
      sendConnectionID: given.optionalText("send_connection_id"))
  }

  public var parameters: [String: JSONValue] {
    .init(given: [
      "channel_id": .string(channelID), "recv_connection_id": .string(recvConnectionID),
      "send_connection_id": sendConnectionID.map(JSONValue.string),
    ])
  }
}
