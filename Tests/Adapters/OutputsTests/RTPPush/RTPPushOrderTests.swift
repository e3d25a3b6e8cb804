import Configuration
import Pipeline
import SDP
import Testing

@testable import Outputs

/// What Sora answers for a publisher of H.264, in the form of its documentation.
func soraDescription(
  payloadType: Int = 120, host: String = "127.0.0.1", port: Int = 60003, codec: String = "H264",
  mode: String = "packetization-mode=1;", profileLevelID: String = "42e01f"
) -> String {
  """
  v=0\r
  o=- 0 0 IN IP4 0.0.0.0\r
  s=-\r
  t=0 0\r
  m=audio 60001 RTP/SAVPF 109\r
  c=IN \(host.contains(":") ? "IP6" : "IP4") \(host)\r
  a=rtpmap:109 opus/48000/2\r
  \(soraVideo(payloadType, host, port, codec, mode, profileLevelID))
  """
}

/// The same without the lines of the audio.
func soraVideoDescription(payloadType: Int = 120, host: String = "127.0.0.1", port: Int) -> String {
  "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
    + soraVideo(payloadType, host, port, "H264", "packetization-mode=1;", "42e01f")
}

private func soraVideo(
  _ payloadType: Int, _ host: String, _ port: Int, _ codec: String, _ mode: String, _ id: String
) -> String {
  """
  m=video \(port) RTP/SAVPF \(payloadType)\r
  c=IN \(host.contains(":") ? "IP6" : "IP4") \(host)\r
  a=rtpmap:\(payloadType) \(codec)/90000\r
  a=fmtp:\(payloadType) level-asymmetry-allowed=1;\(mode)profile-level-id=\(id)\r

  """
}

@Suite struct RTPPushOrderTests {
  private func order(
    _ settings: [AbsoluteConfigKey: ConfigValue], _ text: String?, isForwarding: Bool = true
  ) -> RTPPushOrder {
    target(settings.merging(["profile": "fromSora"]) { given, _ in given })
      .order(text.map { .init(text: $0, isForwarding: isForwarding) })
  }

  private func way(_ order: RTPPushOrder) -> RTPPushRoute? {
    if case .send(let route) = order { route } else { nil }
  }

  @Test func withoutADescriptionThereIsNothingToSend() {
    #expect(order([:], nil) == .awaitDescription)
    #expect(order(["address": "::1", "port": 5004, "payloadType": 96], nil) == .awaitDescription)
  }

  @Test func everythingIsSoras() throws {
    let route = try #require(way(order([:], soraDescription())))
    #expect(route.host == "127.0.0.1")
    #expect(route.port == 60003)
    #expect(route.payloadType == 120)
  }

  @Test func whatIsGivenWins() throws {
    let settings: [AbsoluteConfigKey: ConfigValue] = [
      "address": "[2001:db8::1]", "port": 5004, "payloadType": 96,
    ]
    let route = try #require(way(order(settings, soraDescription())))
    #expect(route.host == "2001:db8::1")
    #expect(route.port == 5004)
    #expect(route.payloadType == 96)
  }

  @Test func whatCannotBeSentIsSaidClearly() {
    func reason(_ text: String, _ settings: [AbsoluteConfigKey: ConfigValue] = [:]) -> String? {
      if case .fail(let error) = order(settings, text) { "\(error)" } else { nil }
    }
    #expect(
      reason(soraDescription(codec: "VP9")) == "Sora forwards VP9; the bridge sends H.264 only")
    #expect(
      reason(soraDescription(mode: "packetization-mode=2;"))
        == "Sora forwards H.264 in packetization mode 2; the bridge sends mode 1")
    #expect(
      reason(soraDescription(host: "0.0.0.0")) == "Sora's description names no address; set address"
    )
    #expect(
      reason(soraDescription(host: "a;b"))
        == "Sora's description names an unusable address; set address")
    #expect(
      reason(soraDescription(port: 65_535), ["senderReports": true])?.contains("65535") == true)
    #expect(reason("v=0\r\n") == "Sora forwards no video")
    #expect(reason("<html>")?.hasPrefix("Sora's description cannot be read") == true)
    #expect(way(order(["address": "::1"], soraDescription(host: "0.0.0.0"))) != nil)
  }

  @Test func standbyLeavesSendingToSora() {
    let settings: [AbsoluteConfigKey: ConfigValue] = ["standby": true]
    #expect(order(settings, soraDescription()) == .standBy)
    #expect(way(order(settings, soraDescription(), isForwarding: false)) != nil)
    #expect(order(settings, nil) == .awaitDescription)
    #expect(
      order(settings, soraDescription(codec: "VP9")) != .standBy, "it could never take over")
  }

  @Test func standbyGoesWithEveryProfile() throws {
    let settings: [AbsoluteConfigKey: ConfigValue] = [
      "profile": "avp", "address": "::1", "port": 5004, "standby": true,
    ]
    #expect(order(settings, soraDescription(codec: "VP9")) == .standBy)
    let route = try #require(way(order(settings, nil)))
    #expect(route.payloadType == 96)
    #expect(route.forwarded == nil)
  }

  /// Sora forwards, and nobody knows in which form.
  @Test func aStreamThatIsNotDescribedIsNeitherMirroredNorDoubled() throws {
    let silent = PeerDescriptions.Description(text: nil, isForwarding: true)
    #expect(target(["profile": "fromSora"]).order(silent) == .awaitDescription)
    let own: [AbsoluteConfigKey: ConfigValue] = [
      "profile": "avp", "address": "::1", "port": 5004, "standby": true,
    ]
    #expect(target(own).order(silent) == .standBy)
  }

  @Test(arguments: [(0x1E, false), (0x1F, false), (0x20, true)])
  func streamsBeyondTheAnnouncementAreNoticed(level: UInt8, isExceeded: Bool) throws {
    let route = try #require(way(order([:], soraDescription())))
    #expect(route.isExceeded(by: makeFormat(level)) == isExceeded)
  }
}
