import JSON
import SimulatedSora
import TestSupport
import Testing

/// What the server remembers of what it was asked for.
@Suite("Simulated Sora: state", .timeLimit(.minutes(1)))
struct SimulatedSoraStateTests {
  static let start = "Sora_20170814.StartForwardingRtp"
  static let stop = "Sora_20170814.StopForwardingRtp"

  /// Body of a call about a connection.
  static func body(_ connection: String, _ more: String = "") -> String {
    #"{"channel_id":"live","connection_id":"\#(connection)"\#(more)}"#
  }

  static func forwarding(_ connection: String, address: String = "192.0.2.7") -> String {
    body(connection, #","ip_address":"\#(address)","audio_port":60001,"video_port":60003"#)
  }

  @Test("forwards a publisher once, until it is told to stop")
  func forwarding() async throws {
    let sora = try await SimulatedSora()
    let publisher = sora.change { $0.publish("live") }
    let started = try await CurlCall(sora, target: Self.start, body: Self.forwarding(publisher))
    #expect(
      started.json?["sdp"]?.string
        == [
          "v=0", "o=- 0 0 IN IP4 0.0.0.0", "s=-", "t=0 0", "m=audio 60001 RTP/SAVPF 109",
          "c=IN IP4 192.0.2.7", "a=rtpmap:109 opus/48000/2", "m=video 60003 RTP/SAVPF 120",
          "c=IN IP4 192.0.2.7", "a=rtpmap:120 H264/90000",
          "a=fmtp:120 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f", "",
        ].joined(separator: "\r\n"))
    #expect(sora.read(\.forwardings).map(\.videoPort) == [60003])

    let again = try await CurlCall(
      sora, target: Self.start, body: Self.forwarding(publisher, address: "192.0.2.8"))
    #expect(again.status == 400)
    #expect(again.json == ["error_type": "ALREADY_FORWARDING"])
    #expect(sora.read(\.forwardings).map(\.address) == ["192.0.2.7"])

    let stopped = try await CurlCall(sora, target: Self.stop, body: Self.body(publisher))
    #expect(stopped.json == ["channel_id": "live", "connection_id": .string(publisher)])
    #expect(sora.read(\.forwardings).isEmpty)
    let needless = try await CurlCall(sora, target: Self.stop, body: Self.body(publisher))
    #expect(needless.json == ["error_type": "NOT_FORWARDING"])
  }

  @Test("forwards elsewhere where a second start is accepted")
  func forwardingTwice() async throws {
    let sora = try await SimulatedSora()
    let publisher = sora.change { state in
      state.acceptsForwardingTwice = true
      state.refusesNeedlessStop = false
      return state.publish("live")
    }
    for address in ["192.0.2.7", "2001:db8::7"] {
      let call = try await CurlCall(
        sora, target: Self.start, body: Self.forwarding(publisher, address: address))
      #expect(call.status == 200)
    }
    #expect(sora.read(\.forwardings).map(\.address) == ["2001:db8::7"])
    for _ in 0..<2 {
      #expect(try await CurlCall(sora, target: Self.stop, body: Self.body(publisher)).status == 200)
    }
  }

  @Test("forwards neither strangers, viewers, simulcast nor to names")
  func forwardingRefused() async throws {
    let sora = try await SimulatedSora()
    let (viewer, simulcast, publisher) = sora.change { state in
      let simulcast = state.publish("live")
      state[connection: simulcast]?.isSimulcast = true
      return (state.join("live"), simulcast, state.publish("live"))
    }
    let cases = [
      (Self.forwarding("NOBODY"), "CONNECTION_NOT_FOUND"),
      (Self.forwarding(viewer), "INVALID_ROLE"),
      (Self.forwarding(simulcast), "SIMULCAST_IS_NOT_SUPPORTED"),
      (Self.forwarding(publisher, address: "localhost"), "INVALID_IP_ADDRESS"),
      (
        #"{"channel_id":"live","ip_address":"::1","audio_port":1,"video_port":2}"#,
        "CONNECTION_ID_IS_REQUIRED"
      ),
      (
        #"{"channel_id":"dark","ip_address":"::1","audio_port":1,"video_port":2}"#,
        "CHANNEL_NOT_FOUND"
      ),
    ]
    for (body, type) in cases {
      let call = try await CurlCall(sora, target: Self.start, body: body)
      #expect(call.json?["error_type"]?.string == type)
    }
    #expect(sora.read(\.forwardings).isEmpty)
  }

  @Test("forgets what was asked for a publisher that goes")
  func publisherGoes() async throws {
    let sora = try await SimulatedSora()
    let old = sora.change { $0.publish("live") }
    _ = try await CurlCall(sora, target: Self.start, body: Self.forwarding(old))
    let new = sora.change { $0.republish(old) }
    #expect(new != old)
    #expect(sora.read(\.forwardings).isEmpty)
    let list = try await CurlCall(sora, target: "Sora_20201013.ListConnections")
    #expect(list.json?.array?.compactMap { $0["connection_id"]?.string } == [new])
    let member = list.json?.array?.first
    #expect(member?["role"] == "sendonly")
    #expect(member?["channel_id"] == "live")
    #expect((member?["created_time"]?.integer ?? 0) > 1_700_000_000_000_000)
    #expect(member?["created_timestamp"]?.string?.hasSuffix("Z") == true)
    #expect(member?["video"]?["codec_type"] == "H264")
  }

