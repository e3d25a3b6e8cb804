import JSON
import Media
import NIOCore
import Testing

@testable import SoraControl

@Suite struct ForwardingStartTests {
  @Test func thePublisherIsLookedUpRememberedForwardedAndAskedForAKeyframe() throws {
    var sora = Rehearsal()
    let startCall = sora.run(to: "StartForwardingRtp")
    let start = try #require(startCall)
    #expect(
      start.parameters == [
        "channel_id": "sora", "connection_id": "A", "ip_address": "192.0.2.7", "video_port": 60003,
      ])
    #expect(sora.deeds == ["ListChannelConnections", "file A", "StartForwardingRtp"])
    sora.answer(["sdp": "v=0\r\n"])
    let keyframeCall = sora.call()
    let keyframe = try #require(keyframeCall)
    #expect(keyframe == .requestKeyframe(channelID: "sora", connectionID: "A"))
    #expect(sora.plan.report.situation == .forwarding)
    #expect(sora.plan.report.connectionID == "A")
    #expect(sora.plan.report.description == "v=0\r\n")
    #expect(sora.plan.report.counters.starts == 1)
    #expect(sora.plan.report.counters.restores == 0)
    #expect(sora.events == [.started(connectionID: "A", after: nil)])
  }

  @Test func nobodyIsWaitedFor() {
    var sora = Rehearsal()
    for _ in 0..<3 {
      #expect(sora.call()?.operationName == "ListChannelConnections")
      sora.answer([Rehearsal.connection("V", role: "recvonly")])
      #expect(sora.plan.report.situation == .waiting(.publisher))
    }
    #expect(sora.now == MediaTime(nanoseconds: 4_000_000_000))
    #expect(sora.events == [])
  }

  @Test(arguments: ["sendonly", "sendrecv", "upstream"])
  func rolesThatSendCount(role: String) {
    var sora = Rehearsal()
    _ = sora.call()
    sora.answer([
      Rehearsal.connection("V", role: "recvonly"), Rehearsal.connection("P", role: role),
    ])
    #expect(sora.call()?.parameters["connection_id"] == "P")
  }

  @Test func severalPublishersAreNotGuessedFrom() {
    var sora = Rehearsal()
    _ = sora.call()
    sora.answer([Rehearsal.connection("A"), Rehearsal.connection("B", role: "sendrecv")])
    #expect(sora.plan.report.situation == .waiting(.onePublisherOf(2)))
    #expect(sora.call()?.operationName == "ListChannelConnections")
    sora.answer([Rehearsal.connection("B")])
    #expect(sora.call()?.parameters["connection_id"] == "B")
  }

  @Test func aNamedConnectionIsWaitedFor() {
    var sora = Rehearsal(connectionID: "B")
    _ = sora.call()
    sora.answer([Rehearsal.connection("A")])
    #expect(sora.plan.report.situation == .waiting(.connection("B")))
    _ = sora.call()
    sora.answer([Rehearsal.connection("A"), Rehearsal.connection("B")])
    #expect(sora.call()?.parameters["connection_id"] == "B")
  }

  @Test func aChannelThatDoesNotExistIsWaitedFor() {
    var sora = Rehearsal()
    _ = sora.call()
    sora.refuse("ChannelNotFound")
    #expect(sora.plan.report.situation == .waiting(.publisher))
    #expect(sora.call()?.operationName == "ListChannelConnections")
  }

  @Test(arguments: [
    "MissingService", "MissingTarget", "MissingTargetModule", "MissingTargetFunction",
    "InvalidTarget", "SchemaNotFound",
  ])
  func remoteStatisticsTellWhereThereIsNoListOfConnections(type: String) {
    var sora = Rehearsal()
    _ = sora.call()
    sora.refuse(type)
    #expect(sora.call() == .channelStatistics(channelID: "sora"))
    sora.answer([Rehearsal.statistics("V", type: "inbound-rtp"), Rehearsal.statistics("P")])
    #expect(sora.call()?.parameters["connection_id"] == "P")
    #expect(sora.events == [.unknownOperation("ListChannelConnections")])
  }

  @Test func forAudioAloneTheSenderOfAudioIsThePublisher() {
    var sora = Rehearsal(videoPort: nil, audioPort: 60001)
    _ = sora.call()
    sora.refuse("MissingTarget")
    _ = sora.call()
    sora.answer([Rehearsal.statistics("A", kind: "audio"), Rehearsal.statistics("V")])
    let start = sora.call()
    #expect(start?.parameters["connection_id"] == "A")
    #expect(start?.parameters["audio_port"] == 60001)
    #expect(start?.parameters["video_port"] == nil)
  }

  @Test func aSoraOf2017IsToldTheChannelOnly() throws {
    var sora = Rehearsal()
    _ = sora.call()
    sora.refuse("MissingTarget")
    _ = sora.call()
    sora.refuse("MissingTarget")
    let startCall = sora.call()
    let start = try #require(startCall)
    #expect(
      start.parameters == ["channel_id": "sora", "ip_address": "192.0.2.7", "video_port": 60003])
    sora.answer(["sdp": "v=0\r\n"])
    // No keyframe can be asked for without a connection.
    #expect(sora.call() == .statisticsReport)
    sora.refuse("MissingTarget")
    #expect(sora.plan.report.situation == .forwarding)
    // Nobody can say whether it goes on: it is started again, which a Sora that forwards refuses.
    #expect(sora.call()?.operationName == "StartForwardingRtp")
    #expect(sora.now == MediaTime(nanoseconds: 10_000_000_000))
    sora.refuse("AlreadyForwarding")
    #expect(sora.call()?.operationName == "StartForwardingRtp")
    #expect(!sora.deeds.contains("StopForwardingRtp"))
    #expect(sora.plan.report.counters.starts == 1)
  }

  @Test func aNamedConnectionWithoutStatisticsIsTriedAllTheSame() {
    var sora = Rehearsal(connectionID: "N")
    _ = sora.call()
    sora.refuse("MissingTarget")
    _ = sora.call()
    sora.answer([])
    #expect(sora.call()?.parameters["connection_id"] == "N")
    sora.answer(["sdp": "v=0\r\n"])
    let next = sora.run(to: "StartForwardingRtp", publishers: [], total: 10)
    #expect(next == nil)
    #expect(sora.plan.report.situation == .forwarding)
  }

  @Test func whatRanBeforeIsStoppedOnceWhenSoraRefuses() {
    var sora = Rehearsal()
    _ = sora.run(to: "StartForwardingRtp")
    sora.refuse("AlreadyForwarding")
    #expect(sora.call() == .stop(Rehearsal.record("A")))
    sora.answer([:])
    #expect(sora.call()?.operationName == "StartForwardingRtp")
    sora.answer(["sdp": "v=0\r\n"])
    #expect(sora.plan.report.situation == .forwarding)
    #expect(
      sora.deeds == [
        "ListChannelConnections", "file A", "StartForwardingRtp", "StopForwardingRtp",
        "StartForwardingRtp",
      ])
  }

  @Test func aRefusalThatStaysIsRepeatedWithPausesThatGrow() {
    var sora = Rehearsal()
    var pauses: [Duration] = []
    for round in 0..<7 {
      _ = sora.call()
      sora.answer([Rehearsal.connection("A", simulcast: true)])
      _ = sora.call()
      sora.refuse("SimulcastUnsupported")
      if round == 0 {
        #expect(sora.call()?.operationName == "StopForwardingRtp")
        sora.refuse("NotForwarding")
        #expect(sora.call()?.operationName == "StartForwardingRtp")
        sora.refuse("SimulcastUnsupported")
      }
      let begin = sora.now
      var copy = sora
      _ = copy.call()
      pauses.append(begin.duration(to: copy.now))
    }
    #expect(
      pauses == [0.5, 1, 2, 4, 5, 5, 5].map { .seconds($0) })
    _ = sora.call()
    guard case .failing(let failure) = sora.plan.report.situation else {
      Issue.record("\(sora.plan.report.situation)")
      return
    }
    #expect(failure.isSimulcast)
    #expect(failure.operation == "StartForwardingRtp")
    #expect(sora.events.filter { if case .failed = $0 { true } else { false } }.count <= 1)
    #expect(sora.deeds.filter { $0 == "StopForwardingRtp" }.count == 1)
    #expect(sora.file == [])
  }

  @Test(arguments: [
    #"[{"invalid":"data","error":["missing_required_property","audio_port"],"schema":{},"path":[]}]"#,
    #"[{"invalid":"schema","schema":{"required":["channel_id","audio_port"]},"error":"missing"}]"#,
    #""audio_port is required""#,
    #"[{"invalid":"data","error":"missing_required_property","data":"audio_port","path":[]}]"#,
    #"[{"error":"missing_required_property","data":{},"schema":{"required":["audio_port"]}}]"#,
  ])
  func aSoraThatWantsBothPortsIsToldTheDiscardPort(reason: String) throws {
    var sora = Rehearsal()
    _ = sora.run(to: "StartForwardingRtp")
    sora.refuse("InvalidJSON", JSONValue(parsing: ByteBuffer(string: reason)))
    let startCall = sora.call()
    let start = try #require(startCall)
    #expect(start.parameters["audio_port"] == 9)
    #expect(start.parameters["video_port"] == 60003)
    sora.answer(["sdp": "v=0\r\n"])
    #expect(sora.events.contains(.discards(key: "audio_port")))
    // From then on.
    _ = sora.run(to: "ListChannelConnections")
    sora.answer([Rehearsal.connection("B")])
    #expect(sora.run(to: "StartForwardingRtp", publishers: ["B"])?.parameters["audio_port"] == 9)
  }

  @Test func anotherInvalidKeyIsARefusalAsAnyOther() {
    var sora = Rehearsal()
    _ = sora.run(to: "StartForwardingRtp")
    sora.refuse(
      "InvalidJSON",
      [
        [
          "invalid": "data", "error": "wrong_type", "path": ["ip_address"],
          "schema": ["properties": ["audio_port": ["type": "integer"]]],
        ]
      ])
    #expect(sora.call()?.operationName == "StopForwardingRtp")
    #expect(!sora.events.contains(.discards(key: "audio_port")))
  }

  @Test(arguments: [
    Rehearsal.lost, .connectionClosed(reason: "reset"), .unexpectedStatus(500, excerpt: ""),
    .refused(ControlRefusal(status: 500, type: "HandlerException")),
    .notJSON(contentType: "text/html", excerpt: "<", reason: "no value"),
  ])
  func aStartWithoutAnAnswerIsStoppedAndDoneAgain(error: ControlError) {
    var sora = Rehearsal()
    _ = sora.run(to: "StartForwardingRtp")
    sora.fail(error)
    #expect(sora.call()?.operationName == "StopForwardingRtp")
    #expect(sora.file == [Rehearsal.record("A")])
    sora.answer([:])
    #expect(sora.call()?.operationName == "StartForwardingRtp")
    sora.answer(["sdp": "v=0\r\n"])
    #expect(sora.plan.report.situation == .forwarding)
  }

  @Test func twoLostAnswersAreFollowedByAPauseWithTheRecordKept() {
    var sora = Rehearsal()
    _ = sora.run(to: "StartForwardingRtp")
    sora.fail(Rehearsal.lost)
    _ = sora.run(to: "StartForwardingRtp")
    sora.fail(Rehearsal.lost)
    #expect(sora.call()?.operationName == "ListChannelConnections")
    #expect(sora.file == [Rehearsal.record("A")])
    sora.answer([Rehearsal.connection("A")])
    #expect(sora.call()?.operationName == "StopForwardingRtp")
  }

  @Test func aStartThatWasNeverSentLeavesNothingToStop() {
    var sora = Rehearsal()
    _ = sora.run(to: "StartForwardingRtp")
    sora.fail(Rehearsal.away)
    #expect(sora.call()?.operationName == "ListChannelConnections")
    #expect(sora.file == [])
  }

  @Test func aReplyWithoutADescriptionIsAForwardingAllTheSame() {
    var sora = Rehearsal()
    _ = sora.run(to: "StartForwardingRtp")
    sora.answer(nil)
    #expect(sora.plan.report.situation == .forwarding)
    #expect(sora.plan.report.description == nil)
  }

  @Test(arguments: ["MissingTarget", "ConnectionNotFound"])
  func aKeyframeThatIsNotGivenIsSaidOnce(type: String) {
    var sora = Rehearsal()
    _ = sora.run(to: "RequestKeyFrame")
    sora.refuse(type)
    _ = sora.run(to: "ListChannelConnections")
    #expect(sora.plan.report.situation == .forwarding)
    sora.plan.keyframeAsked()
    sora.answer([Rehearsal.connection("A")])
    _ = sora.run(to: "RequestKeyFrame")
    sora.refuse(type)
    _ = sora.run(to: "ListChannelConnections")
    #expect(sora.events.count == 2)
    #expect(sora.plan.report.counters.keyframeRequests == 0)
  }

  @Test func withoutAWishForKeyframesNoneIsAskedFor() {
    var sora = Rehearsal(rules: ForwardingRules(requestsKeyframe: false))
    _ = sora.run(to: "StartForwardingRtp")
    sora.answer(["sdp": "v=0\r\n"])
    #expect(sora.call() == .statisticsReport)
  }
}
