import Testing

@testable import RTSP

@Suite struct RTSPURLTests {
  @Test func takesAURLApart() throws {
    let url = try RTSPURL(parsing: "RTSP://user:p%40ss@cam.local:8554/live/stream?a=1&b=/2#x")
    #expect(url.scheme == "rtsp")
    #expect(url.authority == "cam.local:8554")
    #expect(url.path == "/live/stream")
    #expect(url.query == "a=1&b=/2")
    #expect(!"\(url)".contains("p%40ss"))
  }

  @Test(arguments: [
    ("rtsp://[fe80::1%25eth0]:554/x", "[fe80::1%25eth0]:554", "/x"),
    ("rtsp://h", "h", ""), ("rtsp://h?q", "h", ""), ("/live/stream", "", "/live/stream"),
    ("rtsp://a@b@h/", "h", "/"), ("rtspu://h/", "h", "/"), ("rtsp://h:/x", "h:", "/x"),
  ]) func understands(_ text: String, authority: String, path: String) throws {
    let url = try RTSPURL(parsing: text)
    #expect(url.authority == authority && url.path == path)
  }

  @Test(
    arguments: [
      ("rtsp://h/x", nil), ("/x", nil), ("rtsp://h", nil), ("rtsp://h/x#?a", nil),
      ("rtsp://h/x?", ""),
      ("/x?", ""), ("rtsp://h?a", "a"), ("/x?a/?b", "a/?b"), ("*", nil),
    ] as [(String, String?)]) func aQueryIsThereOnlyWithItsMark(
      _ text: String, query: String?
    ) throws
  {
    #expect(try RTSPURL(parsing: text).query == query)
  }

  @Test(arguments: [
    "", "x", "live/stream", "http://h/", "rtsp:/h/", "rtsp:///live", "rtsp://:554/",
    "rtsp://h:0/", "rtsp://h:65536/", "rtsp://h:99999999999999999999/", "rtsp://h:-1/",
    "rtsp://h:5x/", "rtsp://[::1/", "rtsp://[::1]x/", "rtsp://h\u{7f}/", "rtsp://h/é",
    "rtsp://h;x/", "rtsp://h\"/",
  ]) func refuses(_ text: String) {
    #expect(throws: RTSPError.urlMalformed(position: 5)) { try RTSPURL(parsing: text, position: 5) }
  }
}
