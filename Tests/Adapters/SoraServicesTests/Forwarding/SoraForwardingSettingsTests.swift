import Configuration
import JSON
import Pipeline
import SoraControl
import Testing

@testable import SoraServices

@Suite struct SoraForwardingSettingsTests {
  private func problems(_ values: [String: ConfigContent]) -> [String] {
    let ledger = SettingsLedger()
    var all: [String: ConfigContent] = [:]
    for (key, value) in values { all["sora." + key] = value }
    let reader = ForwardingScene.reader(all, ledger: ledger)
    _ = SoraForwardingSettings(reader: reader.scoped(to: "sora"))
    return ledger.problems.map(\.key)
  }

  private static let usable: [String: ConfigContent] = [
    "enabled": .bool(true), "channelID": .string("live"), "address": .string("192.0.2.7"),
    "videoPort": .int(60003),
  ]

  @Test func nothingIsNeededWhileItIsOff() {
    #expect(problems([:]) == [])
  }

  @Test func whatItNeedsIsSaidAtOnce() {
    #expect(
      problems(["enabled": .bool(true)]) == ["sora.channelID", "sora.address", "sora.videoPort"])
    #expect(problems(Self.usable) == [])
  }

  @Test(arguments: [
    ("apiURL", ConfigContent.string("ftp://sora/"), "apiURL"),
    ("apiURL", .string("http://user:secret@sora/"), "apiURL"),
    ("apiURL", .string("http://sora/?key=secret"), "apiURL"),
    ("accessToken", .string("a b"), "accessToken"), ("channelID", .string("a\u{1}b"), "channelID"),
    ("connectionID", .string("a\u{7F}"), "connectionID"),
    ("address", .string("127.0.0.01"), "address"),
    ("address", .string("fe80::1%eth0"), "address"),
    ("channelID", .string(String(repeating: "x", count: 256)), "channelID"),
    ("connectionID", .string(String(repeating: "x", count: 256)), "connectionID"),
    ("address", .string("receiver.example"), "address"),
    ("videoPort", .int(65_536), "videoPort"),
    ("audioPort", .int(60003), "audioPort"),
    ("checkIntervalSeconds", .double(0.1), "checkIntervalSeconds"),
    ("requestTimeoutSeconds", .double(100), "requestTimeoutSeconds"),
    ("statisticsIntervalSeconds", .double(-1), "statisticsIntervalSeconds"),
  ])
  func wrongValuesAreNamed(key: String, value: ConfigContent, problem: String) {
    var values = Self.usable
    values[key] = value
    #expect(Set(problems(values)) == ["sora." + problem])
  }

  /// Whatever passes can be sent.
  @Test func whatIsAcceptedCanBeSent() {
    let samples = [
      "a", "a b", "空", "a\u{1}b", "a\u{80}", "\u{2028}", "127.0.0.1", "127.0.0.01", "::1", "::",
      "1.2.3", "fe80::1%lo", "host", " ", "a\n", String(repeating: "é", count: 128),
    ]
    let operation = StartForwardingRtp.operation
    for channel in samples {
      for address in samples {
        var values = Self.usable
        values["channelID"] = .string(channel)
        values["address"] = .string(address)
        let sent: [String: JSONValue] = [
          "channel_id": .string(channel), "connection_id": .string(channel),
          "ip_address": .string(address), "video_port": 60003,
        ]
        values["connectionID"] = .string(channel)
        #expect(problems(values).isEmpty == operation.check(sent).isEmpty)
      }
    }
  }

  @Test func nothingSecretOfAURLIsShown() {
    for url in ["http://sora/?key=hunter2", "http://me:hunter2@sora/", "http://sora:0/?hunter2"] {
      let ledger = SettingsLedger()
      let reader = ForwardingScene.reader(["sora.apiURL": .string(url)], ledger: ledger)
      _ = SoraForwardingSettings(reader: reader.scoped(to: "sora"))
      #expect(ledger.problems.count == 1)
      #expect(!ledger.problems.contains { $0.description.contains("hunter2") })
    }
  }

  /// Of a target of RTP push, for example.
  @Test(arguments: [
    ("/run/a.sdp", true, ["sora.sdpFile"]), ("/run/./a.sdp", true, ["sora.sdpFile"]),
    ("/run//a.sdp", true, ["sora.sdpFile"]), ("/run/b.sdp", true, []), ("/run/a.sdp", false, []),
  ])
  func aFileIsWrittenByOneOnly(path: String, isEnabled: Bool, problems: [String]) {
    let ledger = SettingsLedger()
    var values = Dictionary(
      uniqueKeysWithValues: Self.usable.map { ("sora." + $0.key, $0.value) })
    values["sora.enabled"] = .bool(isEnabled)
    values["sora.sdpFile"] = .string(path)
    values["outputs.rtpPush.a.sdpFile"] = .string("/run/a.sdp")
    let reader = ForwardingScene.reader(values, ledger: ledger)
    let target = reader.scoped(to: "outputs").scoped(to: "rtpPush").scoped(to: "a")
    #expect(target.writtenFile("sdpFile") == "/run/a.sdp")
    _ = SoraForwardingSettings(reader: reader.scoped(to: "sora"))
    #expect(ledger.problems.map(\.key) == problems)
    #expect(ledger.problems.allSatisfy { $0.allowed.contains("outputs.rtpPush.a.sdpFile") })
  }

  @Test func anyIPAddressWillDo() {
    for address in ["2001:db8::7", "239.1.2.3", "127.0.0.1"] {
      var values = Self.usable
      values["address"] = .string(address)
      #expect(problems(values) == [])
    }
  }
}
