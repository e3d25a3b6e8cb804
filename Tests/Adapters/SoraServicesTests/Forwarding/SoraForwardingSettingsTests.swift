import Configuration
import Pipeline
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
    #expect(problems(values).contains("sora." + problem))
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
