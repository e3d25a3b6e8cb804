import Pipeline
import SonyCamera
import Testing

@testable import Inputs

@Suite struct CameraPresenceTests {
  private func state(
    _ activity: CameraActivity, _ step: RecoveryStep? = nil
  ) -> CameraPresence.State {
    CameraPresence.State(activity, CameraCondition(), recoveryStep: step)
  }

  @Test func viewersAreToldWhatTheyCanUse() {
    #expect(state(.receiving) == .present)
    #expect(state(.asleep) == .asleep)
    #expect(state(.goingToSleep) == .asleep)
    #expect(state(.enteringRemoteShooting) == .waking)
    #expect(state(.awaitingFirstPicture) == .waking)
    #expect(state(.waitingUntilReady) == .away(.busy))
    #expect(state(.standingBack) == .away(.taken))
  }

  @Test func aFirstReopeningIsNoAbsenceButMoreIs() {
    #expect(state(.recovering, .reopen) == .waking)
    #expect(state(.recovering, .restart) == .away(.stalled))
    #expect(state(.startingLiveview, .remoteShooting) == .away(.stalled))
  }

  @Test func endsOfSessionsHaveReasons() {
    let condition = CameraCondition()
    func reason(_ end: CameraSessionEnd) -> AwayReason {
      SonyInputError.sessionEnded(camera: "A", end).awayReason(condition)
    }
    #expect(reason(.unreachable(.startLiveview, .timedOut)) == .unreachable)
    #expect(reason(.notReady(.startLiveview, nil)) == .busy)
    #expect(reason(.noPictures(.stalled)) == .stalled)
    #expect(
      SonyInputError.interfaceLost(camera: "A", interface: "wlan1").awayReason(condition)
        == .noInterface)
  }
}
