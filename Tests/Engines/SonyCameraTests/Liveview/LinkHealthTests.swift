import Media
import SonyCamera
import Testing

@Suite struct LinkHealthTests {
  /// A camera and a network between which pictures are played, each with its own pauses.
  struct Scene {
    var health = LinkHealth()
    var now = MediaTime(nanoseconds: 1_000_000_000_000)
    var camera: UInt32 = 3945
    var statistics = LiveviewStatistics()

    init(_ limits: LinkHealth.Limits = LinkHealth.Limits()) {
      health = LinkHealth(limits: limits)
      health.streamBegan()
    }

    mutating func picture(
      afterMilliseconds arrival: Int, camera step: Int? = nil, bytes: Int = 30_000
    ) {
      now = now.advanced(by: .milliseconds(arrival))
      camera &+= UInt32(truncatingIfNeeded: step ?? arrival)
      health.pictureReceived(
        at: now, cameraMilliseconds: camera, byteCount: bytes, statistics: statistics)
    }

    mutating func pictures(_ count: Int, every milliseconds: Int = 40) {
      for _ in 0..<count { picture(afterMilliseconds: milliseconds) }
    }

    var report: LinkHealth.Report { health.snapshot(at: now) }
  }

  @Test func nothingIsKnownInTheBeginning() {
    let report = LinkHealth().snapshot(at: MediaTime(nanoseconds: 5))
    #expect(report == LinkHealth.Report())
    #expect(report.verdict == .noPictures)
  }

  @Test func evenPicturesAreSteady() {
    var scene = Scene()
    scene.pictures(26)
    let report = scene.report
    #expect(report.verdict == .steady)
    #expect(report.pictureCount == 26)
    #expect(report.picturesPerSecond == 25)
    #expect(report.bytesPerSecond == 750_000)
    #expect(report.jitter == .zero)
    #expect(report.window == .seconds(1))
    #expect(report.longestStep == .milliseconds(40))
    #expect(report.totals.pictureCount == 26)
    #expect(report.totals.byteCount == 780_000)
    #expect(report.totals.streamRestartCount == 0)
  }

  @Test func onlyTheWindowCounts() {
    var scene = Scene()
    scene.pictures(100, every: 10)
    scene.picture(afterMilliseconds: 500)
    scene.pictures(250)
    let report = scene.report
    #expect(report.pictureCount == 250)
    #expect(report.verdict == .steady)
    #expect(report.cameraGaps.count == 0)
    #expect(report.totals.cameraGaps.count == 1)
    #expect(report.totals.pictureCount == 351)
  }

  @Test func silenceLowersTheRateUntilNothingIsLeft() {
    var scene = Scene()
    scene.pictures(26)
    let later = scene.health.snapshot(at: scene.now.advanced(by: .seconds(4)))
    #expect(later.picturesPerSecond == 5)
    #expect(later.sinceLastPicture == .seconds(4))
    #expect(later.verdict == .steady)
    let end = scene.health.snapshot(at: scene.now.advanced(by: .seconds(10)))
    #expect(end.verdict == .noPictures)
    #expect(end.picturesPerSecond == 0)
    #expect(end.sinceLastPicture == .seconds(10))
  }

  @Test func theRealCamerasPausesAreNoGaps() {
    var scene = Scene()
    for pause in [30, 65, 209, 45, 36, 150, 33] { scene.picture(afterMilliseconds: pause) }
    #expect(scene.report.verdict == .steady)
    #expect(scene.report.longestStep == .milliseconds(209))
  }

  @Test func aGapOnBothClocksIsTheCameras() {
    var scene = Scene()
    scene.pictures(10)
    scene.picture(afterMilliseconds: 2010, camera: 2000)
    scene.pictures(10)
    let report = scene.report
    #expect(report.verdict == .camera)
    #expect(report.cameraGaps.count == 1)
    #expect(report.cameraGaps.longest == .milliseconds(2010))
    #expect(report.networkGaps.count == 0)
  }

