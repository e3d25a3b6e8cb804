import NIOCore
import Testing

@testable import LiveviewBridge

/// The client against a server that says of its picture what the bridge would.
@Suite(.timeLimit(.minutes(2))) struct HTTPSnapshotTests {
  private func take(headers: [String]) async throws -> FetchedPicture {
    // The smallest sequence of markers that counts: start, frame header, scan, end.
    let jpeg: [UInt8] =
      [0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0]
      + [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x2A, 0xFF, 0xD9]
    let lines =
      ["HTTP/1.1 200 OK", "Content-Type: image/jpeg", "Content-Length: \(jpeg.count)"] + headers
    let head = lines.joined(separator: "\r\n") + "\r\n\r\n"
    let server = try await ScriptedServer([.answer(Array(head.utf8) + jpeg)])
    var report = SnapshotReport()
    let url = try #require(
      HTTPPictureURL(parsing: "http://127.0.0.1:\(server.port)/snapshot.jpg"))
    let picture = try await HTTPSnapshot(url: url, login: nil, timeLimit: .seconds(60))
      .take(report: &report)
    try await server.stop()
    #expect(Array(picture.jpeg.readableBytesView) == jpeg)
    return picture
  }

  @Test func whatIsNoPictureOfTheCameraIsKnown() async throws {
    #expect(try await take(headers: ["X-Picture: slate"]).substitute == .slate)
    let frozen = try await take(
      headers: ["X-Picture: frozen", "X-Picture-Age-Milliseconds: 90000"])
    #expect(frozen.substitute == .frozen && frozen.age == .seconds(90))
    let live = try await take(headers: ["X-Picture: camera", "X-Picture-Age-Milliseconds: 35"])
    #expect(live.substitute == nil && live.age == .milliseconds(35))
    let other = try await take(headers: [])
    #expect(other.substitute == nil && other.age == nil)
  }
}
