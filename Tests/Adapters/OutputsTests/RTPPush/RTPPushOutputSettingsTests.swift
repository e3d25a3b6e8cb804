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
    #expect(target.ssrc == nil)
    #expect(target.socket == RTPPushSocketOptions())
    #expect(target.pacing == .init(factor: 2.5, burstPackets: 16))
    #expect(target.retransmits)
    #expect(target.resolveInterval == .seconds(60))
    #expect(!target.startsPaused)
  }

  @Test func everyKeyIsTakenOver() throws {
    let (settings, problems) = read([
      "targets": list("a"), "a.address": "[2001:db8::1]", "a.port": 65_534, "a.profile": "avp",
      "a.payloadType": 97, "a.sdpFile": "/x/a.sdp", "a.maxPacketBytes": 1400,
      "a.keyframeIntervalSeconds": 0.5, "a.senderReports": true, "a.sourcePort": 6000,
      "a.ssrc": 4_294_967_295, "a.sourceAddress": "2001:db8::2", "a.dscp": "AF41", "a.ttl": 5,
      "a.multicastInterface": "eth0", "a.multicastLoop": false, "a.pacingFactor": 4.0,
      "a.pacingBurstPackets": 16, "a.retransmission": false, "a.resolveIntervalSeconds": 5.0,
      "a.paused": true,
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
    #expect(target.ssrc == .max)
    #expect(target.socket.sourceAddress == "2001:db8::2")
    #expect(target.socket.dscp.rawValue == 34)
    #expect(target.socket.ttl == 5)
    #expect(target.socket.multicastInterface == "eth0")
    #expect(!target.socket.loopsMulticast)
    #expect(target.pacing == .init(factor: 4, burstPackets: 16))
    #expect(!target.retransmits)
    #expect(target.resolveInterval == .seconds(5))
    #expect(target.startsPaused)
  }

  @Test func pacingCanBeSwitchedOff() {
    let (settings, problems) = read([
      "targets": list("a"), "a.address": "::1", "a.port": 5004, "a.pacing": false,
    ])
    #expect(problems.isEmpty)
    #expect(settings.targets.first?.pacing == nil)
  }

  @Test(arguments: [46, "46", "EF", "ef"] as [ConfigValue])
  func classOfServiceIsANumberOrAName(value: ConfigValue) {
    let (settings, problems) = read([
      "targets": list("a"), "a.address": "::1", "a.port": 5004, "a.dscp": value,
    ])
    #expect(problems.isEmpty)
    #expect(settings.targets.first?.socket.dscp.rawValue == 46)
  }

  @Test(arguments: [64, -1, "AF44", "high", true, 1.5] as [ConfigValue])
  func otherClassesOfServiceAreRefused(value: ConfigValue) {
    let (_, problems) = read([
      "targets": list("a"), "a.address": "::1", "a.port": 5004, "a.dscp": value,
    ])
    #expect(problems == ["a.dscp"])
  }

  @Test(arguments: [("::1", "127.0.0.1"), ("127.0.0.1", "::1"), ("host", "other-host")])
  func sourceAddressMustFit(address: String, source: String) {
    let (_, problems) = read([
      "targets": list("a"), "a.address": .init(.string(address), isSecret: false),
      "a.port": 5004, "a.sourceAddress": .init(.string(source), isSecret: false),
    ])
    #expect(problems == ["a.sourceAddress"])
  }

  @Test func avpHasItsOwnPayloadType() {
    let (settings, _) = read([
      "targets": list("a"), "a.address": "::1", "a.port": 5004, "a.profile": "avp",
    ])
    #expect(settings.targets.first?.payloadType == 96)
  }

  @Test func withSorasDescriptionNothingIsRequired() throws {
    let (settings, problems) = read([
      "targets": list("a", "b"), "a.profile": "fromSora", "b.profile": "fromSora",
      "b.address": "::1", "b.port": 5004, "b.payloadType": 96, "b.standby": true,
    ])
    #expect(problems.isEmpty)
    let target = try #require(settings.targets.first)
    #expect(target.address == nil && target.port == nil && target.payloadType == nil)
    #expect(!target.standsBy && target.heedsSora)
    let other = try #require(settings.targets.last)
    #expect(other.address == "::1" && other.port == 5004 && other.payloadType == 96)
    #expect(other.soraKeys == ["profile", "standby"])
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
      "a.payloadType": 128, "a.maxPacketBytes": 1453, "a.keyframeIntervalSeconds": 2.5,
      "a.senderReports": true, "a.sourcePort": -1, "a.ssrc": 4_294_967_296, "a.ttl": 256,
      "a.multicastInterface": "an/interface", "a.pacingFactor": 0.5, "a.pacingBurstPackets": 0,
      "a.resolveIntervalSeconds": 0.5,
    ])
    #expect(
      Set(problems) == [
        "a.port", "a.profile", "a.payloadType", "a.maxPacketBytes", "a.keyframeIntervalSeconds",
        "a.sourcePort", "a.ssrc", "a.ttl", "a.multicastInterface", "a.pacingFactor",
        "a.pacingBurstPackets", "a.resolveIntervalSeconds",
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
    #expect(problems == ["targets", "b.sdpFile", "b.port", "b.sourcePort"])
  }

  /// RTCP of one must not reach the RTP port of another.
  @Test(arguments: [
    (5004, true, 5005, false, true), (5005, false, 5004, true, true),
    (5004, true, 5005, true, true), (5004, false, 5005, false, false),
    (5004, false, 5005, true, false), (5004, true, 5006, true, false),
  ])
  func reportsTakeThePortAbove(
    port: Int, reports: Bool, otherPort: Int, otherReports: Bool, collide: Bool
  ) {
    let (_, problems) = read([
      "targets": list("a", "b", "c"),
      "a.address": "host.example", "a.port": .init(.int(port), isSecret: false),
      "a.senderReports": .init(.bool(reports), isSecret: false),
      "b.address": "HOST.example", "b.port": .init(.int(otherPort), isSecret: false),
      "b.senderReports": .init(.bool(otherReports), isSecret: false),
      "c.address": "other.example", "c.port": .init(.int(port), isSecret: false),
    ])
    #expect(problems == (collide ? ["b.port"] : []))
  }

  @Test func targetsWithoutAddressDoNotCollide() {
    let (_, problems) = read(["targets": list("a", "b"), "a.port": 5004, "b.port": 5004])
    #expect(problems == ["a.address", "b.address"])
  }
}
