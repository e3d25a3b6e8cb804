import Testing

@testable import RTSP

@Suite struct ControlURLTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var base: String
    var control: String?
    var expected: String
    var testDescription: String { "\(base) + \(control ?? "nothing")" }
  }

  @Test(arguments: [
    Row(base: "rtsp://h/cam/", control: "trackID=0", expected: "rtsp://h/cam/trackID=0"),
    Row(base: "rtsp://h/cam", control: "trackID=0", expected: "rtsp://h/cam/trackID=0"),
    Row(base: "rtsp://h", control: "trackID=0", expected: "rtsp://h/trackID=0"),
    Row(base: "rtsp://h/cam?a=1/", control: "trackID=0", expected: "rtsp://h/cam?a=1/trackID=0"),
    Row(base: "rtsp://h/cam?a=1", control: "trackID=0", expected: "rtsp://h/cam?a=1/trackID=0"),
    Row(base: "rtsp://h/cam/", control: "*", expected: "rtsp://h/cam/"),
    Row(base: "rtsp://h/cam", control: nil, expected: "rtsp://h/cam"),
    Row(base: "rtsp://h/cam", control: " ", expected: "rtsp://h/cam"),
    Row(base: "rtsp://h:8554/cam/", control: "/t/1", expected: "rtsp://h:8554/t/1"),
    Row(base: "rtsp://h?a", control: "/t/1", expected: "rtsp://h/t/1"),
    Row(base: "rtsp://h/cam?a=1", control: "?b=2", expected: "rtsp://h/cam?b=2"),
    Row(base: "rtsp://h/cam/", control: "//k:99/x", expected: "rtsp://k:99/x"),
    Row(base: "rtsp://h/cam/", control: "rtsp://k/x", expected: "rtsp://k/x"),
    Row(base: "rtsp://h/cam/", control: "rtsp://u:p@k/x", expected: "rtsp://k/x"),
    Row(base: "rtsp://h/cam/", control: "track:1", expected: "rtsp://h/cam/track:1"),
    Row(
      base: "rtsp://[::1]:8554/cam/", control: "stream=0",
      expected: "rtsp://[::1]:8554/cam/stream=0"),
  ])
  func pathsAreJoined(row: Row) throws {
    #expect(try ControlURL.resolve(row.control, base: row.base, limit: 100) == row.expected)
  }

  @Test(arguments: ["http://h/x", "a b", "é", String(repeating: "x", count: 100)])
  func unusableOnesAreRefused(control: String) {
    #expect(throws: RTSPClientError.controlURLMalformed) {
      try ControlURL.resolve(control, base: "rtsp://h/cam/", limit: 100)
    }
  }

  @Test(arguments: ["", "/cam/", "cam", "*"])
  func aBaseMustBeAbsolute(base: String) {
    #expect(throws: RTSPClientError.controlURLMalformed) {
      try ControlURL.resolve("x", base: base, limit: 100)
    }
  }
}
