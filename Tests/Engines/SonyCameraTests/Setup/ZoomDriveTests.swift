import TestSupport
import Testing

@testable import SonyCamera

@Suite struct ZoomDriveTests {
  /// A power-zoom lens that moves while time passes, and a little after it was told to stop.
  private struct Lens {
    var position: Double
    var percentPerSecond = 35.0
    var overrun = 4.0
    var stepWidth = 3.0
    /// Of a call; the lens moves meanwhile.
    var callSeconds = 0.35
    private var speed = 0.0
    private(set) var isRunning = false
    private(set) var callCount = 0
    private(set) var waited = Duration.zero

    init(at position: Double) { self.position = position }

    mutating func zoom(_ direction: ZoomDirection, _ movement: ZoomMovement) {
      let sign = direction == .in ? 1.0 : -1.0
      switch movement {
      case .start:
        speed = sign * percentPerSecond
        isRunning = true
      case .stop:
        if isRunning { move(sign * overrun) }
        speed = 0
        isRunning = false
      case .step: move(sign * stepWidth)
      }
      pass(callSeconds)
      callCount += 1
    }

    mutating func look() -> Int {
      callCount += 1
      pass(callSeconds)
      return Int(position)
    }

    mutating func wait(_ duration: Duration) {
      waited += duration
      pass(Double(duration.components.attoseconds) / 1e18 + Double(duration.components.seconds))
    }

    private mutating func pass(_ seconds: Double) { move(speed * seconds) }
    private mutating func move(_ percent: Double) {
      position = min(max(position + percent, 0), 100)
    }
  }

  /// Drives `lens` until the drive ends.
  private func drive(_ lens: inout Lens, to target: Int) -> ZoomDrive.Action {
    var drive = ZoomDrive(target: target)
    var action = ZoomDrive.Action.look
    while lens.callCount < 500 {
      switch action {
      case .look: action = drive.looked(lens.look())
      case .zoom(let direction, let movement):
        lens.zoom(direction, movement)
        action = drive.zoomed()
      case .wait(let duration):
        lens.wait(duration)
        action = drive.waitEnded()
      case .reached, .failed: return action
      }
    }
    return action
  }

  @Test(arguments: [0, 3, 12, 30, 50, 77, 100], [0.0, 20, 48, 100])
  func theLensGetsThere(target: Int, start: Double) {
    var lens = Lens(at: start)
    #expect(drive(&lens, to: target) == .reached)
    #expect(!lens.isRunning)
    #expect(abs(lens.position - Double(target)) <= 4)
    #expect(lens.callCount < 60)
  }

  @Test func aLensThatIsThereIsOnlyLookedAt() {
    var lens = Lens(at: 50)
    #expect(drive(&lens, to: 52) == .reached)
    #expect(lens.callCount == 1)
  }

  @Test func coarseStepsEndAsCloseAsTheyGet() {
    var lens = Lens(at: 40)
    lens.stepWidth = 10
    #expect(drive(&lens, to: 45) == .reached)
    #expect(abs(lens.position - 45) <= 10)
  }

  @Test func aLensThatDoesNotMoveIsStoppedAndReported() {
    var lens = Lens(at: 10)
    lens.percentPerSecond = 0
    lens.overrun = 0
    lens.stepWidth = 0
    #expect(drive(&lens, to: 90) == .failed(.noEffect))
    #expect(!lens.isRunning)
    #expect(drive(&lens, to: 20) == .failed(.noEffect))
  }

  @Test func aLensThatNeverArrivesIsGivenUpInTime() {
    var lens = Lens(at: 0)
    lens.percentPerSecond = 0.9
    lens.overrun = 0
    #expect(drive(&lens, to: 100) == .failed(.notReached))
    #expect(!lens.isRunning)
    #expect(lens.waited < ZoomDrive.timeBudget + .seconds(2))
  }

  @Test func aLensWithoutAPositionIsNoPowerZoom() {
    var drive = ZoomDrive(target: 50)
    #expect(drive.looked(nil) == .failed(.notOffered))
  }

  @Test func aRefusedStartIsTheEnd() {
    var drive = ZoomDrive(target: 50)
    #expect(drive.looked(0) == .zoom(.in, .start))
    #expect(drive.refused(.refused(.any)) == .failed(.refused(.any)))
  }

  @Test func aLensThatMayRunIsStopped() {
    var drive = ZoomDrive(target: 50)
    _ = drive.looked(0)
    // The start may have arrived.
    #expect(drive.refused(.noAnswer) == .zoom(.in, .stop))
    #expect(drive.zoomed() == .failed(.noAnswer))

    drive = ZoomDrive(target: 50)
    _ = drive.looked(0)
    _ = drive.zoomed()
    _ = drive.waitEnded()
    #expect(drive.refused(.unreadable) == .zoom(.in, .stop))
    // And again, if that is refused; but not for ever.
    for _ in 0..<3 {
      guard case .wait = drive.refused(.refused(.any)) else {
        Issue.record("a refused stop is not tried again")
        return
      }
      #expect(drive.waitEnded() == .zoom(.in, .stop))
    }
    #expect(drive.refused(.refused(.any)) == .failed(.refused(.any)))
  }

  @Test func nonsensePositionsNeverKeepItGoing() {
    var generator = SeededGenerator(seed: 0x5A4F_4F4D)
    for target in 0...100 {
      var drive = ZoomDrive(target: target)
      var action = ZoomDrive.Action.look
      var count = 0
      loop: while count < 400 {
        count += 1
        switch action {
        case .look: action = drive.looked(Int.random(in: 0...100, using: &generator))
        case .zoom: action = drive.zoomed()
        case .wait: action = drive.waitEnded()
        case .reached, .failed: break loop
        }
      }
      #expect(count < 400)
    }
  }
}
