import JSON
import Media
import Testing

@testable import SoraControl

@Suite struct ForwardingLossTests {
  /// Forwarding of A runs, and one check went well.
  private func running(connectionID: String? = nil) -> Rehearsal {
    var sora = Rehearsal(connectionID: connectionID)
    _ = sora.run(to: "GetConnectionRemoteStats")
    sora.answer(["stats": [["type": "outbound-rtp"]]])
    return sora
  }

  @Test func everythingIsCheckedAtTheIntervals() {
    var sora = running()
    let begin = sora.now
    var moments: [String: [Double]] = [:]
    while let call = sora.call(), begin.duration(to: sora.now) < .seconds(11) {
      moments[call.operationName, default: []].append(begin.duration(to: sora.now).inSeconds)
      sora.answer(Rehearsal.reply(to: call, publishers: ["A"]))
    }
    #expect(moments["GetStatsReport"] == [2, 4, 6, 8, 10])
    #expect(moments["ListChannelConnections"] == [2, 4, 6, 8, 10])
    #expect(moments["GetConnectionRemoteStats"] == [6])
    #expect(moments.count == 3)
    #expect(sora.events.count == 1)
  }

  @Test func theOnlyPublisherGoesOnWithTheNextConnection() {
    var sora = running()
    _ = sora.run(to: "ListChannelConnections")
    sora.answer([Rehearsal.connection("B", created: 2)])
    #expect(sora.plan.report.situation == .starting)
    let next = sora.run(to: "StartForwardingRtp", publishers: ["B"], created: 2)
    #expect(next?.parameters["connection_id"] == "B")
    // Sora ended that of A itself.
    #expect(!sora.deeds.contains("StopForwardingRtp"))
    #expect(sora.file == [Rehearsal.record("B")])
    sora.answer(["sdp": "v=0\r\n"])
    #expect(sora.call()?.operationName == "RequestKeyFrame")
    #expect(sora.plan.report.counters.restores == 1)
    #expect(
      sora.events.suffix(2) == [
        .lost(.publisherLeft, connectionID: "A"),
        .started(connectionID: "B", after: .publisherLeft),
      ])
  }

  @Test func anotherPublisherBesideChangesNothing() {
    var sora = running()
    _ = sora.run(to: "ListChannelConnections")
    sora.answer([Rehearsal.connection("B"), Rehearsal.connection("A")])
    #expect(sora.plan.report.situation == .forwarding)
    #expect(sora.plan.report.connectionID == "A")
  }

  @Test func aNamedConnectionIsWaitedForAgain() {
    var sora = running(connectionID: "A")
    _ = sora.run(to: "ListChannelConnections")
    sora.answer([Rehearsal.connection("B")])
    _ = sora.run(to: "ListChannelConnections", publishers: ["B"])
    sora.answer([Rehearsal.connection("B")])
    #expect(sora.plan.report.situation == .waiting(.connection("A")))
    #expect(sora.file == [])
  }

  @Test func whoIsMissingInRemoteStatisticsIsStoppedToBeSure() {
    var sora = Rehearsal()
    _ = sora.call()
    sora.refuse("MissingTarget")
    _ = sora.run(to: "StartForwardingRtp")
    sora.answer(["sdp": "v=0\r\n"])
    _ = sora.run(to: "GetChannelRemoteStats")
    sora.answer([])
    #expect(sora.call() == .stop(Rehearsal.record("A")))
    sora.refuse("ConnectionNotFound")
    #expect(sora.call()?.operationName == "GetChannelRemoteStats")
    sora.answer([])
    #expect(sora.plan.report.situation == .waiting(.publisher))
  }

  @Test func totalsThatGoBackwardsAreARestart() {
    var sora = running()
    _ = sora.run(to: "GetStatsReport")
    let begin = sora.now
    // It stays so, and is not waited for.
    sora.answer(["total_connection_created": 3, "total_ongoing_connections": 0])
    for _ in 0..<2 {
      #expect(sora.call()?.operationName == "GetStatsReport")
      sora.answer(["total_connection_created": 3, "total_ongoing_connections": 0])
    }
    #expect(sora.call()?.operationName == "StopForwardingRtp")
    sora.refuse("NotForwarding")
    #expect(sora.call()?.operationName == "ListChannelConnections")
    sora.answer([Rehearsal.connection("A")])
    #expect(sora.call()?.operationName == "StartForwardingRtp")
    #expect(sora.now == begin)
    sora.answer(["sdp": "v=0\r\n"])
    #expect(sora.call()?.operationName == "RequestKeyFrame")
    #expect(sora.events.last == .started(connectionID: "A", after: .soraRestarted))
    // The smaller totals are the new measure.
    _ = sora.run(to: "GetStatsReport")
    sora.answer(["total_connection_created": 4])
    _ = sora.run(to: "GetStatsReport")
    sora.answer(["total_connection_created": 4])
    #expect(sora.plan.report.situation == .forwarding)
  }

  @Test func onlyTheNumberOfOngoingConnectionsMayShrink() {
    var sora = running()
    _ = sora.run(to: "GetStatsReport")
    sora.answer(["total_connection_created": 10, "total_ongoing_connections": 5])
    _ = sora.run(to: "GetStatsReport")
    sora.answer([
      "total_connection_created": 10, "total_ongoing_connections": 4, "average_duration_sec": 1,
    ])
    #expect(sora.plan.report.situation == .forwarding)
    #expect(sora.plan.report.counters.restores == 0)
  }

  @Test func theSameConnectionFromAnotherMomentIsAnother() {
    var sora = running()
    _ = sora.run(to: "ListChannelConnections")
    sora.answer([Rehearsal.connection("A", created: 2)])
    _ = sora.run(to: "StartForwardingRtp", created: 2)
    sora.answer(["sdp": "v=0\r\n"])
    #expect(sora.plan.report.counters.restores == 1)
  }

  @Test func anAPIThatWasAwayMeansAForwardingAnew() {
    var sora = running()
    for delay in [2, 0.5, 1, 2] {
      let before = sora.now
      #expect(sora.call()?.operationName == "GetStatsReport")
      #expect(before.duration(to: sora.now) == .seconds(delay))
      sora.fail(Rehearsal.away)
    }
    guard case .failing = sora.plan.report.situation else {
      Issue.record("\(sora.plan.report.situation)")
      return
    }
    #expect(sora.events.filter { if case .failed = $0 { true } else { false } }.count == 1)
    _ = sora.run(to: "ListChannelConnections")
    sora.answer([Rehearsal.connection("A")])
    #expect(sora.call() == .stop(Rehearsal.record("A")))
    sora.refuse("NotForwarding")
    #expect(sora.run(to: "StartForwardingRtp") != nil)
    sora.answer(["sdp": "v=0\r\n"])
    #expect(sora.call()?.operationName == "RequestKeyFrame")
    #expect(sora.events.last == .started(connectionID: "A", after: .apiWasAway))
  }

  @Test func aSlowAnswerNowAndThenChangesNothing() {
    var sora = running()
    for _ in 0..<5 {
      _ = sora.run(to: "ListChannelConnections")
      sora.fail(Rehearsal.lost)
      _ = sora.run(to: "ListChannelConnections")
      sora.answer([Rehearsal.connection("A")])
    }
    #expect(sora.plan.report.situation == .forwarding)
    #expect(sora.events.count == 1)
    #expect(sora.plan.report.counters.starts == 1)
  }

  @Test func aProxyBeforeASoraThatIsAwayCountsAsAway() {
    var sora = running()
    _ = sora.call()
    sora.fail(.connectionClosed(reason: "reset"))
    _ = sora.call()
    sora.fail(.connectionClosed(reason: "reset"))
    #expect(sora.run(to: "StartForwardingRtp") != nil)
    #expect(sora.plan.report.counters.starts == 1)
  }

  @Test func statisticsOfThePublisherAreKept() {
    let sora = running()
    #expect(sora.plan.report.statistics?["stats"] == [["type": "outbound-rtp"]])
    #expect(sora.plan.report.statistics?["isCut"] == false)
  }

  @Test func anOperatorCanHaveItAnew() {
    var sora = running()
    sora.plan.restartAsked(now: sora.now)
    #expect(sora.call()?.operationName == "StopForwardingRtp")
    sora.answer([:])
    #expect(sora.run(to: "StartForwardingRtp") != nil)
    sora.answer(["sdp": "v=0\r\n"])
    _ = sora.call()
    #expect(sora.events.last == .started(connectionID: "A", after: .restartAsked))
  }

  @Test func anOperatorNeedNotWaitForTheNextAttempt() {
    var sora = Rehearsal()
    _ = sora.call()
    sora.answer([])
    #expect(sora.call(before: sora.now) == nil)
    sora.plan.restartAsked(now: sora.now)
    #expect(sora.call(before: sora.now)?.operationName == "ListChannelConnections")
  }

  @Test func aKeyframeIsAskedForAtOnce() {
    var sora = running()
    #expect(sora.call(before: sora.now) == nil)
    sora.plan.keyframeAsked()
    #expect(
      sora.call(before: sora.now) == .requestKeyframe(channelID: "sora", connectionID: "A"))
  }

  @Test func leftoversOfAnyChannelAreStoppedFirst() {
    let leftovers = [Rehearsal.record("X", channel: "old"), Rehearsal.record("A")]
    var sora = Rehearsal(leftovers: leftovers)
    #expect(sora.call() == .stop(leftovers[0]))
    sora.answer([:])
    #expect(sora.call() == .stop(leftovers[1]))
    sora.refuse("ChannelNotFound")
    #expect(sora.call()?.operationName == "ListChannelConnections")
    #expect(sora.file == [])
    #expect(sora.events.count == 2)
  }

  @Test func leftoversWaitUntilSoraIsThere() {
    var sora = Rehearsal(leftovers: [Rehearsal.record("A")])
    _ = sora.call()
    sora.fail(Rehearsal.away)
    _ = sora.run(to: "ListChannelConnections")
    sora.fail(Rehearsal.away)
    _ = sora.call()
    sora.answer([Rehearsal.connection("A")])
    #expect(sora.call()?.operationName == "StopForwardingRtp")
    #expect(sora.file == [Rehearsal.record("A")])
  }

  @Test func aLeftoverThatSoraFailsAtDoesNotStandInTheWay() {
    var sora = Rehearsal(leftovers: [Rehearsal.record("X")])
    for _ in 0..<3 {
      _ = sora.run(to: "StopForwardingRtp")
      sora.fail(.refused(ControlRefusal(status: 500, type: "HandlerException")))
    }
    #expect(sora.run(to: "StartForwardingRtp") != nil)
    #expect(sora.file == [Rehearsal.record("A"), Rehearsal.record("X")])
  }

  @Test func recordsSurviveTheFile() {
    let records = [Rehearsal.record("A"), Rehearsal.record(nil, channel: "s/2")]
    for record in records {
      #expect(ForwardingRecord(json: record.json) == record)
    }
    for json: JSONValue in [[:], [], "x", ["channel_id": ""], ["channel_id": 1]] {
      #expect(ForwardingRecord(json: json) == nil)
    }
  }
}
