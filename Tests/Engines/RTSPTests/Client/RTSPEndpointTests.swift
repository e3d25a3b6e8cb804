import RTSP
import Testing

@Suite struct RTSPEndpointTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var text: String
    var host: String
    var port: Int = 554
    var username: String?
    var password: String?
    var url: String
    var testDescription: String { text }
  }

  @Test(arguments: [
    Row(text: "rtsp://cam/live", host: "cam", url: "rtsp://cam/live"),
    Row(
      text: "RTSP://cam.example:8554", host: "cam.example", port: 8554,
      url: "rtsp://cam.example:8554"),
    Row(
      text: "rtsp://user:pa%40ss%2Fw@192.0.2.1:8554/live/stream?a=b/c", host: "192.0.2.1",
      port: 8554, username: "user", password: "pa@ss/w",
      url: "rtsp://192.0.2.1:8554/live/stream?a=b/c"),
    Row(
      text: "rtsp://user:p@ss:word@cam/", host: "cam", username: "user", password: "p@ss:word",
      url: "rtsp://cam/"),
    Row(text: "rtsp://user@cam/x", host: "cam", username: "user", url: "rtsp://cam/x"),
    Row(text: "rtsp://:@cam/x", host: "cam", username: "", password: "", url: "rtsp://cam/x"),
    Row(text: "rtsp://[2001:db8::1]/x", host: "2001:db8::1", url: "rtsp://[2001:db8::1]/x"),
    Row(
      text: "rtsp://[fe80::1%25eth0]:8554/x", host: "fe80::1%eth0", port: 8554,
      url: "rtsp://[fe80::1]:8554/x"),
    Row(text: "rtsp://[fe80::1%eth0]/x", host: "fe80::1%eth0", url: "rtsp://[fe80::1]/x"),
  ])
  func urlsAreTakenApart(row: Row) throws {
    let endpoint = try RTSPEndpoint(parsing: row.text)
    #expect(endpoint.host == row.host)
    #expect(endpoint.port == row.port)
    #expect(endpoint.username == row.username)
    #expect(endpoint.password == row.password)
    #expect(endpoint.url == row.url)
  }

  @Test(arguments: [
    "rtsp:/cam", "rtsp://", "rtsp:///x", "rtsp://cam:0/", "rtsp://cam:65536/", "rtsp://c m/",
    "rtsp://[::1/x", "rtsp://cam:x/", "cam/live", "rtsp://user:pa/ss@cam/x", "rtsp://cäm/",
  ])
  func othersAreRefused(text: String) {
    #expect(throws: RTSPClientError.self) { try RTSPEndpoint(parsing: text) }
  }

  @Test func otherSchemesAreNamed() {
    #expect(throws: RTSPClientError.schemeUnsupported("rtsps")) {
      try RTSPEndpoint(parsing: "rtsps://cam/")
    }
  }

  @Test func passwordsAreNotPrinted() throws {
    let endpoint = try RTSPEndpoint(parsing: "rtsp://user:secret@cam/")
    let login = RTSPLogin(username: "user", password: "secret")
    for text in [
      "\(endpoint)", String(reflecting: endpoint), "\(login)", String(reflecting: login),
    ] {
      #expect(!text.contains("secret"))
    }
    var dumped = ""
    dump(endpoint, to: &dumped)
    dump(login, to: &dumped)
    #expect(!dumped.contains("secret"))
    #expect(login.basicAuthorization == "Basic dXNlcjpzZWNyZXQ=")
  }
}