  /// The socket's stale pictures come first, then the camera's clock jumps without a gap.
  @Test func aGapOnArrivalAloneIsTheNetworks() {
    var scene = Scene()
    scene.pictures(10)
    scene.picture(afterMilliseconds: 3000, camera: 40)
    scene.picture(afterMilliseconds: 2, camera: 40)
    scene.picture(afterMilliseconds: 30, camera: 2900)
    scene.pictures(10)
    let report = scene.report
    #expect(report.verdict == .network)
    #expect(report.networkGaps.count == 1)
    #expect(report.networkGaps.longest == .seconds(3))
    #expect(report.networkGaps.total == .seconds(3))
    #expect(report.cameraGaps.count == 0)
    #expect(report.jitter > .milliseconds(200))
  }

  @Test func theLargerPartOfAGapDecides() {
    var scene = Scene()
    scene.picture(afterMilliseconds: 40)
    scene.picture(afterMilliseconds: 5000, camera: 600)
    #expect(scene.report.networkGaps.count == 1)
    scene.picture(afterMilliseconds: 5000, camera: 4000)
    #expect(scene.report.cameraGaps.count == 1)
    scene.picture(afterMilliseconds: 2000, camera: 2000)
    #expect(scene.report.verdict == .camera)
  }

  @Test func theCamerasClockMayWrap() {
    var scene = Scene()
    scene.camera = .max - 60
    scene.pictures(5)
    #expect(scene.camera < 1000)
    #expect(scene.report.verdict == .steady)
    #expect(scene.report.jitter == .zero)
    #expect(scene.report.totals.clockRestartCount == 0)
  }

  @Test func aClockThatGoesBackIsCountedAndItsGapTheCameras() {
    var scene = Scene()
    scene.pictures(3)
    scene.picture(afterMilliseconds: 40, camera: -3000)
    #expect(scene.report.totals.clockRestartCount == 1)
    #expect(scene.report.verdict == .steady)
    scene.picture(afterMilliseconds: 900, camera: -100)
    #expect(scene.report.cameraGaps.count == 1)
  }

  @Test func whatIsBetweenTwoStreamsIsNoGap() {
    var scene = Scene()
    scene.pictures(3)
    scene.health.streamBegan()
    scene.picture(afterMilliseconds: 4000, camera: -3000)
    scene.pictures(3)
    let report = scene.report
    #expect(report.totals.streamRestartCount == 1)
    #expect(report.totals.clockRestartCount == 0)
    #expect(report.verdict == .steady)
    #expect(report.pictureCount == 7)
  }

  @Test func packetsTheParserMissesAreAddedUpOverStreams() {
    var scene = Scene()
    scene.statistics.sequenceGapCount = 1
    scene.statistics.missingPacketCount = 4
    scene.pictures(2)
    scene.health.streamBegan()
    scene.statistics = LiveviewStatistics()
    scene.statistics.corruptImageCount = 2
    scene.pictures(1)
    scene.statistics.sequenceGapCount = 2
    scene.statistics.missingPacketCount = 3
    scene.pictures(2)
    #expect(scene.report.totals.sequenceGapCount == 3)
    #expect(scene.report.totals.missingPacketCount == 7)
    #expect(scene.report.totals.corruptPictureCount == 2)
  }

  @Test func answerTimesAreThoseOfTheNewestCalls() {
    var health = LinkHealth()
    for milliseconds in 1...40 { health.callAnswered(after: .milliseconds(milliseconds * 10)) }
    health.callAnswered(after: .milliseconds(5))
    health.callFailed()
    let report = health.snapshot(at: MediaTime(nanoseconds: 0))
    #expect(report.calls.count == 32)
    #expect(report.calls.newest == .milliseconds(5))
    #expect(report.calls.median == .milliseconds(250))
    #expect(report.calls.longest == .milliseconds(400))
    #expect(report.totals.callCount == 41)
    #expect(report.totals.failedCallCount == 1)
  }

  @Test func replacedPicturesAreATotal() {
    var health = LinkHealth()
    health.picturesReplaced(3)
    health.picturesReplaced(7)
    health.picturesReplaced(5)
    #expect(health.snapshot(at: MediaTime(nanoseconds: 0)).totals.replacedPictureCount == 7)
  }

  @Test func fastPicturesShortenTheWindow() {
    var limits = LinkHealth.Limits()
    limits.pictureCount = 50
    var scene = Scene(limits)
    scene.pictures(500, every: 1)
    #expect(scene.report.pictureCount == 50)
    #expect(scene.report.window == .milliseconds(49))
    #expect(scene.report.picturesPerSecond == 1000)
  }
}
