import JSON
import Media
import Testing

@testable import SoraControl

/// What may run and cannot be stopped at once.
@Suite struct ForwardingLeftoverTests {
  private static let failure = ControlError.refused(
    ControlRefusal(status: 500, type: "HandlerException"))
  private static let two: JSONValue = [Rehearsal.connection("A"), Rehearsal.connection("B")]

  @Test func itIsStoppedThoughThereIsNothingToStart() {
    let old = Rehearsal.record("OLD", channel: "other")
    var sora = Rehearsal(leftovers: [old])
    #expect(sora.call() == .stop(old))
    sora.fail(Self.failure)
    for pause in [0.5, 1, 2, 4, 5, 5] {
      let begin = sora.now
      #expect(sora.call()?.operationName == "ListChannelConnections")
      #expect(begin.duration(to: sora.now) == .seconds(pause))
      sora.answer(Self.two)
      #expect(sora.call() == .stop(old))
      sora.fail(Self.failure)
    }
    guard case .failing(let failure) = sora.plan.report.situation else {
      Issue.record("\(sora.plan.report.situation)")
      return
    }
    #expect(failure.operation == "StopForwardingRtp")
    _ = sora.call()
    sora.answer(Self.two)
    #expect(sora.call() == .stop(old))
    sora.answer([:])
    #expect(sora.plan.report.situation == .waiting(.onePublisherOf(2)))
    #expect(sora.call()?.operationName == "ListChannelConnections")
    #expect(sora.file == [])
    #expect(sora.events.filter { $0 == .stopped(old) }.count == 1)
    sora.answer(Self.two)
    #expect(sora.call()?.operationName == "ListChannelConnections")
  }

  @Test func soIsWhatWasLost() {
    var sora = Rehearsal()
    _ = sora.run(to: "GetConnectionRemoteStats")
    sora.answer(nil)
    sora.plan.restartAsked(now: sora.now)
    #expect(sora.call() == .stop(Rehearsal.record("A")))
    sora.fail(Self.failure)
    #expect(sora.call()?.operationName == "ListChannelConnections")
    sora.answer([])
    #expect(sora.call() == .stop(Rehearsal.record("A")))
    sora.answer([:])
    #expect(sora.plan.report.situation == .waiting(.publisher))
  }

  @Test(
    arguments: [
      .refused(ControlRefusal(status: 400, type: "NOT-ALLOWED")), Rehearsal.lost, failure,
      .accessDenied(status: 403, detail: nil),
    ] as [ControlError])
  func aListThatFailsStandsNotInTheWay(error: ControlError) {
    var sora = Rehearsal(leftovers: [Rehearsal.record("OLD")])
    _ = sora.call()
    sora.fail(Self.failure)
    #expect(sora.call()?.operationName == "ListChannelConnections")
    sora.fail(error)
    #expect(sora.call()?.operationName == "StopForwardingRtp")
    sora.answer([:])
    #expect(sora.call()?.operationName == "ListChannelConnections")
    #expect(sora.plan.report.lastFailure?.error == error)
    #expect(sora.file == [])
  }

  /// One after another, however many of them cannot be stopped.
  @Test func oneThatCannotBeStoppedDelaysNoOther() {
    let leftovers = ["X", "Y", "Z"].map { Rehearsal.record($0) }
    var sora = Rehearsal(leftovers: leftovers)
    for _ in 0..<12 {
      guard let call = sora.call() else { break }
      if call == .stop(leftovers[0]) {
        sora.fail(Self.failure)
      } else {
        sora.answer(Rehearsal.reply(to: call, publishers: []))
      }
    }
    _ = sora.call()
    #expect(sora.file == [leftovers[0]])
  }

  @Test func whatWasLeftForLaterIsTriedAgainWhenThePublisherHasGone() {
    let old = Rehearsal.record("OLD")
    var sora = Rehearsal(leftovers: [old])
    for _ in 0..<3 {
      _ = sora.run(to: "StopForwardingRtp")
      sora.fail(Self.failure)
    }
    #expect(sora.run(to: "GetConnectionRemoteStats") != nil)
    sora.answer(nil)
    #expect(sora.file == [Rehearsal.record("A"), old])
    _ = sora.run(to: "ListChannelConnections")
    sora.answer([])
    #expect(sora.call()?.operationName == "ListChannelConnections")
    sora.answer([])
    #expect(sora.call() == .stop(old))
    sora.answer([:])
    _ = sora.call()
    #expect(sora.file == [])
  }

  /// 429 says nothing about what runs.
  @Test func aSoraThatIsAskedTooOftenHasNotStoppedIt() {
    let limited = ControlError.refused(ControlRefusal(status: 429, type: "TOO-MANY-REQUESTS"))
    var sora = Rehearsal(leftovers: [Rehearsal.record("OLD")])
    _ = sora.call()
    sora.fail(limited)
    _ = sora.call()
    #expect(sora.file == [Rehearsal.record("OLD")])
    sora.answer([])
    #expect(sora.call()?.operationName == "StopForwardingRtp")
    sora.plan.shutdownAsked(now: sora.now)
    sora.fail(limited)
    #expect(sora.call()?.operationName == "StopForwardingRtp")
    sora.answer([:])
    #expect(sora.hasFinished() == true)
    #expect(sora.file == [])
  }
}
