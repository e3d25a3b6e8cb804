import JSON
import NIOCore
import TestSupport
import Testing

@testable import SoraControl

@Suite struct RepliesTests {
  private func json(_ text: String) throws -> JSONValue {
    try JSONValue(reading: ByteBuffer(string: text))
  }

  private func statistics() throws -> RemoteStatistics {
    let bytes = try Fixture.bytes("sora/GetConnectionRemoteStats.reply.json")
    return try RemoteStatistics(json: try JSONValue(reading: ByteBuffer(bytes: bytes)))
  }

  @Test func echoesMayBeMissing() throws {
    #expect(try ConnectionReply(json: nil).json == nil)
    #expect(try ConnectionReply(json: nil).channelID == nil)
    #expect(try ConnectionReply(json: [:]).json == [:])
    #expect(try PushReply(json: nil).json == nil)
    #expect(MetadataReply(json: nil).metadata == nil)
    #expect(UndocumentedReply(json: nil).json == nil)
  }

  @Test(arguments: [
    (#"[{"channel_id":"a"},{"channel_id":7}]"#, "[1].channel_id is not a text"),
    (#"[{"channel_id":"a"},{}]"#, "[1].channel_id is not a text"),
    (#"[{"channel_id":"a","spotlight":"no"}]"#, "[0].spotlight is not true or false"),
    (#"["a"]"#, "[0] is not an object"), (#"{"channel_id":"a"}"#, "the reply is not a list"),
  ])
  func whatIsPromisedMustBeThere(text: String, message: String) throws {
    let error = #expect(throws: ControlReplyError.self) { try ChannelList(json: try json(text)) }
    #expect(error?.description == message)
  }

  @Test func lackingRepliesAreErrors() throws {
    #expect(throws: ControlReplyError(path: "sdp", expected: "a text")) {
      try ForwardingReply(json: [:])
    }
    #expect(throws: ControlReplyError(path: "", expected: "an object")) {
      try ForwardingReply(json: nil)
    }
    #expect(throws: ControlReplyError(path: "", expected: "a list")) {
      try ConnectionList(json: nil)
    }
    #expect(throws: ControlReplyError(path: "hls[0].playlist_url", expected: "a text")) {
      try PlaylistList(json: ["hls": [["connection_id": "C"]]])
    }
    #expect(throws: ControlReplyError(path: "channel_ids[1]", expected: "a text")) {
      try ChannelIDList(json: ["channel_ids": ["a", .null]])
    }
    #expect(throws: ControlReplyError(path: "[0].remote_stats", expected: "a list")) {
      try RemoteStatisticsList(json: [[:]])
    }
  }

  @Test func unknownMembersAndNullsStay() throws {
    let reply = try json(
      #"""
      {"channel_id": "c", "sora_url": null, "new": {"n": [18446744073709551615]}}
      """#)
    let channel = try CreatedChannel(json: reply)
    #expect(channel.channelID == "c" && channel.soraURL == nil)
    #expect(Set(channel.additional.keys) == ["new", "sora_url"])
    #expect(channel.json == reply)
  }

  @Test(arguments: ["", String(repeating: "x", count: 256), "a\nb", "\u{0}", "\u{85}"])
  func anIDThatNoCallCanNameIsNone(id: String) throws {
    let error = #expect(throws: ControlReplyError.self) {
      try CreatedChannel(json: ["channel_id": .string(id), "sora_url": "wss://x/signaling"])
    }
    #expect(error?.path == "channel_id")
    // A list is not lost for one of them.
    let list: JSONValue = ["channel_ids": ["a", .string(id)]]
    #expect(try ChannelIDList(json: list).json == list)
  }

  @Test func theChannelsOfTheDocumentsAreRead() throws {
    let bytes = try Fixture.bytes("sora/ListChannels.reply.json")
    let list = try ChannelList(json: try JSONValue(reading: ByteBuffer(bytes: bytes)))
    #expect(list.channels.map(\.channelID) == ["sora", "akane"])
    #expect(list.channels.first?.multistream == true && list.channels.first?.spotlight == false)
  }

  @Test func connectionsSayWhatTheySend() throws {
    let bytes = try Fixture.bytes("sora-later/ListConnections.reply.json")
    let list = try ConnectionList(json: try JSONValue(reading: ByteBuffer(bytes: bytes)))
    #expect(list.connections.count == 2)
    let publisher = try #require(list.connections.first)
    #expect(publisher.createdTime == 1_732_170_000_123_456)
    #expect(publisher.video?.codecType == "H264" && publisher.video?.bitRate == 2000)
    #expect(publisher.audio?.isOn == false && publisher.video?.isOn == true)
    #expect(try ConnectionList(json: [["connection_id": "C"]]).connections.first?.role == nil)
  }

  @Test func theStatisticsOfTheDocumentsAreRead() throws {
    let statistics = try statistics()
    #expect(statistics.channelID == "sora")
    #expect(statistics.timestamp == "2020-04-09T07:33:42.081Z")
    #expect(statistics.reports.contains { $0["type"] == "outbound-rtp" })
  }

  @Test func statisticsOfAnyShapeAreBorne() throws {
    let reports: JSONValue = [
      1, .null, ["type": "outbound-rtp"], ["type": 7, "kind": "video"],
      ["type": "outbound-rtp", "kind": "video", "bytesSent": "many", "codecId": ["x"]],
      ["type": "remote-inbound-rtp", "kind": "video", "jitter": .exact("1e400")],
      ["type": "candidate-pair", "nominated": true],
    ]
    let statistics = try RemoteStatistics(json: ["stats": reports])
    #expect(statistics.reports.count == 7)
    #expect(statistics.json == ["stats": reports])
  }

  @Test(arguments: DocumentedExample.all)
  func mutatedRepliesNeverTrap(example: DocumentedExample) throws {
    guard let shown = try example.reply() else { return }
    var text = ByteBuffer()
    shown.encode(into: &text)
    let sample = Array(text.readableBytesView)
    var generator = SeededGenerator(seed: 0x534F_5241 &+ UInt64(sample.count))
    func run<Request: ControlRequest>(_: Request.Type) throws -> Int {
      var read = 0
      for _ in 0..<(sample.count > 2000 ? 60 : 600) {
        let bytes = Mutation.mutate(sample, using: &generator)
        guard let json = JSONValue(parsing: ByteBuffer(bytes: bytes)),
          let reply = try? Request.Reply(json: json)
        else { continue }
        read += 1
        #expect(reply.json == json)
      }
      return read
    }
    #expect(try run(try example.type) > 0)
  }
}
