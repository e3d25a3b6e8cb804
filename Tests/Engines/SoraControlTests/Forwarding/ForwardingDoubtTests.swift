import JSON
import Media
import Testing

@testable import SoraControl

/// Where Sora, or what stands before it, does not say plainly how it is.
@Suite struct ForwardingDoubtTests {
  /// A Sora that starts what runs already, as often as it is asked.
  private struct Doubling {
    var running = 0
    var most = 0
    var starts = 0
    var total = 10
    /// Of a stop: all, or one.
    var stopsAll: Bool
    /// Knows the two operations of 2017 only.
    var isBlind: Bool

    mutating func hear(_ call: ForwardingCall, _ sora: inout Rehearsal) {
      switch call {
      case .start:
        (running, starts) = (running + 1, starts + 1)
        most = max(most, running)
        sora.answer(["sdp": "v=0\r\n"])
      case .stop:
        guard running > 0 else { return sora.refuse("NOT-FORWARDING") }
        running -= stopsAll ? running : 1
        sora.answer(.object(call.parameters))
      case .listConnections: sora.refuse("MissingTarget")
      case .channelStatistics, .statisticsReport, .connectionStatistics, .requestKeyframe:
        if isBlind { return sora.refuse("MissingTarget") }
        total += 1
        sora.answer(
          Rehearsal.reply(to: call, publishers: [], total: total))
      }
    }
  }

  @Test(arguments: [true, false], [true, false])
  func aSoraThatStartsWhatRunsForwardsOnceOnly(stopsAll: Bool, isBlind: Bool) {
    var doubling = Doubling(stopsAll: stopsAll, isBlind: isBlind)
    var sora = Rehearsal(connectionID: isBlind ? nil : "N")
    while sora.now < MediaTime(nanoseconds: 300_000_000_000), let call = sora.call() {
      doubling.hear(call, &sora)
      // Whenever nothing is asked, one runs.
      var copy = sora
      if copy.call(before: sora.now) == nil, sora.plan.report.since != nil {
        #expect(doubling.running == 1)
      }
    }
    #expect(doubling.running == 1)
    #expect(doubling.most == 2)
    // The first, and two doubts with a start that doubles and one that does not.
    #expect(doubling.starts == 5)
    #expect(sora.plan.report.situation == .forwarding)
    #expect(sora.events.filter { $0 == .startsTwice }.count == 1)
    #expect(sora.file.count == 1)
    sora.plan.shutdownAsked(now: sora.now)
    while let call = sora.call() { doubling.hear(call, &sora) }
    #expect(doubling.running == 0)
  }

  @Test func whatIsStartedOnceMoreIsInTheFileTwice() {
    var sora = Rehearsal(connectionID: "N")
    var doubling = Doubling(stopsAll: false, isBlind: false)
    var starts = 0
    while let call = sora.call() {
      if case .start = call { starts += 1 }
      if starts == 2 { break }
      doubling.hear(call, &sora)
    }
    #expect(sora.file == [Rehearsal.record("N"), Rehearsal.record("N")])
    #expect(sora.now == MediaTime(nanoseconds: 10_000_000_000))
    sora.refuse("ALREADY-FORWARDING")
    _ = sora.call()
    #expect(sora.file == [Rehearsal.record("N")])
  }

  /// A forwarding that was over is found out as often as it happens if Sora refuses between.
  @Test func refusalsBetweenShowThatSoraDoesNotDouble() {
    var sora = Rehearsal(connectionID: "N")
    var isRunning = false
    var checks = 0
    var found = 0
    while found < 4, let call = sora.call() {
      switch call {
      case .start where isRunning:
        checks += 1
        sora.refuse("ALREADY-FORWARDING")
        // The publisher goes and comes, now and then.
        if checks % 2 == 0 { isRunning = false }
      case .start:
        if sora.plan.report.since != nil { found += 1 }
        isRunning = true
        sora.answer(["sdp": "v=0\r\n"])
      case .stop where isRunning:
        isRunning = false
        sora.answer([:])
      case .stop: sora.refuse("NOT-FORWARDING")
      default: sora.refuse("MissingTarget")
      }
    }
    #expect(found == 4)
    #expect(!sora.events.contains(.startsTwice))
  }

