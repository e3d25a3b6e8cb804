import Testing

@testable import RTSP

/// A session belongs to the connection that made it, whoever knows its id.
@Suite struct RTSPSessionOwnershipTests {
  private static let stream = "rtsp://h/live/stream/"

  @Test(arguments: ["PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER"])
  func anotherConnectionCannotUseASession(_ method: String) {
    var owner = Dialogue()
    let id = owner.play()
    // The same address, the same server.
    var stranger = Dialogue()
    stranger.desk = owner.desk
    #expect(stranger.request("\(method) \(Self.stream)", "Session: \(id)").code == 454)
    let setUp = stranger.request(
      "SETUP \(Self.stream)trackID=0", "Session: \(id)",
      "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
    #expect(setUp.code == 454)
    // With a session of its own, neither.
    let own = stranger.play("RTP/AVP;unicast;client_port=5000-5001")
    #expect(own.count == 32 && !stranger.isClosed)
    #expect(stranger.request("\(method) \(Self.stream)", "Session: \(id)x").code == 454)
    #expect(owner.request("GET_PARAMETER \(Self.stream)", "Session: \(id)").code == 200)
    #expect(!owner.orders.contains(.stopSession) && !owner.orders.contains(.pausePlaying))
  }

  @Test(arguments: [0, 1, 15, 31])
  func everyDigitOfTheIDCounts(_ position: Int) {
    var owner = Dialogue()
    let id = owner.play()
    var digits = Array(id)
    digits[position] = digits[position] == "0" ? "1" : "0"
    let answer = owner.request("TEARDOWN \(Self.stream)", "Session: \(String(digits))")
    #expect(answer.code == 454)
    #expect(
      owner.request("TEARDOWN \(Self.stream)", "Session: \(id.uppercased()) ").code == 454
        || id == id.uppercased())
    #expect(owner.request("TEARDOWN \(Self.stream)", "Session: \(id)").code == 200)
  }
}
