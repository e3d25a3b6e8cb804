import Configuration
import Pipeline
import SDP
import Testing

@testable import Outputs

@Suite struct RTPPushOutputSettingsTests {
  private func read(
    _ values: [AbsoluteConfigKey: ConfigValue]
  ) -> (settings: RTPPushOutputSettings, problems: [String]) {
    let ledger = SettingsLedger()
    let source = SettingsSource(name: "test", provider: InMemoryProvider(values: values))
    let settings = RTPPushOutputSettings(
      reader: SettingsReader(sources: [source], ledger: ledger))
    return (settings, ledger.problems.map(\.key))
  }

  private func list(_ names: String...) -> ConfigValue {
    ConfigValue(.stringArray(names), isSecret: false)
  }

  @Test func noTargetsIsFine() {
    let (settings, problems) = read([:])
    #expect(settings.targets.isEmpty)
    #expect(problems.isEmpty)
  }

  @Test func defaultsAreSoras() throws {
    let (settings, problems) = read([
      "targets": list("sora"), "sora.address": "192.0.2.1", "sora.port": 5004,
    ])
    #expect(problems.isEmpty)
    let target = try #require(settings.targets.first)
    #expect(target.profile == .sora)
    #expect(target.payloadType == 120)
    #expect(target.maxPacketBytes == 1200)
    #expect(target.keyframeInterval == .seconds(2))
    #expect(target.sdpFile == nil)
    #expect(!target.sendsReports)
    #expect(target.sourcePort == 0)
  }

  @Test func everyKeyIsTakenOver() throws {
    let (settings, problems) = read([
      "targets": list("a"), "a.address": "[2001:db8::1]", "a.port": 65_534, "a.profile": "avp",
      "a.payloadType": 97, "a.sdpFile": "/x/a.sdp", "a.maxPacketBytes": 1400,
      "a.keyframeIntervalSeconds": 0.5, "a.senderReports": true, "a.sourcePort": 6000,
    ])
    #expect(problems.isEmpty)
    let target = try #require(settings.targets.first)
    #expect(target.address == "2001:db8::1")
    #expect(target.port == 65_534)
    #expect(target.profile == .avp)
    #expect(target.payloadType == 97)
    #expect(target.sdpFile == "/x/a.sdp")
    #expect(target.maxPacketBytes == 1400)
    #expect(target.keyframeInterval == .milliseconds(500))
    #expect(target.sendsReports)
    #expect(target.sourcePort == 6000)
  }

  @Test func avpHasItsOwnPayloadType() {
    let (settings, _) = read([
      "targets": list("a"), "a.address": "::1", "a.port": 5004, "a.profile": "avp",
    ])
    #expect(settings.targets.first?.payloadType == 96)
  }

  @Test func addressAndPortAreRequired() {
    #expect(read(["targets": list("a")]).problems == ["a.address", "a.port"])
  }

  @Test(arguments: ["1:2", "a b", "host/path", "[::1", "höst", "::1::2"])
  func unusableAddressIsRefused(address: String) {
    let (_, problems) = read([
      "targets": list("a"), "a.address": .init(.string(address), isSecret: false), "a.port": 5004,
    ])
    #expect(problems == ["a.address"])
  }

  @Test(arguments: ["192.0.2.1", "localhost", "cam-1.example.org", "fe80::1%eth0", "[::1]"])
  func usableAddressIsTaken(address: String) {
    let (_, problems) = read([
      "targets": list("a"), "a.address": .init(.string(address), isSecret: false), "a.port": 5004,
    ])
    #expect(problems.isEmpty)
  }

  @Test func valuesOutOfRangeAreRefused() {
    let (_, problems) = read([
      "targets": list("a"), "a.address": "::1", "a.port": 65_535, "a.profile": "rtp",
      "a.payloadType": 128, "a.maxPacketBytes": 1461, "a.keyframeIntervalSeconds": 2.5,
      "a.senderReports": true, "a.sourcePort": -1,
    ])
    #expect(
      Set(problems) == [
        "a.port", "a.profile", "a.payloadType", "a.maxPacketBytes", "a.keyframeIntervalSeconds",
        "a.sourcePort",
      ])
  }

  @Test func unusableNamesAreRefused() {
    let (settings, problems) = read(["targets": list("targets", "a.b", "ü")])
    #expect(settings.targets.isEmpty)
    #expect(problems == ["targets", "targets", "targets"])
  }

  @Test func targetsMustNotCollide() {
    let (_, problems) = read([
      "targets": list("a", "b", "a"),
      "a.address": "::1", "a.port": 5004, "a.sourcePort": 7000, "a.sdpFile": "/x.sdp",
      "b.address": "::1", "b.port": 5004, "b.sourcePort": 7000, "b.sdpFile": "/x.sdp",
    ])
    #expect(problems == ["targets", "b.port", "b.sourcePort", "b.sdpFile"])
  }
}