  @Test func answersThatNeverComeMeanThatSoraWasAway() {
    var sora = Rehearsal()
    _ = sora.run(to: "GetConnectionRemoteStats")
    sora.answer(nil)
    for _ in 0..<4 {
      _ = sora.call()
      sora.fail(Rehearsal.lost)
    }
    #expect(sora.run(to: "StopForwardingRtp") != nil)
    sora.answer([:])
    #expect(sora.run(to: "StartForwardingRtp") != nil)
    #expect(sora.events.contains(.lost(.apiWasAway, connectionID: "A")))
  }

  @Test(arguments: ["NOT-ALLOWED", "InvalidJSON", "UNKNOWN-KEY"])
  func aRefusalOfTheListIsAFaultThatIsShown(type: String) {
    var sora = Rehearsal()
    let failure = ForwardingFailure(
      operation: "ListChannelConnections",
      error: .refused(ControlRefusal(status: 400, type: type, reason: nil)))
    for _ in 0..<4 {
      #expect(sora.call()?.operationName == "ListChannelConnections")
      sora.refuse(type)
    }
    _ = sora.call()
    #expect(sora.plan.report.situation == .failing(failure))
    #expect(sora.plan.report.lastFailure == failure)
    #expect(sora.events == [.failed(failure)])
    sora.answer([Rehearsal.connection("A")])
    #expect(sora.call()?.operationName == "StartForwardingRtp")
    sora.answer(["sdp": "v=0\r\n"])
    // While it forwards, it says nothing about the publisher.
    _ = sora.run(to: "ListChannelConnections")
    sora.refuse(type)
    _ = sora.call()
    #expect(sora.file == [Rehearsal.record("A")])
    #expect(!sora.events.contains(.lost(.publisherLeft, connectionID: "A")))
  }

  @Test(arguments: [
    "CHANNEL_NOT_FOUND", "ChannelNotFound", "CHANNEL-DOES-NOT-EXIST", "NoSuchChannel",
  ])
  func aChannelThatIsGoneEndsTheForwardingToBeSure(type: String) {
    var sora = Rehearsal()
    _ = sora.call()
    sora.refuse(type)
    #expect(sora.plan.report.situation == .waiting(.publisher))
    _ = sora.run(to: "StartForwardingRtp")
    sora.answer(["sdp": "v=0\r\n"])
    _ = sora.run(to: "ListChannelConnections")
    sora.refuse(type)
    #expect(sora.call() == .stop(Rehearsal.record("A")))
    #expect(sora.plan.report.lastFailure == nil)
  }

  @Test(arguments: [nil, "", .null, 7, "no description"] as [JSONValue?])
  func anAnswerWithoutADescriptionIsShown(description: JSONValue?) {
    var sora = Rehearsal()
    _ = sora.run(to: "StartForwardingRtp")
    sora.answer(.object(description.map { ["sdp": $0] } ?? [:]))
    _ = sora.call()
    #expect(sora.plan.report.situation == .forwarding)
    #expect(sora.plan.report.description == nil)
    #expect(sora.plan.report.lastFailure?.operation == "StartForwardingRtp")
    #expect(sora.plan.report.counters.failures == 1)
    sora.plan.restartAsked(now: sora.now)
    _ = sora.run(to: "StartForwardingRtp")
    sora.answer([:])
    _ = sora.call()
    #expect(sora.events.filter { $0 == .noDescription }.count == 1)
  }

  /// Two Soras behind one address, in turn and by chance.
  @Test func totalsOfSeveralSorasAreNoRestart() {
    var sora = Rehearsal()
    let totals = [100, 20, 100, 20, 20, 101, 21, 20, 20, 20, 20, 101, 20]
    for total in totals {
      _ = sora.run(to: "GetStatsReport")
      sora.answer(["total_connection_created": .integer(total)])
    }
    _ = sora.run(to: "GetStatsReport")
    #expect(sora.plan.report.situation == .forwarding)
    #expect(sora.plan.report.counters.starts == 1)
    #expect(!sora.deeds.contains("StopForwardingRtp"))
  }

