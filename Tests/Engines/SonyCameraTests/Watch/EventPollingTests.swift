import Testing

@testable import SonyCamera

@Suite struct EventPollingTests {
  private func polling(after answers: [EventPolling.Answer]) -> EventPolling {
    var polling = EventPolling()
    for answer in answers { _ = polling.answered(answer, took: .seconds(15)) }
    return polling
  }

  private let change = EventPolling.Answer.event(hasChanges: true)
  private let nothing = EventPolling.Answer.event(hasChanges: false)

  @Test func asksForASnapshotThenForChanges() {
    var polling = EventPolling()
    #expect(polling.request == .snapshot)
    #expect(polling.mode == .undecided)
    #expect(polling.answered(change, took: .milliseconds(200)) == .zero)
    #expect(polling.request == .poll)
    #expect(polling.mode == .longPoll)
  }

  @Test func aHeldPollIsFollowedAtOnce() {
    var polling = polling(after: [change])
    for _ in 0..<5 { #expect(polling.answered(nothing, took: .seconds(15)) == .zero) }
    #expect(polling.answered(change, took: .seconds(1)) == .zero)
  }

  @Test func aPollThatIsNotHeldIsFollowedSlower() {
    var polling = polling(after: [change])
    let pauses = (0..<5).map { _ in polling.answered(nothing, took: .milliseconds(1)) }
    #expect(pauses == [1, 2, 4, 5, 5].map { Duration.seconds($0) })
    #expect(polling.answered(nothing, took: .seconds(15)) == .zero)
    #expect(polling.answered(nothing, took: .zero) == .seconds(1))
  }

  @Test func quickChangesAreFollowedSoonButNotForEver() {
    var polling = polling(after: [change])
    let pauses = (0..<12).map { _ in polling.answered(change, took: .milliseconds(50)) }
    #expect(pauses.prefix(10).allSatisfy { $0 == EventPolling.changePause })
    #expect(pauses.suffix(2).allSatisfy { $0 == .seconds(1) })
  }

  @Test func anotherPollerLeadsToSnapshotsAndATryNowAndThen() {
    var polling = polling(after: [change])
    for _ in 0..<2 {
      #expect(polling.answered(.contested, took: .seconds(3)) == .seconds(5))
      #expect(polling.request == .poll)
    }
    #expect(polling.answered(.contested, took: .seconds(3)) == .seconds(5))
    #expect(polling.mode == .contested)
    for _ in 0..<24 {
      #expect(polling.request == .snapshot)
      #expect(polling.answered(change, took: .milliseconds(200)) == .seconds(5))
    }
    #expect(polling.request == .poll)
    #expect(polling.answered(.contested, took: .seconds(3)) == .seconds(5))
    #expect(polling.request == .snapshot)
    for _ in 0..<24 { _ = polling.answered(change, took: .milliseconds(200)) }
    #expect(polling.answered(change, took: .seconds(9)) == .zero)
    #expect(polling.mode == .longPoll)
  }

  @Test func oneContestedPollInAWhileIsForgiven() {
    var polling = polling(after: [change])
    for _ in 0..<10 {
      _ = polling.answered(.contested, took: .seconds(3))
      _ = polling.answered(nothing, took: .seconds(15))
    }
    #expect(polling.mode == .longPoll)
  }

  @Test func refusalsAreRetriedWithGrowingPauses() {
    var polling = EventPolling()
    let pauses = (0..<7).map { _ in polling.answered(.notNow, took: .milliseconds(100)) }
    #expect(pauses == [1, 2, 4, 8, 16, 30, 30].map { Duration.seconds($0) })
    #expect(polling.request == .snapshot)
    #expect(polling.mode == .slow)
    _ = polling.answered(change, took: .zero)
    #expect(polling.mode == .longPoll)
    #expect(polling.answered(.notNow, took: .zero) == .seconds(1))
  }

  @Test func senselessAnswersSlowPollingDownUntilOneMakesSense() {
    var polling = polling(after: [change])
    let pauses = (0..<6).map { _ in polling.answered(.senseless, took: .zero) }
    #expect(pauses == [1, 2, 4, 30, 30, 30].map { Duration.seconds($0) })
    #expect(polling.mode == .slow)
    #expect(polling.request == .snapshot)
    #expect(polling.answered(change, took: .zero) == .seconds(1))
    #expect(polling.mode == .longPoll)
    #expect(polling.request == .poll)
  }

  @Test func afterAnInterruptionEverythingIsAskedFor() {
    var polling = polling(after: [change])
    polling.interrupted()
    #expect(polling.request == .snapshot)
    #expect(polling.mode == .longPoll)
  }

  @Test func pollsThatAlwaysBreakGiveWayToSnapshotsAndATryNowAndThen() {
    var polling = polling(after: [change])
    for isLast in [false, false, true] {
      #expect(polling.request == .poll)
      #expect(polling.failed() == EventPolling.failurePause)
      #expect(polling.request == .snapshot)
      #expect(polling.answered(change, took: .zero) == (isLast ? .seconds(5) : .zero))
    }
    #expect(polling.mode == .unheld)
    for _ in 0..<23 { #expect(polling.answered(change, took: .zero) == .seconds(5)) }
    #expect(polling.request == .poll)
    #expect(polling.failed() == .seconds(5))
    for _ in 0..<24 { _ = polling.answered(change, took: .zero) }
    #expect(polling.answered(nothing, took: .seconds(15)) == .zero)
    #expect(polling.mode == .longPoll)
    // All is forgiven.
    _ = polling.failed()
    _ = polling.answered(change, took: .zero)
    #expect(polling.mode == .longPoll)
  }

  @Test func aPollThatBreaksOnceInAWhileIsForgiven() {
    var polling = polling(after: [change])
    for _ in 0..<10 {
      _ = polling.failed()
      _ = polling.answered(change, took: .zero)
      _ = polling.answered(nothing, took: .seconds(15))
    }
    #expect(polling.mode == .longPoll)
  }
}
