import Media

/// The two ways to describe a stream that is pushed as plain RTP.
public enum ForwardingProfile: String, Sendable, Hashable, CaseIterable {
  /// As Sora's RTP forwarding describes it: `RTP/SAVPF` although nothing is encrypted, parameter
  /// sets in band only.
  case sora
  /// For players that refuse SAVPF or want the parameter sets first: `RTP/AVP` with
  /// `sprop-parameter-sets`.
  case avp

  /// Payload type used unless another one is configured: what Sora gives its one video codec,
  /// and the first dynamic one.
  public var defaultPayloadType: UInt8 {
    switch self {
    case .sora: 120
    case .avp: 96
    }
  }

  fileprivate var transport: String {
    switch self {
    case .sora: "RTP/SAVPF"
    case .avp: "RTP/AVP"
    }
  }
}

extension SessionDescription {
  /// What a receiver of a pushed stream reads to find and decode it.
  ///
  /// `profile-level-id` is that of the real SPS, so it may differ from the `42e01f` of Sora's
  /// examples.
  ///
  /// - Parameters:
  ///   - address: Where the packets go, IPv4 or IPv6, without brackets.
  ///   - timeToLive: Of IPv4 multicast, where it is part of the connection line; nil for everything
  ///     else (RFC 8866 §5.7).
  ///   - version: Grows with every change of `format`; 0 gives Sora's own origin line.
  ///
  /// Source: answers of Sora's StartForwardingRtp, measured with ffmpeg 5.1 and GStreamer 1.22.
  public static func forwarding(
    profile: ForwardingProfile, address: String, timeToLive: UInt8? = nil, port: UInt16,
    payloadType: UInt8, format: VideoFormat, version: UInt64 = 0
  ) -> SessionDescription {
    var connection = Connection(address: address)
    if let timeToLive { connection.address += "/\(timeToLive)" }
    let sets = format.parameterSets
    let parameters = H264FormatParameters(
      profileLevelID: sets.profileLevelID, allowsLevelAsymmetry: profile == .sora,
      parameterSets: profile == .avp ? [sets.sps, sets.pps] : [])
    let video = MediaDescription(
      type: "video", port: port, transport: profile.transport, formats: ["\(payloadType)"],
      connection: connection,
      attributes: [
        Attribute("rtpmap", "\(payloadType) H264/90000"),
        Attribute("fmtp", "\(payloadType) \(parameters.serialized)"),
      ])
    return SessionDescription(
      origin: Origin(
        sessionID: "0", version: "\(version)", address: .unspecified(connection.family)),
      media: [video])
  }
}
