import JSON
import Media
import Testing

@testable import SoraControl

@Suite struct ForwardingEndTests {
  @Test func whatRunsIsStopped() {
    var sora = Rehearsal()
    _ = sora.run(to: "GetConnectionRemoteStats")
    sora.answer(nil)
    _ = sora.call(before: sora.now)
    sora.plan.shutdownAsked(now: sora.now)
    #expect(sora.call() == .stop(Rehearsal.record("A")))
    sora.answer([:])
    #expect(sora.hasFinished() == true)
    #expect(sora.file == [])
    #expect(sora.events.last == .stopped(Rehearsal.record("A")))
  }

  @Test func whoWaitsLeavesAtOnce() {
    var sora = Rehearsal()
    _ = sora.call()
    sora.answer([])
    sora.plan.shutdownAsked(now: sora.now)
    #expect(sora.hasFinished() == true)
    #expect(sora.plan.report.situation == .ended)
  }

  /// Each call of an ordinary life in turn is on its way when the end comes.
  @Test(arguments: [
    "ListChannelConnections", "RequestKeyFrame", "GetStatsReport", "GetConnectionRemoteStats",
  ])
  func aCallOnItsWayIsGivenUp(name: String) {
    var sora = Rehearsal()
    _ = sora.run(to: name)
    let runs = name != "ListChannelConnections"
    sora.plan.shutdownAsked(now: sora.now)
    // The late answer changes nothing.
    sora.answer([])
    if runs {
      #expect(sora.call() == .stop(Rehearsal.record("A")))
      sora.answer([:])
    }
    #expect(sora.hasFinished() == true)
    #expect(sora.file == [])
  }

  @Test func aStartOnItsWayIsAwaitedThenStopped() {
    var sora = Rehearsal()
    _ = sora.run(to: "StartForwardingRtp")
    sora.plan.shutdownAsked(now: sora.now)
    #expect(sora.call(before: sora.now) == nil)
    sora.answer(["sdp": "v=0\r\n"])
    #expect(sora.call() == .stop(Rehearsal.record("A")))
    sora.answer([:])
    #expect(sora.hasFinished() == true)
  }

  @Test func aStartOnItsWayThatIsRefusedLeavesNothing() {
    var sora = Rehearsal()
    _ = sora.run(to: "StartForwardingRtp")
    sora.plan.shutdownAsked(now: sora.now)
    sora.refuse("AlreadyForwarding")
    #expect(sora.hasFinished() == true)
    #expect(sora.file == [])
  }

  @Test func aStartWhoseAnswerDoesNotComeIsStoppedInTime() {
    var sora = Rehearsal()
    _ = sora.run(to: "StartForwardingRtp")
    let begin = sora.now
    sora.plan.shutdownAsked(now: begin)
    #expect(sora.call() == .stop(Rehearsal.record("A")))
    #expect(begin.duration(to: sora.now) == .milliseconds(500))
    // Nor does the answer to that.
    #expect(sora.call() == nil)
    #expect(begin.duration(to: sora.now) == .milliseconds(1200))
    #expect(sora.plan.poll(now: sora.now) == .finished)
    #expect(sora.file == [Rehearsal.record("A")])
    #expect(sora.events.last == .leftBehind([Rehearsal.record("A")]))
  }

  @Test func aStartThatWasOrderedButNotSentIsForgotten() {
    var sora = Rehearsal()
    _ = sora.call()
    sora.answer([Rehearsal.connection("A")])
    // The file is written, the call not made.
    guard case .remember(let records) = sora.plan.poll(now: sora.now) else {
      Issue.record("nothing remembered")
      return
    }
    #expect(records == [Rehearsal.record("A")])
    sora.file = records
    sora.plan.remembered(failure: nil)
    sora.plan.shutdownAsked(now: sora.now)
    #expect(sora.hasFinished() == true)
    #expect(sora.file == [])
  }

  @Test func aStopOnItsWayIsTheOneThatCounts() {
    var sora = Rehearsal(leftovers: [Rehearsal.record("X"), Rehearsal.record("Y")])
    _ = sora.call()
    sora.plan.shutdownAsked(now: sora.now)
    sora.answer([:])
    #expect(sora.call() == .stop(Rehearsal.record("Y")))
    sora.answer([:])
    #expect(sora.hasFinished() == true)
    #expect(sora.file == [])
  }

  @Test func aSoraThatIsAwayIsNotWaitedFor() {
    var sora = Rehearsal()
    _ = sora.run(to: "GetConnectionRemoteStats")
    sora.plan.shutdownAsked(now: sora.now)
    let begin = sora.now
    _ = sora.call()
    sora.fail(Rehearsal.away)
    #expect(sora.hasFinished() == true)
    #expect(sora.now == begin)
    #expect(sora.file == [Rehearsal.record("A")])
  }

  @Test func aStopThatIsNotAnsweredIsRepeatedThenLeft() {
    var sora = Rehearsal()
    _ = sora.run(to: "GetConnectionRemoteStats")
    sora.plan.shutdownAsked(now: sora.now)
    for _ in 0..<3 {
      #expect(sora.call()?.operationName == "StopForwardingRtp")
      sora.fail(.connectionClosed(reason: "reset"))
    }
    #expect(sora.hasFinished() == true)
    #expect(sora.file == [Rehearsal.record("A")])
  }

  @Test func factsAfterTheEndChangeNothing() {
    var sora = Rehearsal()
    sora.plan.shutdownAsked(now: sora.now)
    #expect(sora.hasFinished() == true)
    sora.plan.restartAsked(now: sora.now)
    sora.plan.keyframeAsked()
    sora.plan.shutdownAsked(now: sora.now)
    sora.answer([])
    #expect(sora.hasFinished() == true)
  }
}
