import Testing

@testable import RTSP

@Suite struct RTSPPresentationTests {
  let presentation = RTSPPresentation(path: "/live/stream")

  @Test(arguments: [
    "rtsp://h/live/stream", "rtsp://h/live/stream/", "rtsp://h/live/stream//",
    "rtsp://u:p@h:1/live/stream?start=live", "rtsp://h/live/stream?a=1&b=2/", "/live/stream",
    "rtsp://h//live/stream", "rtsp://h/live/%73tream",
  ]) func namesThePresentation(_ text: String) throws {
    #expect(presentation.resource(of: try RTSPURL(parsing: text)) == .presentation)
  }

  @Test(arguments: [
    "rtsp://h/live/stream/trackID=0", "rtsp://h/live/stream//trackID=0",
    "rtsp://h/live/stream/trackID=0/", "rtsp://h/live/stream?a=1&b=2/trackID=0",
    "rtsp://h/live/stream/?a=1/trackID=0", "rtsp://h/trackID=0", "rtsp://h/live/trackID=0",
    "rtsp://h/live/stream/trackid=0", "/live/stream/trackID=0",
    "rtsp://h/live/stream/trackID=0?a=1",
  ]) func namesTheTrack(_ text: String) throws {
    #expect(presentation.resource(of: try RTSPURL(parsing: text)) == .track)
  }

  @Test(arguments: [
    "rtsp://h/live", "rtsp://h/live/stream2", "rtsp://h/live/stream/x", "rtsp://h/Live/stream",
    "rtsp://h/live/stream/trackID=1", "rtsp://h/live/stream/trackID=", "rtsp://h/other/trackID=0",
    "rtsp://h/live/stream/trackID=99999999999999999999", "rtsp://h/trackID=1",
    "rtsp://h/live/stream?x/trackID=1", "rtsp://h/stream=0", "rtsp://h/live%2Fstream",
  ]) func namesNothing(_ text: String) throws {
    #expect(presentation.resource(of: try RTSPURL(parsing: text)) == .nothing)
  }

  @Test(arguments: ["*", "rtsp://h", "rtsp://h/", "rtsp://h?x"])
  func namesTheServer(_ text: String) throws {
    #expect(presentation.resource(of: try RTSPURL(parsing: text)) == .server)
  }

  @Test(arguments: [
    ("rtsp://cam.local:8554/live/stream", "rtsp://cam.local:8554/live/stream/"),
    ("rtsp://u:p@h/live/stream//?a=1", "rtsp://h/live/stream/"),
    ("rtsps://[::1]:322/live/stream", "rtsps://[::1]:322/live/stream/"),
    ("/live/stream", "rtsp://192.0.2.1:8554/live/stream/"),
  ]) func contentBase(_ text: String, base: String) throws {
    let url = try RTSPURL(parsing: text)
    #expect(presentation.contentBase(for: url, authority: "192.0.2.1:8554") == base)
  }

  @Test func aConfiguredPathIsNormalised() throws {
    let odd = RTSPPresentation(path: "cam 1//é/")
    #expect(odd.path == "/cam%201/%C3%A9")
    #expect(odd.resource(of: try RTSPURL(parsing: "rtsp://h/cam%201/%c3%a9/")) == .presentation)
    #expect(RTSPPresentation(path: "").path == "/")
    #expect(
      RTSPPresentation(path: "/").resource(of: try RTSPURL(parsing: "rtsp://h")) == .presentation)
  }
}
