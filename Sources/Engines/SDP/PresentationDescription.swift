import Media

extension SessionDescription {
  /// What an RTSP server answers to DESCRIBE for one live H.264 stream.
  ///
  /// Parameter sets are given here and in band: a snapshot client can set up its decoder before
  /// the first packet comes. No port and no address, since SETUP negotiates them.
  ///
  /// - Parameters:
  ///   - name: Shown by players as title.
  ///   - tool: Program and version, for `a=tool`.
  ///   - sessionID: The same number for the whole life of the server.
  ///   - version: Grows with every change of `format`.
  ///   - serverAddress: Address the client has reached, without brackets.
  ///   - trackControl: Last part of the track's URL.
  ///
  /// Source: RFC 2326 appendix C, RFC 6184 §8.2.
  public static func presentation(
    name: String, tool: String, sessionID: UInt64, version: UInt64, serverAddress: String,
    format: VideoFormat, payloadType: UInt8 = 96, trackControl: String = "trackID=0"
  ) -> SessionDescription {
    let address = Connection(address: serverAddress)
    let parameters = H264FormatParameters(
      profileLevelID: format.parameterSets.profileLevelID,
      parameterSets: [format.parameterSets.sps, format.parameterSets.pps])
    let video = MediaDescription(
      type: "video", port: 0, transport: "RTP/AVP", formats: ["\(payloadType)"],
      bandwidths: [.applicationSpecific(kbps: format.bitrateKbps)],
      attributes: [
        Attribute("rtpmap", "\(payloadType) H264/90000"),
        Attribute("fmtp", "\(payloadType) \(parameters.serialized)"),
        Attribute("control", trackControl),
      ])
    return SessionDescription(
      origin: Origin(
        sessionID: "\(sessionID)", version: "\(version)", address: address),
      name: name, connection: .unspecified(address.family),
      attributes: [
        Attribute("tool", tool),
        Attribute("control", "*"),
        Attribute("range", "npt=now-"),
      ],
      media: [video])
  }
}
