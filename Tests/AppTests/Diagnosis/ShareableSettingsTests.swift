import Foundation
import Inputs
import Testing

@testable import LiveviewBridge

@Suite struct ShareableSettingsTests {
  private func shown(_ json: String) -> [String] {
    ShareableSettings.inFile(Data(json.utf8), name: "config.json").map { "\($0.key) = \($0.value)" }
  }

  @Test func valuesAreShownAsGiven() {
    let json = """
      {"camera": {"stallSeconds": 3, "url": "http://192.168.122.1/sony", "// why": "x"},
       "control": {"enabled": true, "allowedHosts": ["a", "b"]}, "encoder": {"vbv": 0.5}}
      """
    #expect(
      shown(json) == [
        "camera.stallSeconds = 3", #"camera.url = "http://192.168.122.1/sony""#,
        #"control.allowedHosts.0 = "a""#, #"control.allowedHosts.1 = "b""#,
        "control.enabled = true", "encoder.vbv = 0.5",
      ])
  }

  @Test(arguments: [
    "password", "passwordFile", "username", "bearerToken", "clientSecret", "apiKey", "private_key",
  ])
  func secretsAreNot(key: String) {
    let text = shown(#"{"outputs": {"rtsp": {"\#(key)": "hunter2"}}}"#).joined()
    #expect(text == "outputs.rtsp.\(key) = <redacted>")
  }

  @Test func thatASecretIsNotGivenMayBeSeen() {
    #expect(shown(#"{"password": ""}"#) == [#"password = """#])
  }

  @Test func loginsInAddressesAreNotShown() {
    let targets = shown(#"{"targets": ["rtsp://me:hunter2@host/x", "rtp://host:5004"]}"#)
    #expect(
      targets == [
        #"targets.0 = "rtsp://<redacted>@host/x""#, #"targets.1 = "rtp://host:5004""#,
      ])
  }

  @Test func secretsInListsAreNotShown() {
    let json = """
      {"outputs": {"sora": [
        {"host": "a", "password": "hunter2"},
        {"tokens": ["hunter2", {"of": "hunter2"}], "nested": [[{"apiKey": "hunter2"}]]}
      ]}, "credentials": {"list": [["hunter2"]], "none": []}}
      """
    #expect(
      shown(json) == [
        "credentials.list.0.0 = <redacted>", "credentials.none = []",
        #"outputs.sora.0.host = "a""#, "outputs.sora.0.password = <redacted>",
        "outputs.sora.1.nested.0.0.apiKey = <redacted>",
        "outputs.sora.1.tokens.0 = <redacted>", "outputs.sora.1.tokens.1.of = <redacted>",
      ])
  }

  @Test func listsKeepTheirOrder() {
    let numbers = (0..<12).map(String.init)
    #expect(
      shown("{\"list\": [\(numbers.joined(separator: ", "))]}")
        == numbers.map { "list.\($0) = \($0)" })
  }

  @Test func keyframesAreNoKeys() {
    #expect(
      shown(#"{"encoder": {"keyframeIntervalSeconds": 2}}"#) == [
        "encoder.keyframeIntervalSeconds = 2"
      ])
  }

  @Test func onlyOurEnvironmentIsShown() {
    let settings = ShareableSettings.inEnvironment([
      "LIVEVIEW_BRIDGE_LOG_LEVEL": "debug", "HOME": "/home/me",
      "LIVEVIEW_BRIDGE_OUTPUTS_RTSP_PASSWORD": "hunter2",
    ])
    #expect(settings.map(\.value) == ["debug", "<redacted>"])
    #expect(settings.allSatisfy { $0.source == "environment" })
  }

  @Test(arguments: ["", "[]", "{", "null", "\"a\""])
  func whatIsNoConfigurationIsNotShown(text: String) {
    #expect(shown(text).isEmpty)
  }
}