  @Test(
    arguments: [
      .unexpectedStatus(503, excerpt: ""), .refused(ControlRefusal(status: 502, type: "X")),
      .connectionClosed(reason: "reset"),
    ] as [ControlError])
  func aSoraThatKeepsFailingIsAskedOnceInAWhile(error: ControlError) {
    var sora = Rehearsal()
    _ = sora.run(to: "StartForwardingRtp")
    sora.fail(error)
    if case .connectionClosed = error {
      #expect(sora.call()?.operationName == "StopForwardingRtp")
      sora.answer([:])
      #expect(sora.call()?.operationName == "StartForwardingRtp")
      sora.fail(error)
    }
    for pause in [0.5, 1, 2, 4] {
      let begin = sora.now
      for name in ["ListChannelConnections", "StopForwardingRtp", "StartForwardingRtp"] {
        let call = sora.call()
        #expect(call?.operationName == name)
        #expect(begin.duration(to: sora.now) == .seconds(pause))
        guard let call, name != "StartForwardingRtp" else { break }
        sora.answer(Rehearsal.reply(to: call, publishers: ["A"]))
      }
      sora.fail(error)
    }
    _ = sora.call()
    #expect(sora.events.filter { if case .stopped = $0 { true } else { false } }.count == 1)
    #expect(sora.events.filter { if case .failed = $0 { true } else { false } }.count == 1)
  }

  @Test func aLeftoverThatCanNeverBeSentIsForgotten() {
    let record = Rehearsal.record("X", channel: String(repeating: "x", count: 500))
    var sora = Rehearsal(leftovers: [record])
    _ = sora.call()
    let error = ControlError.parametersUnusable(ControlParameterError(problems: []))
    sora.fail(error)
    #expect(sora.run(to: "StartForwardingRtp") != nil)
    #expect(sora.events.first == .unusableRecord(record, error))
    #expect(sora.file == [Rehearsal.record("A")])
  }

  @Test func atTheEndTooWhatCanNeverBeSentIsForgotten() {
    let record = Rehearsal.record("X", channel: String(repeating: "x", count: 500))
    var sora = Rehearsal(leftovers: [record])
    sora.plan.shutdownAsked(now: sora.now)
    _ = sora.call()
    sora.fail(.parametersUnusable(ControlParameterError(problems: [])))
    #expect(sora.hasFinished() == true)
    #expect(sora.file == [])
  }

  /// Sora is asked to start what may run, and the answer never comes.
  @Test(arguments: [
    Rehearsal.lost, .refused(ControlRefusal(status: 500, type: "HandlerException")),
    .unexpectedStatus(503, excerpt: ""),
  ])
  func aDoubtfulForwardingIsNotShownWhileItIsStoppedAndStartedAnew(error: ControlError) {
    var sora = Rehearsal(connectionID: "N")
    startUntilConfirming(&sora)
    #expect(sora.plan.report.since != nil)
    sora.fail(error)
    for _ in 0..<2 {
      #expect(sora.call()?.operationName == "StopForwardingRtp")
      #expect(sora.plan.report.since == nil)
      #expect(sora.plan.report.description == nil)
      #expect(sora.plan.report.connectionID == nil)
      sora.answer([:])
    }
    #expect(sora.plan.report.lastFailure?.error == error)
    #expect(sora.call()?.operationName == "StartForwardingRtp")
    sora.answer(["sdp": "v=0\r\n"])
    _ = sora.call()
    #expect(sora.events.contains(.lost(.startUnanswered, connectionID: "N")))
    #expect(sora.events.last == .started(connectionID: "N", after: .startUnanswered))
    #expect(sora.plan.report.counters.restores == 1)
  }

  /// A Sora that has no list starts, and is asked to start once more: that call is open.
  private func startUntilConfirming(_ sora: inout Rehearsal) {
    var starts = 0
    while let call = sora.call() {
      if case .start = call { starts += 1 }
      if starts == 2 { break }
      if case .start = call {
        sora.answer(["sdp": "v=0\r\n"])
      } else {
        sora.refuse("MissingTarget")
      }
    }
  }

  /// 501 is the word of a server that does not have the operation, whatever it did before.
  @Test func aSoraThatForgotHowToStartIsAskedWhetherItIsThere() {
    var sora = Rehearsal(connectionID: "N")
    startUntilConfirming(&sora)
    sora.fail(.unexpectedStatus(501, excerpt: ""))
    _ = sora.call(before: sora.now)
    #expect(sora.plan.report.situation == .forwarding)
    #expect(sora.plan.report.since != nil)
    #expect(sora.file == [Rehearsal.record("N")])
  }
}
