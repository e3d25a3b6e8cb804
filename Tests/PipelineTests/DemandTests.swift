import Testing

@testable import Pipeline

@Suite(.timeLimit(.minutes(1))) struct DemandTests {
  private let demand = Demand()

  @Test func eitherKindIsDemand() {
    #expect(!demand.isWanted)
    demand.setVideo(true)
    #expect(demand.isWanted)
    demand.pictureRequestBegan()
    demand.setVideo(false)
    #expect(demand.isWanted)
    demand.pictureRequestEnded()
    #expect(!demand.isWanted)
  }

  @Test func everyRequestForAPictureCounts() {
    demand.pictureRequestBegan()
    demand.pictureRequestBegan()
    demand.pictureRequestEnded()
    #expect(demand.isWanted)
    demand.pictureRequestEnded()
    #expect(!demand.isWanted)
  }

  @Test func changesBeginWithThePresentValue() async {
    demand.setVideo(true)
    var changes = demand.changes().makeAsyncIterator()
    #expect(await changes.next() == true)
    demand.setVideo(false)
    #expect(await changes.next() == false)
  }

  @Test func onlyChangesAreTold() async {
    var changes = demand.changes().makeAsyncIterator()
    #expect(await changes.next() == false)
    demand.setVideo(true)
    #expect(await changes.next() == true)
    // None of these changes whether anything is wanted.
    demand.setVideo(true)
    demand.pictureRequestBegan()
    demand.setVideo(false)
    async let change = changes.next()
    demand.pictureRequestEnded()
    #expect(await change == false)
  }

  @Test func aSlowReaderGetsTheNewestValue() async {
    var changes = demand.changes().makeAsyncIterator()
    for _ in 0..<3 {
      demand.setVideo(true)
      demand.setVideo(false)
    }
    demand.setVideo(true)
    #expect(await changes.next() == true)
  }

  @Test func everyReaderHasItsOwn() async {
    var first = demand.changes().makeAsyncIterator()
    #expect(await first.next() == false)
    var second = demand.changes().makeAsyncIterator()
    #expect(await second.next() == false)
    demand.setVideo(true)
    #expect(await first.next() == true)
    #expect(await second.next() == true)
  }

  @Test func aReadersStreamEndsWithItsTask() async {
    let demand = demand
    let reader = Task {
      for await _ in demand.changes() {}
    }
    reader.cancel()
    await reader.value
    demand.setVideo(true)
    #expect(demand.isWanted)
  }
}
