import JSON

/// A forwarding that Sora may be doing on our behalf, as the state file names it.
///
/// Written before it is started and removed after it is stopped, so that the next start can stop
/// what this process could not.
public struct ForwardingRecord: Sendable, Hashable {
  public var channelID: String
  /// nil: it was started without naming the publisher.
  public var connectionID: String?
  /// For people who look into the file.
  public var destination: ForwardingDestination

  public init(channelID: String, connectionID: String?, destination: ForwardingDestination) {
    self.channelID = channelID
    self.connectionID = connectionID
    self.destination = destination
  }

  /// nil if `json` is no record: the file may be of another version, or edited.
  public init?(json: JSONValue) {
    guard let channelID = json["channel_id"]?.string, !channelID.isEmpty else { return nil }
    self.init(
      channelID: channelID, connectionID: json["connection_id"]?.string,
      destination: ForwardingDestination(
        address: json["ip_address"]?.string ?? "", videoPort: json["video_port"]?.integer,
        audioPort: json["audio_port"]?.integer))
  }

  /// The keys of StartForwardingRtp.
  public var json: JSONValue { .object(members) }

  var members: [String: JSONValue] {
    var members: [String: JSONValue] = [
      "channel_id": .string(channelID), "ip_address": .string(destination.address),
    ]
    members["connection_id"] = connectionID.map(JSONValue.string)
    members["video_port"] = destination.videoPort.map(JSONValue.integer)
    members["audio_port"] = destination.audioPort.map(JSONValue.integer)
    return members
  }

  /// Whether stopping one stops the other.
  func isSameForwarding(as other: ForwardingRecord) -> Bool {
    channelID == other.channelID && connectionID == other.connectionID
  }
}