  @Test("a restart forgets everything, a pause nothing")
  func restart() async throws {
    let sora = try await SimulatedSora()
    let port = sora.port
    let publisher = sora.change { $0.publish("live") }
    _ = try await CurlCall(sora, target: Self.start, body: Self.forwarding(publisher))

    try await sora.stop()
    let refused = try await CurlCall(sora, target: "Sora_20201013.ListChannels")
    #expect(refused.exitCode == 7)
    try await sora.start(keepingState: true)
    #expect(sora.port == port)
    #expect(sora.read(\.forwardings).count == 1)

    try await sora.stop()
    try await sora.start()
    #expect(sora.read(\.starts) == 2)
    #expect(try await CurlCall(sora, target: "Sora_20201013.ListChannels").text == "[]")
    let report = try await CurlCall(sora, target: "Sora_20171010.GetStatsReport")
    #expect(report.json?["total_connection_created"] == 0)
  }

  @Test("counts key-frame requests, bit rates and statistics")
  func counts() async throws {
    let sora = try await SimulatedSora()
    let publisher = sora.change { $0.publish("live") }
    for version in ["20241218", "20241211"] {
      let call = try await CurlCall(
        sora, target: "Sora_\(version).RequestKeyFrame", body: Self.body(publisher))
      #expect(call.json == ["channel_id": "live", "connection_id": .string(publisher)])
    }
    #expect(sora.read { $0[connection: publisher]?.keyFrameRequests } == 2)
    _ = try await CurlCall(
      sora, target: "Sora_20190327.ChangeUpstreamVideoBitRate",
      body: Self.body(publisher, #","bit_rate":300"#))
    #expect(sora.read { $0[connection: publisher]?.videoBitRate } == 300)
    var sent: [Int] = []
    for _ in 0..<2 {
      let call = try await CurlCall(
        sora, target: "Sora_20200225.GetConnectionRemoteStats", body: Self.body(publisher))
      #expect(call.json?["remote_stats"] == nil)
      let video = call.json?["stats"]?.array?.first { $0["type"] == "outbound-rtp" }
      sent.append(video?["packetsSent"]?.integer ?? 0)
    }
    #expect(sent[1] > sent[0])
  }

  @Test("metadata: what is put, taken away and told to everybody")
  func metadata() async throws {
    let sora = try await SimulatedSora()
    let publisher = sora.change { $0.publish("live") }
    func call(_ operation: String, _ more: String) async throws -> JSONValue? {
      try await CurlCall(
        sora, target: "Sora_20201124." + operation, body: Self.body(publisher, more)
      ).json
    }
    #expect(try await call("GetSignalingNotifyMetadata", "") == [:])
    #expect(
      try await call("PutSignalingNotifyMetadata", #","metadata":{"a":1}"#) == ["a": 1])
    #expect(
      try await call("PutSignalingNotifyMetadataItem", #","key":"b","value":[null],"push":true"#)
        == ["a": 1, "b": [.null]])
    #expect(
      try await call("DeleteSignalingNotifyMetadataItem", #","key":"a""#) == ["b": [.null]])
    #expect(try await call("DeleteSignalingNotifyMetadata", "") == ["b": [.null]])
    #expect(try await call("GetSignalingNotifyMetadata", "") == [:])
    #expect(
      sora.read(\.pushes).map(\.data) == [
        [
          "type": "signaling_notify_metadata_ext", "action": "PutMetadataItem",
          "connection_id": .string(publisher), "key": "b", "value": [.null],
        ]
      ])
  }

  @Test("pauses, disconnects and lists")
  func viewers() async throws {
    let sora = try await SimulatedSora()
    let (publisher, viewer) = sora.change { ($0.publish("live"), $0.join("live")) }
    let pair =
      #"{"channel_id":"live","recv_connection_id":"\#(viewer)","send_connection_id":"\#(publisher)"}"#
    func paused() async throws -> JSONValue? {
      try await CurlCall(
        sora, target: "Sora_20200401.ListPauseRtpStreams", body: #"{"channel_id":"live"}"#
      ).json
    }
    _ = try await CurlCall(sora, target: "Sora_20200401.PauseRtpStream", body: pair)
    #expect(
      try await paused() == [
        [
          "channel_id": "live", "recv_connection_id": .string(viewer), "role": "recvonly",
          "send_connection_id": .string(publisher),
        ]
      ])
    _ = try await CurlCall(sora, target: "Sora_20200401.ResumeRtpStream", body: pair)
    #expect(try await paused() == [])
    let gone = try await CurlCall(
      sora, target: "Sora_20151104.DisconnectConnection", body: Self.body(viewer))
    #expect(gone.json == ["channel_id": "live", "connection_id": .string(viewer)])
    #expect(sora.read(\.connections).map(\.id) == [publisher])
    let all = try await CurlCall(
      sora, target: "Sora_20151104.DisconnectChannel",
      body: #"{"channel_id":"live","reason":{"why":"over"}}"#)
    #expect(all.json == ["channel_id": "live"])
    #expect(sora.read(\.connections).isEmpty)
  }
}
