import JSON

// The parts of WebRTC statistics that show how a publisher does. Clients differ in what they say:
// all of it may be missing, and what is of another kind is taken for missing.
//
// Source: W3C, Identifiers for WebRTC's Statistics API.
extension RemoteStatistics {
  /// What the client sends of one medium, by its own count.
  public struct Outbound: Sendable, Hashable {
    public var bytesSent: Int?
    public var packetsSent: Int?
    public var framesEncoded: Int?
    public var keyFramesEncoded: Int?
    /// How often it was asked for a keyframe.
    public var pliCount: Int?
    public var firCount: Int?
    /// How often it was asked for lost packets.
    public var nackCount: Int?
    public var retransmittedPacketsSent: Int?
    /// For example `libvpx`.
    public var encoderImplementation: String?
    /// `none`, `cpu`, `bandwidth` or `other`.
    public var qualityLimitationReason: String?
    /// For example `video/VP9`.
    public var mimeType: String?
    public var payloadType: Int?
    /// Pixels of the encoded picture.
    public var frameWidth: Int?
    public var frameHeight: Int?
    public var framesPerSecond: Double?
  }

  /// What Sora told the client about receiving one medium.
  public struct RemoteInbound: Sendable, Hashable {
    public var packetsLost: Int?
    /// Seconds.
    public var roundTripTime: Double?
    /// Seconds.
    public var jitter: Double?
  }

  /// Of video, without what is sent again; of simulcast the first encoding there is.
  public var outboundVideo: Outbound? { outbound("video") }
  public var outboundAudio: Outbound? { outbound("audio") }
  public var remoteInboundVideo: RemoteInbound? { remoteInbound("video") }
  public var remoteInboundAudio: RemoteInbound? { remoteInbound("audio") }

  /// Seconds, of the pair of candidates that is used.
  public var currentRoundTripTime: Double? {
    reports.first { $0["type"]?.string == "candidate-pair" && $0["nominated"]?.boolean == true }?[
      "currentRoundTripTime"]?.number
  }

  private func report(type: String, kind: String) -> JSONValue? {
    reports.first {
      $0["type"]?.string == type && ($0["kind"] ?? $0["mediaType"])?.string == kind
    }
  }

  private func report(identifier: JSONValue?) -> JSONValue? {
    guard let identifier else { return nil }
    return reports.first { $0["id"] == identifier }
  }

  private func outbound(_ kind: String) -> Outbound? {
    guard let report = report(type: "outbound-rtp", kind: kind) else { return nil }
    let codec = self.report(identifier: report["codecId"])
    // Browsers of 2020 had the size of the picture in a report of its own.
    let track = self.report(identifier: report["trackId"])
    let source = self.report(identifier: report["mediaSourceId"])
    return Outbound(
      bytesSent: report["bytesSent"]?.integer, packetsSent: report["packetsSent"]?.integer,
      framesEncoded: report["framesEncoded"]?.integer,
      keyFramesEncoded: report["keyFramesEncoded"]?.integer,
      pliCount: report["pliCount"]?.integer, firCount: report["firCount"]?.integer,
      nackCount: report["nackCount"]?.integer,
      retransmittedPacketsSent: report["retransmittedPacketsSent"]?.integer,
      encoderImplementation: report["encoderImplementation"]?.string,
      qualityLimitationReason: report["qualityLimitationReason"]?.string,
      mimeType: codec?["mimeType"]?.string, payloadType: codec?["payloadType"]?.integer,
      frameWidth: (report["frameWidth"] ?? track?["frameWidth"] ?? source?["width"])?.integer,
      frameHeight: (report["frameHeight"] ?? track?["frameHeight"] ?? source?["height"])?.integer,
      framesPerSecond: (report["framesPerSecond"] ?? source?["framesPerSecond"])?.number)
  }

  private func remoteInbound(_ kind: String) -> RemoteInbound? {
    guard let report = report(type: "remote-inbound-rtp", kind: kind) else { return nil }
    return RemoteInbound(
      packetsLost: report["packetsLost"]?.integer,
      roundTripTime: report["roundTripTime"]?.number, jitter: report["jitter"]?.number)
  }
}
