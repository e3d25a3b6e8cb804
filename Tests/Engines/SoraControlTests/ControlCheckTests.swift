import JSON
import Testing

@testable import SoraControl

@Suite struct ControlCheckTests {
  @Test func keysAreFoundInRecords() {
    let operation = CreateChannel.operation
    #expect(operation.key(at: "hls.video.width")?.kind == .integer(36...4096))
    #expect(operation.key(at: "encrypt_key_uri")?.check("https://host:99999/") != [])
    for path in ["", "hls.", "hls.width", "width", "hls.video.width.x"] {
      #expect(operation.key(at: path) == nil)
    }
  }

  private func problems<Request: ControlRequest>(
    _: Request.Type, _ parameters: [String: JSONValue]
  ) -> [String] {
    Request.operation.check(parameters).map(\.description)
  }

  @Test func allProblemsAreToldAtOnce() {
    #expect(
      problems(
        StartForwardingRtp.self,
        ["chanel_id": "sora", "ip_address": "localhost", "audio_port": 0, "video_port": "60003"])
        == [
          "channel_id: must be given",
          #"ip_address = "localhost": must be an IPv4 or IPv6 address"#,
          "audio_port = 0: must be a whole number from 1 to 65535",
          #"video_port = "60003": must be a whole number from 1 to 65535"#,
          "chanel_id: must be a key of StartForwardingRtp; did you mean channel_id?",
        ])
  }

  @Test func forwardingNeedsAPortAndTwoThatDiffer() {
    let target: [String: JSONValue] = ["channel_id": "sora", "ip_address": "::1"]
    #expect(
      problems(StartForwardingRtp.self, target) == [
        "audio_port, video_port: must be given, at least one of them"
      ])
    #expect(problems(StartForwardingRtp.self, target.with("audio_port", 5004)).isEmpty)
    #expect(problems(StartForwardingRtp.self, target.with("video_port", 65535)).isEmpty)
    #expect(
      problems(
        StartForwardingRtp.self, target.with("audio_port", 5004).with("video_port", 5004))
        == ["video_port = 5004: must be another one than audio_port"])
  }

  @Test func identifiersAreCountedInBytes() {
    func isGood(_ id: String) -> Bool {
      problems(StopForwardingRtp.self, ["channel_id": .string(id)]).isEmpty
    }
    #expect(isGood(String(repeating: "a", count: 255)))
    #expect(!isGood(String(repeating: "a", count: 256)))
    #expect(isGood(String(repeating: "空", count: 85)))
    #expect(!isGood(String(repeating: "空", count: 86)))
    #expect(!isGood(""))
    for control in ["a\u{0}", "a\nb", "\u{7F}", "\u{9B}1m"] { #expect(!isGood(control)) }
    #expect(isGood("チャネル 1@x"))
  }

  @Test(
    arguments: [
      (1, true), (8, true), (0, false), (9, false), (.number(1.5), false), ("1", false),
      (.exact("18446744073709551616"), false), (.null, false),
    ] as [(JSONValue, Bool)])
  func spotlightNumbers(value: JSONValue, isGood: Bool) {
    let found = problems(
      ChangeSpotlightNumber.self, ["channel_id": "sora", "spotlight_number": value])
    #expect(found.isEmpty == isGood)
  }

  @Test(arguments: [(1, true), (30000, true), (0, false), (30001, false), (-1, false)])
  func bitRates(value: Int, isGood: Bool) {
    let found = problems(
      ChangeUpstreamVideoBitRate.self,
      ["channel_id": "sora", "connection_id": "C", "bit_rate": .integer(value)])
    #expect(found.isEmpty == isGood)
  }

  @Test(arguments: ["r0", "r1", "r2", "r3", "R1", "none", ""])
  func rids(rid: String) {
    let found = problems(
      RequestRtpStream.self,
      ["channel_id": "sora", "recv_connection_id": "C", "rid": .string(rid)])
    #expect(found.isEmpty == ["r0", "r1", "r2"].contains(rid))
  }

  @Test func metadataIsAnObjectAndAValueIsAnything() {
    let target: [String: JSONValue] = ["channel_id": "sora", "connection_id": "C"]
    #expect(
      problems(PutSignalingNotifyMetadata.self, target.with("metadata", "abc")) == [
        #"metadata = "abc": must be an object"#
      ])
    for value in [.null, 1, "x", [], [:]] as [JSONValue] {
      let parameters = target.with("key", "abc").with("value", value)
      #expect(problems(PutSignalingNotifyMetadataItem.self, parameters).isEmpty)
    }
    #expect(
      problems(
        DeleteSignalingNotifyMetadataItem.self, target.with("key", "abc").with("push", "yes"))
        == [#"push = "yes": must be true or false"#])
  }

  @Test func problemsInListsSayWhere() {
    let hls: JSONValue = [
      ["durationSeconds": 0, "video": ["width": 35, "height": 4097, "codec": "h265", "with": 1]],
      7,
      ["durationSeconds": 1, "audio": ["bps": 320_001], "archive": [:]],
    ]
    #expect(
      problems(CreateChannel.self, ["hls": hls]) == [
        "hls[0].durationSeconds = 0: must be a number from 0.1 to 3600",
        "hls[0].video.width = 35: must be a whole number from 36 to 4096",
        "hls[0].video.height = 4097: must be a whole number from 36 to 4096",
        #"hls[0].video.codec = "h265": must be h264_high or h264_main or h264_baseline"#,
        "hls[0].video.with: must be a key of video; did you mean width?",
        "hls[1] = 7: must be an object",
        "hls[2].audio.bps = 320001: must be a whole number from 32000 to 320000",
        "hls[2].archive.archive_destination_id: must be given",
      ])
    #expect(problems(CreateChannel.self, ["hls": []]).count == 1)
    #expect(problems(CreateChannel.self, ["hls": [["durationSeconds": 1, "audio": [:]]]]).isEmpty)
    #expect(problems(CreateMultistreamChannel.self, [:]).isEmpty)
  }

  @Test(arguments: [
    ("", true), ("https://example.com/key", true), ("https://[::1]:8443/", true),
    ("HTTPS://example.com", true), ("http://example.com/", false), ("https://", false),
    ("https:///x", false), ("https://h:0/", false), ("https://h:65536/", false),
    ("https://h/a b", false), ("https://h/\u{E4}", false), ("example.com", false),
    ("https://[::1/", false), ("https:example.com", false), ("https://u:p@h/", true),
    ("https://u:p@/", false),
  ])
  func keyURLs(url: String, isGood: Bool) {
    let hls: JSONValue = [["durationSeconds": 1]]
    let found = problems(CreateChannel.self, ["hls": hls, "encrypt_key_uri": .string(url)])
    #expect(found.isEmpty == isGood)
  }

  @Test func secretsAreNotRepeated() throws {
    let secret = "geheim\u{0}"
    let parameters: [String: JSONValue] = [
      "bucket_uri": "ftp://user:geheim@bucket/?geheim", "aws_secret_access_key": .string(secret),
      "gcp_credential_json": .string(secret), "azure_key": ["geheim"], "other": "geheim",
    ]
    let found = problems(CreateArchiveDestination.self, parameters)
    #expect(found.count == 5)
    #expect(!found.joined().contains("geheim"))
    #expect(throws: ControlParameterError.self) {
      try CreateArchiveDestination(parameters: parameters)
    }
    let lines: JSONValue = "{\n \"type\": \"service_account\"\n}\n"
    #expect(
      problems(
        CreateArchiveDestination.self, ["bucket_uri": "gs://b", "gcp_credential_json": lines]
      ).isEmpty)
  }

  @Test(
    arguments: [
      ("s3://b", ["aws_access_key_id", "aws_secret_access_key", "aws_region, aws_end_point"]),
      ("S3://b", ["aws_access_key_id", "aws_secret_access_key", "aws_region, aws_end_point"]),
      ("gs://b/path", ["gcp_credential_json"]), ("https://a/c", ["azure_account", "azure_key"]),
    ]) func everyCloudWantsItsKeys(bucket: String, keys: [String])
  {
    var parameters: [String: JSONValue] = ["bucket_uri": .string(bucket)]
    let operation = CreateArchiveDestination.operation
    let problems = operation.check(parameters)
    #expect(problems.map(\.key) == keys)
    let scheme = bucket.lowercased().prefix { $0 != ":" }
    #expect(problems.allSatisfy { $0.allowed.hasSuffix(" as bucket_uri begins with \(scheme)://") })
    for key in keys { parameters[String(key.prefix { $0 != "," })] = "abc" }
    #expect(operation.check(parameters).isEmpty)
    if parameters.removeValue(forKey: "aws_region") != nil {
      parameters["aws_end_point"] = "s3.example.com"
      #expect(operation.check(parameters).isEmpty)
    }
  }

  @Test func longAndOddValuesAreCutAndEscaped() throws {
    let long = String(repeating: "x", count: 1_000_000)
    let found = problems(StopForwardingRtp.self, ["channel_id": .string(long), long: 1, "\n": 1])
    #expect(found.count == 3)
    #expect(found.allSatisfy { $0.utf8.count < 300 && !$0.contains("\n") })
  }

  @Test func keysOfOperationsWithoutAnyAreNamed() {
    #expect(
      problems(GetStatsReport.self, ["channel_id": "sora"]) == [
        "channel_id: must be left out: GetStatsReport has no keys"
      ])
  }

  @Test(arguments: [
    ("127.0.0.1", true), ("255.255.255.255", true), ("0.0.0.0", true), ("::", true),
    ("::1", true), ("2001:db8::8:800:200c:417a", true), ("1:2:3:4:5:6:7:8", true),
    ("::ffff:192.0.2.1", true), ("1:2:3:4:5:6:192.0.2.1", true), ("FE80::1", true),
    ("1::8", true), ("1:2:3:4:5:6:7::", true), ("256.0.0.1", false), ("1.2.3", false),
    ("1.2.3.4.5", false), ("01.2.3.4", false), ("1.2.3.", false), ("", false),
    ("localhost", false), ("1:2:3:4:5:6:7", false), ("1:2:3:4:5:6:7:8:9", false),
    (":::", false), ("1::2::3", false), ("1:2:3:4:5:6:7:8::", false), ("12345::", false),
    ("g::", false), (":1", false), ("1:", false), ("fe80::1%eth0", false), ("[::1]", false),
    ("::192.0.2", false), ("192.0.2.1::", false), ("1:2:3:4:5:6:7:192.0.2.1", false),
    (" 1.2.3.4", false), ("1.2.3.4\u{0}", false), ("١.2.3.4", false),
  ])
  func addresses(text: String, isAddress: Bool) {
    #expect(IPAddressText.isAddress(text) == isAddress)
  }
}

extension [String: JSONValue] {
  fileprivate func with(_ name: String, _ value: JSONValue) -> Self {
    merging([name: value]) { $1 }
  }
}
