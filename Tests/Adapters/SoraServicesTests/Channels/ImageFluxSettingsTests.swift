import Configuration
import JSON
import NIOCore
import Pipeline
import SimulatedSora
import SoraControl
import TestSupport
import Testing

@testable import SoraServices

@Suite struct ImageFluxSettingsTests {
  private func settings(
    _ values: [String: ConfigContent], ledger: SettingsLedger = SettingsLedger()
  ) -> ImageFluxSettings {
    let all = values.map { key, value in
      let path = ["imageFlux"] + key.split(separator: ".").map(String.init)
      return (AbsoluteConfigKey(path), ConfigValue(value, isSecret: false))
    }
    let source = SettingsSource(
      name: "test", provider: InMemoryProvider(values: Dictionary(all) { $1 }))
    let reader = SettingsReader(sources: [source], ledger: ledger)
    return ImageFluxSettings(reader: reader.scoped(to: "imageFlux"))
  }

  private static let quickStart: [String: ConfigContent] = [
    "enabled": .bool(true), "accessToken": .string("token"),
    "renditions": .stringArray(["hd", "sd"]),
    "rendition.hd.width": .int(1280), "rendition.hd.height": .int(720),
    "rendition.hd.videoBitrateKbps": .int(2000), "rendition.hd.audioBitrateKbps": .int(96),
    "rendition.sd.width": .int(640), "rendition.sd.height": .int(360),
    "rendition.sd.videoBitrateKbps": .int(500), "rendition.sd.audioBitrateKbps": .int(96),
  ]

  @Test func theQuickStartsRequestIsSentFieldByField() throws {
    let ledger = SettingsLedger()
    let (operation, parameters) = settings(Self.quickStart, ledger: ledger).creation
    let bytes = try Fixture.bytes("imageflux/CreateChannel.request.json")
    let documented = try #require(JSONValue(parsing: ByteBuffer(bytes: bytes)))
    #expect(operation.target == "ImageFlux_20180905.CreateChannel")
    #expect(JSONValue.object(parameters) == documented)
    #expect(operation.check(parameters) == [])
    #expect(ledger.problems == [])
  }

  @Test func withoutRenditionsThereIsOneForTheCamera() throws {
    let (_, parameters) = settings([:]).creation
    let expected: JSONValue = [
      [
        "durationSeconds": 1, "startTimeOffset": -2,
        "video": ["width": 640, "height": 424, "fps": 30, "bps": 2_000_000],
      ]
    ]
    #expect(parameters == ["hls": expected])
  }

  @Test func allKeysOfARenditionAreSent() {
    let (operation, parameters) = settings([
      "kind": .string("multistreamWithHLS"), "renditions": .stringArray(["a"]),
      "rendition.a.durationSeconds": .double(2.5),
      "rendition.a.startTimeOffsetSeconds": .double(-6.5),
      "rendition.a.fps": .int(15), "rendition.a.videoCodec": .string("h264_baseline"),
      "rendition.a.archiveDestinationID": .string("archive"),
      "encryptKeyURI": .string("https://keys.example/"),
      "authWebhookURL": .string("https://auth.example/"),
      "eventWebhookURL": .string("http://events.example/x"), "environment": .double(0),
    ]).creation
    #expect(operation.target == "ImageFlux_20200316.CreateMultistreamChannelWithHLS")
    #expect(operation.check(parameters) == [])
    let expected: JSONValue = [
      "hls": [
        [
          "durationSeconds": .number(2.5), "startTimeOffset": .number(-6.5),
          "video": [
            "width": 640, "height": 424, "fps": 15, "bps": 2_000_000, "codec": "h264_baseline",
          ], "archive": ["archive_destination_id": "archive"],
        ]
      ],
      "encrypt_key_uri": "https://keys.example/", "auth_webhook_url": "https://auth.example/",
      "event_webhook_url": "http://events.example/x", "environment": 0,
    ]
    #expect(JSONValue.object(parameters) == expected)
  }

  @Test func aMultistreamChannelHasNoHLS() {
    let (operation, parameters) = settings(["kind": .string("multistream")]).creation
    #expect(operation.target == "ImageFlux_20200316.CreateMultistreamChannel")
    #expect(parameters == [:])
  }

  @Test(arguments: [
    (["enabled": ConfigContent.bool(true)], "imageFlux.accessTokenFile"),
    (["apiURL": .string("live-api.imageflux.jp")], "imageFlux.apiURL"),
    (["apiURL": .string("ftp://x/")], "imageFlux.apiURL"),
    (["channelID": .string("a")], "imageFlux.soraURL"),
    (["soraURL": .string("wss://x/")], "imageFlux.channelID"),
    (
      ["soraURL": .string("https://x/"), "channelID": .string("a")], "imageFlux.soraURL"
    ),
    (["apiURL": .string("https://x/?key=v")], "imageFlux.apiURL"),
    (["accessToken": .string("a b"), "enabled": .bool(true)], "imageFlux.accessToken"),
    (["encryptKeyURI": .string("https://host:99999/k")], "imageFlux.encryptKeyURI"),
    (["authWebhookURL": .string("https://[x/")], "imageFlux.authWebhookURL"),
    (["eventWebhookURL": .string("https://a/{b}")], "imageFlux.eventWebhookURL"),
    (
      ["soraURL": .string("wss://x:0/"), "channelID": .string("a")], "imageFlux.soraURL"
    ),
    (
      ["soraURL": .string("wss://x/"), "channelID": .string("a\u{1}b")], "imageFlux.channelID"
    ),
    (
      ["renditions": .stringArray(["a"]), "rendition.a.archiveDestinationID": .string("a\u{1B}")],
      "imageFlux.rendition.a.archiveDestinationID"
    ),
    (["renditions": .stringArray(["a b"])], "imageFlux.renditions"),
    (["renditions": .stringArray(["a", "a"])], "imageFlux.renditions"),
    (["encryptKeyURI": .string("http://x/")], "imageFlux.encryptKeyURI"),
    (["environment": .double(0.5)], "imageFlux.environment"),
    (
      [
        "renditions": .stringArray(["a"]), "rendition.a.audioBitrateKbps": .int(31),
      ], "imageFlux.rendition.a.audioBitrateKbps"
    ),
    (
      ["renditions": .stringArray(["a"]), "rendition.a.videoCodec": .string("vp8")],
      "imageFlux.rendition.a.videoCodec"
    ),
    (
      [
        "enabled": .bool(true), "accessToken": .string("t"), "environment": .int(1),
      ], "imageFlux.environment"
    ),
    (
      [
        "enabled": .bool(true), "accessToken": .string("t"), "kind": .string("multistream"),
        "renditions": .stringArray(["a"]),
      ], "imageFlux.renditions"
    ),
  ])
  func whatCannotBeUsedIsNamed(values: [String: ConfigContent], key: String) {
    let ledger = SettingsLedger()
    _ = settings(values, ledger: ledger)
    #expect(ledger.problems.map(\.key) == [key])
  }

  @Test func tokensAreToldApartWithoutBeingKept() {
    #expect(TokenDigest.of("a") != TokenDigest.of("b"))
    // SHA-256 of "abc", FIPS 180-2 appendix B.1.
    #expect(TokenDigest.of("abc") == "ba7816bf8f01cfea")
  }
}
