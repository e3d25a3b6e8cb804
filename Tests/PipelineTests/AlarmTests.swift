import Media
import TestSupport
import Testing

@testable import Pipeline

@Suite(.timeLimit(.minutes(1))) struct AlarmTests {
  private let clock = ManualClock()
  private let alarm: Alarm
  private let calls: AsyncStream<Int>
  private let continuation: AsyncStream<Int>.Continuation

  init() {
    alarm = Alarm(clock: MediaClock(clock))
    (calls, continuation) = AsyncStream.makeStream(of: Int.self)
  }

  private func ring(_ number: Int, in duration: Duration) {
    let continuation = continuation
    alarm.ring(by: clock.now.advanced(by: duration)) { continuation.yield(number) }
  }

  @Test func itRingsWhenItsMomentHasCome() async {
    var calls = calls.makeAsyncIterator()
    ring(1, in: .seconds(5))
    clock.advance(by: .seconds(5))
    #expect(await calls.next() == 1)
  }

  @Test func aMomentInThePastIsNow() async {
    var calls = calls.makeAsyncIterator()
    ring(1, in: .seconds(-1))
    #expect(await calls.next() == 1)
  }

  @Test func theEarlierMomentCounts() async {
    var calls = calls.makeAsyncIterator()
    ring(1, in: .seconds(5))
    ring(2, in: .seconds(1))
    ring(3, in: .seconds(3))
    clock.advance(by: .seconds(1))
    #expect(await calls.next() == 2)
    // Nothing is set any more: whoever is called sets what is next.
    clock.advance(by: .seconds(60))
    ring(4, in: .seconds(1))
    clock.advance(by: .seconds(1))
    #expect(await calls.next() == 4)
  }

  @Test func itCanBeSetAgainWhileItRings() async {
    var calls = calls.makeAsyncIterator()
    let (alarm, clock, continuation) = (alarm, clock, continuation)
    alarm.ring(by: clock.now) {
      alarm.ring(by: clock.now.advanced(by: .seconds(1))) { continuation.yield(2) }
      continuation.yield(1)
    }
    #expect(await calls.next() == 1)
    clock.advance(by: .seconds(1))
    #expect(await calls.next() == 2)
  }
}
