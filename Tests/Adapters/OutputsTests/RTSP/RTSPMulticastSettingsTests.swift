import Configuration
import Pipeline
import RTSP
import Testing

@testable import Outputs

@Suite struct RTSPMulticastSettingsTests {
  private static func read(
    _ values: [AbsoluteConfigKey: ConfigValue]
  ) -> (settings: RTSPMulticastSettings, problems: [String]) {
    let ledger = SettingsLedger()
    let source = SettingsSource(name: "test", provider: InMemoryProvider(values: values))
    let settings = RTSPMulticastSettings(
      reader: SettingsReader(sources: [source], ledger: ledger))
    return (settings, ledger.problems.map(\.key))
  }

  @Test func itIsOffUnlessAskedFor() {
    #expect(Self.read([:]).settings.group == nil)
    #expect(Self.read(["address": "239.1.2.3"]).settings.group == nil)
  }

  @Test func everyKeyIsTakenOver() {
    let (settings, problems) = Self.read([
      "enabled": true, "address": "ff15::5", "port": 7000, "ttl": 255, "interface": "eth7",
    ])
    #expect(problems.isEmpty)
    #expect(
      settings.group
        == MulticastGroup(
          address: "ff15::5", ports: PortPair(rtp: 7000, rtcp: 7001), timeToLive: 255))
    #expect(settings.interface == "eth7")
  }

  @Test(
    arguments: [
      ("address", "192.0.2.1"), ("address", "224.0.0.1"), ("address", "fe80::1"),
      ("address", "somewhere"), ("port", 5005), ("port", 80), ("port", 65535), ("ttl", 0),
      ("ttl", 256), ("interface", "a/b"), ("interface", "averylonginterfacename"),
    ] as [(String, ConfigValue)])
  func wrongValuesAreReported(key: String, value: ConfigValue) {
    #expect(Self.read([AbsoluteConfigKey([key]): value, "enabled": true]).problems == [key])
  }
}
