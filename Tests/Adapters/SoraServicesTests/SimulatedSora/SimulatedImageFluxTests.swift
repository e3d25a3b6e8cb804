import JSON
import SimulatedSora
import TestSupport
import Testing

/// ImageFlux's API: the token, its channels, and what it hands on to Sora.
@Suite("Simulated ImageFlux", .timeLimit(.minutes(1)))
struct SimulatedImageFluxTests {
  static let token = "secret=="
  static let rendition =
    #"{"durationSeconds":1,"startTimeOffset":-2,"video":{"width":1280,"height":720,"fps":30,"#
    + #""bps":2000000},"audio":{"bps":96000}}"#

  static func start() async throws -> SimulatedSora {
    try await SimulatedSora(.imageFlux(token: token))
  }

  static func call(
    _ sora: SimulatedSora, _ target: String, _ body: String?
  ) async throws -> CurlCall {
    try await CurlCall(sora, target: target, body: body, token: token)
  }

  static func create(_ sora: SimulatedSora) async throws -> CurlCall {
    try await call(sora, "ImageFlux_20180905.CreateChannel", #"{"hls":[\#(rendition)]}"#)
  }

  @Test("lets nobody in without the token")
  func token() async throws {
    let sora = try await Self.start()
    let target = "ImageFlux_20200729.ListChannelIDs"
    #expect(try await CurlCall(sora, target: target, body: "{}").status == 401)
    let wrong = try await CurlCall(sora, target: target, body: "{}", token: "secret")
    #expect(wrong.status == 403)
    #expect(wrong.json?["error_type"] == nil)
    let right = try await CurlCall(sora, target: target, body: "{}", token: Self.token)
    #expect(right.text == #"{"channel_ids":[]}"#)
  }

  @Test("makes a new channel each time, and deletes it once")
  func channels() async throws {
    let sora = try await Self.start()
    let (first, second) = (try await Self.create(sora), try await Self.create(sora))
    let ids = [first, second].compactMap { $0.json?["channel_id"]?.string }
    #expect(Set(ids).count == 2)
    #expect(first.json?["sora_url"]?.string?.hasPrefix("wss://") == true)
    #expect(first.json?["playlist_url"]?.string?.hasSuffix(".m3u8") == true)
    let delete = #"{"channel_id":"\#(ids[0])"}"#
    #expect(
      try await Self.call(sora, "ImageFlux_20180501.DeleteChannel", delete).status == 200)
    let again = try await Self.call(sora, "ImageFlux_20180501.DeleteChannel", delete)
    #expect(again.json?["error_type"] == "ChannelNotFound")
    let left = try await Self.call(sora, "ImageFlux_20200729.ListChannelIDs", "{}")
    #expect(left.json?["channel_ids"]?.strings == [ids[1]])
    #expect(sora.read(\.everCreated) == ids)
    // Channels are no part of what a server forgets when it starts anew.
    try await sora.stop()
    try await sora.start()
    #expect(sora.read(\.channelIDs) == [ids[1]])
  }

  static let wrong: [(body: String, error: String)] = [
    (#"{}"#, "InvalidParameter"),
    (#"{"hls":[]}"#, "InvalidParameter"),
    (#"{"hls":{}}"#, "InvalidJSON"),
    (#"{"hls":[{"durationSeconds":0}]}"#, "InvalidJSON"),
    (#"{"hls":[\#(rendition)],"encrypt_key_uri":"http://a/"}"#, "InvalidParameter"),
    (#"{"hls":[\#(rendition)],"name":"x"}"#, "InvalidJSON"),
    (
      #"{"hls":[\#(rendition.replacing("1280", with: "4097"))]}"#, "InvalidJSON"
    ),
    (
      #"{"hls":[\#(rendition.replacing(":-2", with: ":2"))]}"#, "InvalidJSON"
    ),
    (
      #"{"hls":[\#(rendition.dropLast()),"archive":{"archive_destination_id":"none"}}]}"#,
      "ArchiveDestinationNotFound"
    ),
  ]

  @Test("refuses renditions that make no sense", arguments: wrong)
  func wrongRenditions(body: String, error: String) async throws {
    let sora = try await Self.start()
    let call = try await Self.call(sora, "ImageFlux_20180905.CreateChannel", body)
    #expect(call.status == 400)
    #expect(call.json?["error_type"]?.string == error, "\(call.text)")
    #expect(sora.read(\.channels).isEmpty)
  }

  @Test("a multistream channel's playlist comes with the stream")
  func playlists() async throws {
    let sora = try await Self.start()
    let created = try await Self.call(
      sora, "ImageFlux_20200316.CreateMultistreamChannelWithHLS",
      #"{"hls":[\#(Self.rendition)],"auth_webhook_url":""}"#)
    let id = try #require(created.json?["channel_id"]?.string)
    #expect(created.json?["playlist_url"] == nil)
    func playlists() async throws -> [JSONValue]? {
      try await Self.call(
        sora, "ImageFlux_20200207.ListPlaylistURLs", #"{"channel_id":"\#(id)"}"#
      ).json?["hls"]?.array
    }
    #expect(try await playlists() == [])
    let publisher = sora.change { state in
      let publisher = state.publish(id)
      state.makePlaylists(of: id)
      return publisher
    }
    let found = try await playlists()
    #expect(found?.count == 1)
    #expect(found?.first?["connection_id"]?.string == publisher)
    #expect(found?.first?["playlist_url"]?.string?.hasPrefix("https://") == true)
  }

  @Test("hands on what is about a channel of one's own, and not all of that")
  func passedOn() async throws {
    let sora = try await Self.start()
    let id = try #require(try await Self.create(sora).json?["channel_id"]?.string)
    let publisher = sora.change { $0.publish(id) }
    let rate = "Sora_20190327.ChangeUpstreamVideoBitRate"
    func body(_ channel: String) -> String {
      #"{"channel_id":"\#(channel)","connection_id":"\#(publisher)","bit_rate":500}"#
    }
    #expect(try await Self.call(sora, rate, body(id)).status == 200)
    let foreign = try await Self.call(sora, rate, body("sora"))
    #expect(foreign.json?["error_type"] == "ChannelNotFound")
    for target in ["Sora_20170814.StartForwardingRtp", "Sora_20241218.RequestKeyFrame"] {
      let call = try await Self.call(sora, target, body(id))
      #expect(call.json?["error_type"] == "SchemaNotFound")
    }
    // Whoever is connected goes with the channel.
    _ = try await Self.call(
      sora, "ImageFlux_20180501.DeleteChannel", #"{"channel_id":"\#(id)"}"#)
    #expect(sora.read(\.connections).isEmpty)
  }
}
