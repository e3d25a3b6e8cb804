import Media
import Testing

@testable import Pipeline

/// The rules alone; `at` is seconds since the line was made.
@Suite struct OfflinePlanTests {
  private var plan = OfflinePlan(at: Duration.zero.asTime)

  private func at(_ seconds: Double) -> MediaTime { Duration.seconds(seconds).asTime }

  private mutating func report(_ state: CameraPresence.State, at seconds: Double) {
    plan.presenceReported(CameraPresence(state, cameraName: "α6000"), at: at(seconds))
  }

  private mutating func picture(at seconds: Double) {
    plan.pictureArrived(at: at(seconds))
    plan.pictureShown(arrived: at(seconds))
  }

  /// Whether viewers are offline at that time, with nothing happening until then.
  private func isOffline(at seconds: Double) -> Bool {
    var plan = plan
    plan.timePassed(at: at(seconds))
    return plan.offlineSince != nil
  }

  private func expectOffline(at seconds: Double, sourceLocation: SourceLocation = #_sourceLocation)
  {
    #expect(!isOffline(at: seconds - 0.001), sourceLocation: sourceLocation)
    #expect(isOffline(at: seconds), sourceLocation: sourceLocation)
    #expect(plan.nextDeadline == at(seconds), sourceLocation: sourceLocation)
  }

  // MARK: Nobody watches

  @Test func withoutDemandNothingIsEverDue() {
    #expect(plan.nextDeadline == nil)
    #expect(!isOffline(at: 1_000_000))
    #expect(!plan.isFresh(arrived: at(0), at: at(0)))
  }

  @Test mutating func theEndOfDemandEndsTheOfflineTime() {
    plan.demandBegan(at: at(10))
    plan.timePassed(at: at(10))
    #expect(plan.offlineSince == at(10))
    plan.demandEnded()
    #expect(plan.offlineSince == nil)
    #expect(plan.nextDeadline == nil)
    #expect(plan.takeAction(at: at(20), isRequested: true) == nil)
  }

  // MARK: When viewers lose sight of the camera

  @Test mutating func viewersOfACameraThatGoesAwayWaitFromItsLastPicture() {
    report(.present, at: 0)
    plan.demandBegan(at: at(1))
    picture(at: 10)
    report(.away(.unreachable), at: 11)
    expectOffline(at: 12)
  }

  @Test mutating func theyAreNotKeptWaitingAgainWhenItIsKnownLate() {
    report(.present, at: 0)
    plan.demandBegan(at: at(1))
    picture(at: 10)
    report(.away(.stalled), at: 15)
    expectOffline(at: 12)
  }

  @Test(arguments: [CameraPresence.State.present, .waking, .asleep])
  mutating func aCameraThatIsNotAwayIsGivenTime(state: CameraPresence.State) {
    report(.present, at: 0)
    plan.demandBegan(at: at(1))
    plan.pictureArrived(at: at(10))
    report(state, at: 11)
    expectOffline(at: 18)
    plan.pictureShown(arrived: at(10))
    // Who has seen it is not left with a frozen picture for so long.
    expectOffline(at: 14)
    #expect(plan.givesUp(waitingSince: at(11)) == at(19), "requests for a picture wait on")
    plan.demandEnded()
    plan.demandBegan(at: at(12))
    expectOffline(at: 20)
  }

  @Test(arguments: [(3.0, 3.5, 13.5), (6, 4, 16), (2, 30, 18)])
  func aSilentCameraIsToldOfAsTheRulesSay(after: Double, stalled: Double, offline: Double) {
    var plan = OfflinePlan(
      rules: .init(after: .seconds(after), stalledAfter: .seconds(stalled)), at: at(0))
    plan.presenceReported(CameraPresence(.present), at: at(0))
    plan.demandBegan(at: at(1))
    plan.pictureShown(arrived: at(10))
    #expect(plan.nextDeadline == at(offline))
  }

  @Test mutating func everyPictureBeginsTheWaitAnew() {
    report(.away(.busy), at: 0)
    plan.demandBegan(at: at(0))
    for second in 1...5 { picture(at: Double(second)) }
    expectOffline(at: 7)
  }

  // MARK: When viewers come

  @Test mutating func whoWakesACameraIsGivenTime() {
    report(.asleep, at: 1)
    plan.demandBegan(at: at(100))
    expectOffline(at: 108)
    report(.waking, at: 100.1)
    expectOffline(at: 108)
  }

  @Test mutating func whoseCameraCannotBeWokenWaitsNoLonger() {
    report(.asleep, at: 1)
    plan.demandBegan(at: at(100))
    report(.waking, at: 100.1)
    report(.away(.unreachable), at: 103)
    expectOffline(at: 102)
  }

  @Test(arguments: [CameraPresence.State.asleep, .present])
  mutating func aCameraThatIsBusyAsItWakesIsGivenTime(state: CameraPresence.State) {
    report(.present, at: 0)
    picture(at: 1)
    report(state, at: 2)
    plan.demandBegan(at: at(100))
    report(.waking, at: 100.1)
    report(.away(.busy), at: 100.5)
    expectOffline(at: 108)
    #expect(plan.givesUp(waitingSince: at(100)) == at(108), "and so for a single picture")
    #expect(plan.givesUp(waitingSince: at(101)) == at(102.1), "who comes later knows")
    report(.away(.taken), at: 101)
    expectOffline(at: 102)
    report(.away(.busy), at: 101.5)
    picture(at: 103)
    expectOffline(at: 105)
  }

  @Test mutating func aCameraLongBusyIsNotWaitedFor() {
    report(.away(.busy), at: 10)
    plan.demandBegan(at: at(100))
    #expect(isOffline(at: 100))
  }

  @Test mutating func whoComesToACameraLongGoneDoesNotWait() {
    report(.present, at: 0)
    plan.pictureArrived(at: at(50))
    report(.away(.batteryEmpty), at: 51)
    plan.demandBegan(at: at(100))
    #expect(isOffline(at: 100))
  }

  @Test mutating func whoComesWhenItHasJustGoneWaitsForTheRestOfTheTime() {
    report(.present, at: 0)
    plan.pictureArrived(at: at(50))
    report(.away(.unreachable), at: 51)
    plan.demandBegan(at: at(51.5))
    expectOffline(at: 53)
  }

  @Test mutating func changesOfTheReasonDoNotBeginItsAbsenceAnew() {
    report(.away(.searching), at: 0)
    report(.waking, at: 98)
    report(.away(.stalled), at: 99)
    plan.demandBegan(at: at(100))
    #expect(isOffline(at: 100))
  }

  @Test mutating func atTheStartTheCameraIsSearchedFor() {
    plan.demandBegan(at: at(0.5))
    expectOffline(at: 2)
    #expect(plan.card(at: at(2)).presence.state == .away(.searching))
  }

  @Test(arguments: [0.5, 60.0])
  func theTimesAreThoseOfTheRules(seconds: Double) {
    var plan = OfflinePlan(
      rules: .init(after: .seconds(seconds), freshWithin: .seconds(seconds * 3)), at: at(0))
    plan.demandBegan(at: at(0))
    #expect(plan.nextDeadline == at(seconds))
    plan.presenceReported(CameraPresence(.waking), at: at(0.1))
    #expect(plan.nextDeadline == at(seconds * 3))
  }

  // MARK: What may be shown

  @Test mutating func aPictureFromBeforeTheViewerMustBeNew() {
    plan.demandBegan(at: at(10))
    #expect(plan.isFresh(arrived: at(8), at: at(10)))
    #expect(!plan.isFresh(arrived: at(7.999), at: at(10)))
  }

  @Test mutating func aPictureThatCameAfterTheViewerGrowsOldToo() {
    plan.demandBegan(at: at(10))
    #expect(plan.isFresh(arrived: at(11), at: at(13)))
    #expect(!plan.isFresh(arrived: at(11), at: at(13.001)), "however long the encoder was busy")
    plan = OfflinePlan(rules: .init(after: .seconds(20)), at: at(0))
    plan.demandBegan(at: at(10))
    #expect(plan.isFresh(arrived: at(10), at: at(30)), "viewers bear that")
    #expect(!plan.isFresh(arrived: at(10), at: at(30.001)))
    #expect(!plan.isFresh(arrived: at(7.9), at: at(10)), "but who just came does not")
  }

  @Test mutating func aPictureIsRepeatedOnlyWhileItPassesForLive() {
    report(.present, at: 0)
    plan.demandBegan(at: at(0))
    picture(at: 10)
    #expect(plan.isRepeatable(arrived: at(10), at: at(12)))
    #expect(!plan.isRepeatable(arrived: at(10), at: at(12.001)))
    plan.timePassed(at: at(18))
    #expect(!plan.isRepeatable(arrived: at(17), at: at(18)), "the slate is up")
  }

  // MARK: Offline

  /// Viewers who have seen enough of the camera lose it; the slate is due at 14.
  private mutating func loseTheCamera() {
    report(.present, at: 0)
    plan.demandBegan(at: at(1))
    for _ in 0..<NewcomerBurst.count { picture(at: 10) }
    plan.timePassed(at: at(14))
  }

  @Test mutating func theOfflinePictureIsDueOnceASecond() {
    loseTheCamera()
    #expect(plan.takeAction(at: at(14), isRequested: false) == .show)
    #expect(plan.takeAction(at: at(14.999), isRequested: false) == nil)
    #expect(plan.nextDeadline == at(15))
    #expect(plan.takeAction(at: at(15), isRequested: false) == .show)
    #expect(plan.pictures == 2)
    #expect(plan.periods == 1)
  }

  @Test mutating func aRequestDoesNotWaitForTheNextTurn() {
    loseTheCamera()
    #expect(plan.takeAction(at: at(14), isRequested: true) == .show)
    #expect(plan.takeAction(at: at(14.5), isRequested: true) == .show)
    #expect(plan.nextDeadline == at(15.5), "and is no reason for a burst")
  }

  @Test mutating func onlyAPictureThatWasShownEndsIt() {
    plan.demandBegan(at: at(10))
    plan.timePassed(at: at(10))
    report(.waking, at: 12)
    report(.present, at: 13)
    plan.pictureArrived(at: at(14))
    #expect(plan.offlineSince == at(10))
    plan.pictureShown(arrived: at(14))
    #expect(plan.offlineSince == nil)
    expectOffline(at: 18)
    plan.timePassed(at: at(18))
    #expect(plan.periods == 2)
  }

  @Test mutating func picturesThatCannotBeDecodedDoNotCount() {
    report(.present, at: 0)
    plan.demandBegan(at: at(0))
    picture(at: 1)
    for eighth in 1...60 {
      plan.pictureArrived(at: at(1 + Double(eighth) / 8))
      plan.pictureRejected()
    }
    // The first of them was taken for a picture.
    expectOffline(at: 5.125)
    picture(at: 9.25)
    expectOffline(at: 13.25)
  }

  // MARK: Refuse

  private static let refusing = OfflinePlan(rules: .init(mode: .refuse), at: Duration.zero.asTime)

  @Test func refusingIsAnActionOnceAPeriod() {
    var plan = Self.refusing
    plan.demandBegan(at: at(10))
    plan.timePassed(at: at(10))
    #expect(plan.takeAction(at: at(10), isRequested: false) == .refuse)
    #expect(plan.takeAction(at: at(11), isRequested: true) == nil)
    #expect(plan.nextDeadline == nil)
    #expect(plan.refuses(at: at(11)))
    #expect(plan.pictures == 0)
    plan.pictureShown(arrived: at(12))
    #expect(!plan.refuses(at: at(12)))
  }

  @Test(arguments: [CameraPresence.State.present, .waking])
  func whoWasSentAwayIsNotLetInAgainAtOnce(state: CameraPresence.State) {
    var plan = Self.refusing
    plan.presenceReported(CameraPresence(state), at: at(1))
    plan.demandBegan(at: at(10))
    plan.timePassed(at: at(18))
    #expect(plan.takeAction(at: at(18), isRequested: false) == .refuse)
    plan.demandEnded()
    #expect(plan.refuses(at: at(22.999)))
    #expect(!plan.refuses(at: at(23)), "the camera may have come back")
    plan.pictureArrived(at: at(20))
    #expect(!plan.refuses(at: at(20)), "it has")
  }

  @Test func nobodyIsLetInToACameraThatIsAway() {
    var plan = Self.refusing
    #expect(!plan.refuses(at: at(1.999)))
    #expect(plan.refuses(at: at(2)))
    plan.presenceReported(CameraPresence(.asleep), at: at(3))
    #expect(!plan.refuses(at: at(100)), "it can be woken")
    plan.presenceReported(CameraPresence(.away(.noInterface)), at: at(101))
    #expect(!plan.refuses(at: at(102)))
    #expect(plan.refuses(at: at(103)))
  }

  @Test func viewersAreLetInWhileTheFirstOnesStillWait() {
    var plan = Self.refusing
    plan.presenceReported(CameraPresence(.waking), at: at(1))
    plan.demandBegan(at: at(10))
    #expect(!plan.refuses(at: at(17)))
    plan.timePassed(at: at(18))
    #expect(plan.refuses(at: at(18)))
  }

  @Test(arguments: [OfflineSettings.Mode.slate, .freeze])
  func otherModesRefuseNobody(mode: OfflineSettings.Mode) {
    var plan = OfflinePlan(rules: .init(mode: mode), at: at(0))
    #expect(!plan.refuses(at: at(100)))
    plan.demandBegan(at: at(100))
    plan.timePassed(at: at(200))
    #expect(!plan.refuses(at: at(200)))
  }

  // MARK: Card

  @Test mutating func theCardTellsSinceWhenTheCameraIsNotWell() {
    report(.present, at: 5)
    plan.demandBegan(at: at(6))
    picture(at: 20)
    report(.waking, at: 23)
    report(.away(.stalled), at: 25)
    report(.away(.unreachable), at: 30)
    #expect(plan.card(at: at(31)).since == at(20), "as it was while the camera was only silent")
    #expect(plan.card(at: at(31)).presence.state == .away(.unreachable))
    #expect(plan.card(at: at(31)).presence.cameraName == "α6000")
  }

  @Test mutating func theCardOfACameraThatSleptTellsWhenItFailed() {
    report(.present, at: 5)
    picture(at: 20)
    report(.asleep, at: 21)
    plan.demandBegan(at: at(100))
    report(.waking, at: 101)
    report(.away(.unreachable), at: 105)
    #expect(plan.card(at: at(106)).since == at(101))
  }

  @Test mutating func shortAttemptsToWakeTheCameraDoNotChangeTheCard() {
    plan.demandBegan(at: at(10))
    plan.timePassed(at: at(10))
    report(.away(.unreachable), at: 11)
    report(.waking, at: 20)
    #expect(plan.card(at: at(22.999)).presence.state == .away(.unreachable))
    #expect(plan.card(at: at(23)).presence.state == .waking)
    report(.away(.stalled), at: 24)
    report(.waking, at: 25)
    #expect(plan.card(at: at(25)).presence.state == .away(.stalled))
    report(.present, at: 26)
    report(.waking, at: 27)
    #expect(plan.card(at: at(27)).presence.state == .waking, "that trouble is over")
  }

  @Test mutating func theCardOfASilentCameraTellsTheLastPicture() {
    report(.present, at: 5)
    plan.demandBegan(at: at(6))
    picture(at: 20)
    plan.timePassed(at: at(28))
    #expect(plan.card(at: at(28)).since == at(20))
  }

  @Test mutating func presenceKeepsItsTimeWhileItStaysTheSame() {
    report(.present, at: 5)
    report(.present, at: 9)
    #expect(plan.presenceSince == at(5))
    report(.away(.busy), at: 11)
    #expect(plan.presenceSince == at(11))
  }
}
