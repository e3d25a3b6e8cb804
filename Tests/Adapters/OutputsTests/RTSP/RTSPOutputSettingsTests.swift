import Configuration
import Media
import Pipeline
import RTSP
import Testing

@testable import Outputs

@Suite struct RTSPOutputSettingsTests {
  private func read(
    _ values: [AbsoluteConfigKey: ConfigValue]
  ) -> (settings: RTSPOutputSettings, problems: [String]) {
    let ledger = SettingsLedger()
    let source = SettingsSource(name: "test", provider: InMemoryProvider(values: values))
    let settings = RTSPOutputSettings(
      reader: SettingsReader(sources: [source], ledger: ledger))
    return (settings, ledger.problems.map(\.key))
  }

  @Test func theDefaultsServeEverybodyOnPort8554() {
    let (settings, problems) = read([:])
    #expect(problems.isEmpty)
    #expect(settings.isEnabled && settings.allowsUDP)
    #expect(settings.listenAddress == "::" && settings.listenPort == 8554)
    #expect(settings.path == "/live/stream" && settings.access.users.isEmpty)
    #expect(settings.isPlainEnabled && settings.tls == nil)
    #expect(settings.tcpPacketBytes == 1400 && settings.udpPacketBytes == 1200)
  }

  @Test func everyKeyIsTakenOver() {
    let (settings, problems) = read([
      "enabled": false, "listenAddress": "[::1]", "listenPort": 554, "path": "/cam",
      "username": "u", "password": "p", "udpEnabled": false, "maxConnections": 3,
      "maxConnectionsPerAddress": 2, "tcpPacketBytes": 900, "udpPacketBytes": 800,
      "maxQueuedBytes": 100_000, "stallTimeoutSeconds": 7.5, "sessionTimeoutSeconds": 30.0,
    ])
    #expect(problems.isEmpty)
    #expect(!settings.isEnabled && !settings.allowsUDP)
    #expect(settings.listenAddress == "::1" && settings.listenPort == 554)
    #expect(settings.access.users.map(\.username) == ["u"])
    #expect(settings.maxConnections == 3 && settings.maxConnectionsPerAddress == 2)
    #expect(settings.tcpPacketBytes == 900 && settings.udpPacketBytes == 800)
    #expect(settings.maxQueuedBytes == 100_000)
    #expect(settings.stallTimeout == .seconds(7.5) && settings.sessionTimeout == .seconds(30))
    let limits = settings.serverConfiguration(name: "x").limits
    #expect(limits.advertisedSessionTimeout == .seconds(30))
    #expect(limits.enforcedSessionTimeout == .seconds(45))
  }

  @Test(
    arguments: [
      (["listenAddress": "nowhere"], "listenAddress"), (["path": "cam"], "path"),
      (["path": "/a b"], "path"), (["listenPort": 65_536], "listenPort"),
      (["plainEnabled": false], "plainEnabled"),
      (["tls.enabled": true, "tls.certificateFile": "/dev/null"], "tls.keyFile"),
      (
        [
          "tls.enabled": true, "tls.certificateFile": "/dev/null", "tls.keyFile": "/dev/null",
          "plainEnabled": false,
        ], "tls.certificateFile"
      ),
      (["udpPacketBytes": 9000], "udpPacketBytes"),
    ] as [([AbsoluteConfigKey: ConfigValue], String)]) func unusableValuesAreNamed(
      _ values: [AbsoluteConfigKey: ConfigValue], key: String
    )
  {
    #expect(read(values).problems == [key])
  }

  @Test(arguments: [(8554, true, true), (8555, true, false), (8554, false, false)])
  func whatIsWrongWithTLSIsNamedAtOnce(port: Int, isPlain: Bool, isTaken: Bool) {
    let files = ["tls.certificateFile", "tls.keyFile"]
    let (settings, problems) = read([
      "tls.enabled": true, "tls.listenPort": .init(.int(port), isSecret: false),
      "plainEnabled": .init(.bool(isPlain), isSecret: false),
    ])
    #expect(problems == (isTaken ? ["tls.listenPort"] : []) + files)
    #expect(settings.tls == nil)
    // The system never chooses the same port twice.
    #expect(
      read(["tls.enabled": true, "tls.listenPort": 0, "listenPort": 0]).problems == files)
  }
}
