import Media
import Testing

@testable import Pipeline

@Suite struct RecentGOPTests {
  private func serials(_ units: [AccessUnit]?) -> [UInt64]? { units?.map(\.serial) }

  @Test func beginsWithTheNewestIDR() {
    var gop = RecentGOP()
    gop.append(Sample.accessUnit(1), at: Duration.zero.asTime)
    #expect(gop.accessUnits.isEmpty, "nothing decodable without an IDR in front")
    for serial in 2...7 {
      gop.append(
        Sample.accessUnit(UInt64(serial), isIDR: serial == 2 || serial == 5),
        at: Duration.zero.asTime)
    }
    #expect(serials(gop.accessUnits) == [5, 6, 7])
  }

  @Test func joinersStartWithItWhileNothingIsBetter() {
    var gop = RecentGOP()
    let begin = Duration.seconds(10)
    #expect(gop.start(at: begin.asTime, grantsIDR: false) == nil)
    // The IDR shows an old picture once more.
    let taken = (begin - .seconds(1)).asTime
    gop.append(Sample.accessUnit(1, isIDR: true, at: taken), at: begin.asTime)
    let next = (begin + .milliseconds(40)).asTime
    gop.append(Sample.accessUnit(2, at: next), at: next)
    func start(after milliseconds: Int, grantsIDR: Bool) -> [UInt64]? {
      serials(gop.start(at: (begin + .milliseconds(milliseconds)).asTime, grantsIDR: grantsIDR))
    }
    #expect(start(after: 200, grantsIDR: true) == [1, 2])
    #expect(start(after: 201, grantsIDR: true) == nil, "a new IDR is sent instead")
    #expect(start(after: 500, grantsIDR: false) == [1, 2])
    #expect(start(after: 501, grantsIDR: false) == nil)
  }

  @Test func forgetsAGOPThatGrowsTooLong() {
    var gop = RecentGOP(maxCount: 3)
    for serial in 1...3 {
      gop.append(Sample.accessUnit(UInt64(serial), isIDR: serial == 1), at: Duration.zero.asTime)
    }
    #expect(gop.accessUnits.count == 3)
    gop.append(Sample.accessUnit(4), at: Duration.zero.asTime)
    #expect(gop.accessUnits.isEmpty)
    gop.append(Sample.accessUnit(5), at: Duration.zero.asTime)
    #expect(gop.accessUnits.isEmpty, "the rest of that GOP is useless")
    gop.append(Sample.accessUnit(6, isIDR: true), at: Duration.zero.asTime)
    #expect(serials(gop.accessUnits) == [6])
  }

  @Test func forgetsAGOPThatGrowsTooLarge() {
    var gop = RecentGOP(maxBytes: 1000)
    gop.append(Sample.accessUnit(1, isIDR: true, bytes: 600), at: Duration.zero.asTime)
    gop.append(Sample.accessUnit(2, bytes: 400), at: Duration.zero.asTime)
    #expect(gop.accessUnits.count == 2)
    gop.append(Sample.accessUnit(3, bytes: 1), at: Duration.zero.asTime)
    #expect(gop.accessUnits.isEmpty)
    gop.append(Sample.accessUnit(4, isIDR: true, bytes: 1000), at: Duration.zero.asTime)
    #expect(gop.accessUnits.count == 1, "the bytes of the forgotten GOP no longer count")
  }
}
