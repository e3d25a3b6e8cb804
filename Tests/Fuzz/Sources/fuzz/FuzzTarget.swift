/// Something that is fed with bytes and checks what comes of them.
struct FuzzTarget: Sendable {
  /// Also the name of its folder under `Corpus`, and of its dictionary.
  var name: String
  var run: @Sendable ([UInt8]) -> Void

  init(_ name: String, _ run: @escaping @Sendable ([UInt8]) -> Void) {
    self.name = name
    self.run = run
  }

  static let all: [FuzzTarget] = [
    FuzzTarget("rtsp-requests", RTSPMessages.requests),
    FuzzTarget("rtsp-headers", RTSPMessages.headers),
    FuzzTarget("rtsp-interleaved", RTSPMessages.interleaved),
    FuzzTarget("rtsp-replies", RTSPMessages.replies),
    FuzzTarget("rtsp-transport", RTSPFields.transport),
    FuzzTarget("rtsp-authorization", LoginChecks.run),
    FuzzTarget("rtsp-range", RTSPFields.range),
    FuzzTarget("rtsp-url", RTSPFields.url),
    FuzzTarget("rtsp-tunnel", RTSPTunnels.tunnel),
    FuzzTarget("rtsp-session", ServerSession.run),
    FuzzTarget("rtsp-client", ClientSession.run),
    FuzzTarget("sdp", Descriptions.sessionDescription),
    FuzzTarget("rtcp", Packets.rtcp),
    FuzzTarget("rtp", Packets.rtp),
    FuzzTarget("rtp-round-trip", PictureRoundTrip.run),
    FuzzTarget("h264", ParameterSetReading.run),
    FuzzTarget("jpeg", Camera.jpeg),
    FuzzTarget("liveview", Camera.liveview),
    FuzzTarget("ssdp", Camera.ssdp),
    FuzzTarget("device-description", Camera.deviceDescription),
    FuzzTarget("camera-url", Camera.url),
    FuzzTarget("camera-replies", CameraAnswers.replies),
    FuzzTarget("camera-watch", CameraAnswers.watch),
  ]
}
