import Testing

@testable import Pipeline

@Suite(.timeLimit(.minutes(1))) struct PeerDescriptionsTests {
  private let descriptions = PeerDescriptions()
  private let first = PeerDescriptions.Description(text: "v=0\r\n", isForwarding: true)
  private let second = PeerDescriptions.Description(text: "v=0\r\ns=-\r\n", isForwarding: true)

  @Test func whatWasSaidLastHolds() {
    #expect(descriptions.current(of: .sora) == nil)
    descriptions.publish(first, of: .sora)
    descriptions.publish(second, of: .sora)
    #expect(descriptions.current(of: .sora) == second)
    descriptions.publish(nil, of: .sora)
    #expect(descriptions.current(of: .sora) == nil)
  }

  @Test func peersAreKeptApart() {
    descriptions.publish(first, of: .sora)
    #expect(descriptions.current(of: .init(rawValue: "other")) == nil)
  }

  @Test func changesBeginWithThePresentAndSkipRepetitions() async {
    descriptions.publish(first, of: .sora)
    var changes = descriptions.changes(of: .sora).makeAsyncIterator()
    #expect(await changes.next() == .some(first))
    async let change = changes.next()
    descriptions.publish(first, of: .sora)
    var stopped = first
    stopped.isForwarding = false
    descriptions.publish(stopped, of: .sora)
    #expect(await change == .some(stopped))
  }

  @Test func aReaderMayWaitBeforeAnythingIsSaid() async {
    var changes = descriptions.changes(of: .sora).makeAsyncIterator()
    #expect(await changes.next() == .some(nil))
    async let change = changes.next()
    descriptions.publish(first, of: .sora)
    #expect(await change == .some(first))
  }

  @Test func aSlowReaderGetsTheNewest() async {
    var slow = descriptions.changes(of: .sora).makeAsyncIterator()
    var quick = descriptions.changes(of: .sora).makeAsyncIterator()
    #expect(await quick.next() == .some(nil))
    descriptions.publish(first, of: .sora)
    #expect(await quick.next() == .some(first))
    descriptions.publish(second, of: .sora)
    #expect(await slow.next() == .some(second))
    #expect(await quick.next() == .some(second))
  }

  @Test func aReadersStreamEndsWithItsTask() async {
    let descriptions = descriptions
    let reader = Task {
      for await _ in descriptions.changes(of: .sora) {}
    }
    reader.cancel()
    await reader.value
    #expect(descriptions.observerCount(of: .sora) == 0)
  }
}
