import JSON
import Media
import Testing

@testable import SoraControl

@Suite struct ForwardingKeyframeTests {
  private static let failures: [ControlError] = [
    Rehearsal.lost, .connectionClosed(reason: "reset"), .unexpectedStatus(503, excerpt: ""),
    .refused(ControlRefusal(status: 500, type: "HandlerException")),
    .refused(ControlRefusal(status: 429, type: "TOO-MANY-REQUESTS")),
  ]

  /// Answers everything else until the next one is asked for.
  private static func next(_ sora: inout Rehearsal) -> Double? {
    let begin = sora.now
    let limit = begin.advanced(by: .seconds(60))
    while let call = sora.call(before: limit) {
      if case .requestKeyframe = call { return begin.duration(to: sora.now).inSeconds }
      sora.answer(Rehearsal.reply(to: call, publishers: ["A"]))
      if begin.duration(to: sora.now) > .seconds(60) { break }
    }
    return nil
  }

  private static func givenUp(_ sora: Rehearsal) -> Int {
    sora.events.filter { if case .keyframeGivenUp = $0 { true } else { false } }.count
  }

  @Test(arguments: failures)
  func aRequestThatIsNotAnsweredIsRepeatedThenGivenUp(error: ControlError) {
    var sora = Rehearsal()
    _ = sora.run(to: "RequestKeyFrame")
    for pause in [0.5, 1, 2, 4] {
      sora.fail(error)
      #expect(Self.next(&sora) == pause)
    }
    #expect(Self.givenUp(sora) == 0)
    sora.fail(error)
    #expect(Self.next(&sora) == nil)
    #expect(Self.givenUp(sora) == 1)
    #expect(sora.plan.report.situation == .forwarding)
    #expect(sora.plan.report.counters.starts == 1)
    #expect(sora.plan.report.counters.keyframeRequests == 0)
    #expect(!sora.events.contains { if case .dispensable = $0 { true } else { false } })
  }

  @Test(arguments: failures)
  func anOperatorsRequestToo(error: ControlError) {
    var sora = Rehearsal(rules: ForwardingRules(requestsKeyframe: false))
    _ = sora.run(to: "GetConnectionRemoteStats")
    sora.answer(nil)
    sora.plan.keyframeAsked()
    #expect(Self.next(&sora) == 0)
    sora.fail(error)
    #expect(Self.next(&sora) == 0.5)
    sora.answer([:])
    #expect(Self.next(&sora) == nil)
    #expect(sora.plan.report.counters.keyframeRequests == 1)
    #expect(Self.givenUp(sora) == 0)
    // The next one begins anew.
    sora.plan.keyframeAsked()
    #expect(Self.next(&sora) == 0)
    sora.fail(error)
    #expect(Self.next(&sora) == 0.5)
  }

  @Test func aRefusalIsNotRepeated() {
    var sora = Rehearsal()
    _ = sora.run(to: "RequestKeyFrame")
    sora.refuse("CONNECTION-NOT-FOUND")
    #expect(Self.next(&sora) == nil)
    #expect(Self.givenUp(sora) == 0)
  }

  @Test func whatIsAskedForMeanwhileIsAskedOfSoraAfterwards() {
    var sora = Rehearsal()
    _ = sora.run(to: "RequestKeyFrame")
    sora.plan.keyframeAsked()
    sora.answer([:])
    #expect(Self.next(&sora) == 0)
  }

  /// A Sora that is away is not asked for keyframes, and gives one when it is back.
  @Test func whoIsAwayIsAskedWhenItIsBack() {
    var sora = Rehearsal()
    _ = sora.run(to: "RequestKeyFrame")
    for _ in 0..<8 {
      sora.fail(Rehearsal.away)
      #expect(sora.call()?.operationName == "GetStatsReport")
    }
    #expect(Self.givenUp(sora) == 0)
    sora.answer(nil)
    #expect(sora.run(to: "StartForwardingRtp") != nil)
    sora.answer(["sdp": "v=0\r\n"])
    #expect(sora.call()?.operationName == "RequestKeyFrame")
  }

  @Test func aWishOutlastsTheForwardingItWasFor() {
    var sora = Rehearsal(rules: ForwardingRules(requestsKeyframe: false))
    _ = sora.run(to: "GetConnectionRemoteStats")
    sora.answer(nil)
    sora.plan.keyframeAsked()
    _ = sora.call()
    sora.plan.restartAsked(now: sora.now)
    #expect(sora.run(to: "RequestKeyFrame") != nil)
    #expect(sora.plan.report.counters.restores == 1)
  }
}
