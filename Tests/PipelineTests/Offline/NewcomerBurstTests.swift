import Media
import Testing

@testable import Pipeline

/// When the plan shows newcomers the offline picture; times are milliseconds since the line was
/// made.
@Suite struct NewcomerBurstTests {
  private var plan = OfflinePlan(at: Duration.zero.asTime)

  private func at(_ milliseconds: Int) -> MediaTime { Duration.milliseconds(milliseconds).asTime }

  /// Does what is due up to `end`, in steps of 10 ms, and tells when pictures were shown.
  private mutating func pictures(from start: Int, upTo end: Int) -> [Int] {
    stride(from: start, to: end, by: 10).filter { time in
      plan.timePassed(at: at(time))
      return plan.takeAction(at: at(time), isRequested: false) == .show
    }
  }

  /// Times of a whole burst, and of the pictures after it, up to `end`.
  private func burst(at start: Int, upTo end: Int) -> [Int] {
    let quick = (0..<32).map { start + $0 * 40 }
    return quick + Array(stride(from: start + 31 * 40 + 1000, to: end, by: 1000))
  }

  @Test mutating func whoComesToACameraLongGoneIsGivenABurstAtOnce() {
    plan.demandBegan(at: at(10_000))
    plan.viewerJoined(at: at(10_000))
    #expect(pictures(from: 10_000, upTo: 15_000) == burst(at: 10_000, upTo: 15_000))
  }

  @Test mutating func whoWaitedInVainIsGivenABurst() {
    plan.presenceReported(CameraPresence(.asleep), at: at(0))
    plan.demandBegan(at: at(60_000))
    plan.viewerJoined(at: at(60_000))
    plan.presenceReported(CameraPresence(.waking), at: at(60_100))
    #expect(pictures(from: 60_000, upTo: 72_000) == burst(at: 68_000, upTo: 72_000))
  }

  @Test mutating func whoComesDuringTheSlateIsGivenABurst() {
    plan.demandBegan(at: at(10_000))
    plan.viewerJoined(at: at(10_000))
    _ = pictures(from: 10_000, upTo: 30_500)
    plan.viewerJoined(at: at(30_500))
    #expect(pictures(from: 30_500, upTo: 35_000) == burst(at: 30_500, upTo: 35_000))
  }

  @Test mutating func anotherNewcomerBeginsItAnewButNotSooner() {
    plan.demandBegan(at: at(10_000))
    plan.viewerJoined(at: at(10_000))
    #expect(pictures(from: 10_000, upTo: 10_410).last == 10_400)
    plan.viewerJoined(at: at(10_410))
    plan.viewerJoined(at: at(10_420))
    #expect(plan.takeAction(at: at(10_430), isRequested: true) == nil)
    #expect(plan.nextDeadline == at(10_440))
    #expect(pictures(from: 10_410, upTo: 15_000) == burst(at: 10_440, upTo: 15_000))
  }

  @Test mutating func aNewcomerRightAfterAPictureWaitsForTheSpacing() {
    plan.demandBegan(at: at(10_000))
    plan.viewerJoined(at: at(10_000))
    #expect(pictures(from: 10_000, upTo: 12_250).last == 12_240)
    plan.viewerJoined(at: at(12_250))
    #expect(pictures(from: 12_250, upTo: 15_000) == burst(at: 12_280, upTo: 15_000))
  }

  @Test mutating func aNewcomerWhoseIDRComesLaterIsGivenAllThatFollow() {
    plan.demandBegan(at: at(10_000))
    plan.viewerJoined(at: at(10_000))
    #expect(pictures(from: 10_000, upTo: 10_400).count == 10)
    #expect(plan.takeAction(at: at(10_400), isRequested: true) == .show)
    #expect(pictures(from: 10_410, upTo: 15_000) == Array(burst(at: 10_400, upTo: 15_000)[1...]))
  }

  @Test mutating func laterRequestsDoNotMakeItLonger() {
    plan.demandBegan(at: at(10_000))
    plan.viewerJoined(at: at(10_000))
    var shown: [Int] = []
    for time in stride(from: 10_000, to: 13_000, by: 10) {
      plan.timePassed(at: at(time))
      // A receiver that cannot ask wants an IDR twice a second.
      let isRequested = time % 500 == 0
      if plan.takeAction(at: at(time), isRequested: isRequested) == .show { shown.append(time) }
    }
    #expect(Array(shown.prefix(32)) == burst(at: 10_000, upTo: 0))
    #expect(Array(shown.dropFirst(32)) == [11_500, 12_000, 12_500])
  }

  @Test mutating func picturesOfTheCameraCountToo() {
    plan.presenceReported(CameraPresence(.present), at: at(0))
    plan.demandBegan(at: at(1000))
    plan.viewerJoined(at: at(1000))
    for number in 0..<30 { plan.pictureShown(arrived: at(1000 + number * 40)) }
    // Two are still owed when the camera falls silent.
    #expect(pictures(from: 2160, upTo: 8000) == [6160, 6200, 7200])
  }

  @Test mutating func theCameraEndsIt() {
    plan.demandBegan(at: at(10_000))
    plan.viewerJoined(at: at(10_000))
    _ = pictures(from: 10_000, upTo: 10_200)
    plan.pictureShown(arrived: at(10_200))
    #expect(pictures(from: 10_200, upTo: 12_200).isEmpty)
  }

  @Test mutating func itEndsWithTheLastViewer() {
    plan.demandBegan(at: at(10_000))
    plan.viewerJoined(at: at(10_000))
    _ = pictures(from: 10_000, upTo: 10_200)
    plan.demandEnded()
    plan.viewerJoined(at: at(10_200))
    #expect(plan.nextDeadline == nil)
    #expect(pictures(from: 10_200, upTo: 20_000).isEmpty)
  }

  @Test mutating func whoIsRefusedIsShownNothing() {
    plan = OfflinePlan(rules: .init(mode: .refuse), at: at(0))
    plan.demandBegan(at: at(10_000))
    plan.viewerJoined(at: at(10_000))
    plan.timePassed(at: at(10_000))
    #expect(plan.takeAction(at: at(10_000), isRequested: true) == .refuse)
    plan.viewerJoined(at: at(10_100))
    #expect(plan.nextDeadline == nil)
    #expect(pictures(from: 10_100, upTo: 20_000).isEmpty)
  }
}
