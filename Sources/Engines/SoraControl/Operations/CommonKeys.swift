// Keys that several operations have. Sora's identifiers are at most 255 bytes long.
extension ControlKey {
  static let channelID = ControlKey("channel_id", .text(bytes: 1...255), "ID of the channel")
  static let connectionID = ControlKey(
    "connection_id", .text(bytes: 1...255), "ID of the connection")
  static let recvConnectionID = ControlKey(
    "recv_connection_id", .text(bytes: 1...255), "ID of the connection that receives")
  static let sendConnectionID = ControlKey(
    "send_connection_id", .text(bytes: 1...255), "ID of the connection that publishes")
  static let local = ControlKey(
    "local", .boolean, "whether only the node of a cluster is asked that takes the call"
  ).optional
  static let reason = ControlKey(
    "reason", .object, "what the event webhook is told as reason"
  ).optional
  static let data = ControlKey("data", .object, "what the clients are told")
  static let push = ControlKey(
    "push", .boolean, "whether all clients of the channel are told of the change"
  ).optional
}
