import Media
import Pipeline
import Testing

@testable import ControlPlane

@Suite struct ReadinessTests {
  private let fixture = ControlPlaneFixture()

  private func reasons(_ age: Duration? = .zero) -> [String] {
    Readiness(pictureAge: age, components: fixture.board.components).reasons
  }

  @Test func aFreshPictureIsEnough() {
    #expect(reasons(Readiness.maxPictureAge).isEmpty)
    #expect(Readiness(pictureAge: .zero, components: []).isReady)
  }

  @Test func anOldOrMissingPictureIsNot() {
    #expect(reasons(nil) == ["no picture from the camera yet"])
    #expect(reasons(.milliseconds(5001)) == ["the newest picture is 5 s old"])
  }

  @Test(arguments: [ComponentState.running, .waiting])
  func workingAndWaitingAreNormal(state: ComponentState) {
    fixture.component("rtsp").report(state)
    #expect(reasons().isEmpty)
  }

  @Test(arguments: [ComponentState.starting, .retrying, .stopped])
  func aComponentThatIsDownIsNamed(state: ComponentState) {
    fixture.component("rtsp").report(state, "port 8554 is taken")
    #expect(reasons() == ["rtsp is \(state.rawValue): port 8554 is taken"])
  }

  @Test func withoutADetailTheLastErrorSaysWhy() {
    let rtsp = fixture.component("rtsp")
    rtsp.report(error: "address in use")
    rtsp.report(.retrying)
    #expect(reasons() == ["rtsp is retrying: address in use"])
  }

  @Test func whatIsSwitchedOffDoesNotCount() {
    _ = fixture.component("rtpPush")
    #expect(reasons().isEmpty)
  }

  @Test func aComponentThatBeganButDidNotReportCounts() async {
    let supervisor = Supervisor(telemetry: fixture.component("rtsp"))
    var seen: [String] = []
    let board = fixture.board
    let (stream, continuation) = AsyncStream.makeStream(of: [String].self)
    let run = Task {
      await supervisor.run {
        continuation.yield(Readiness(pictureAge: .zero, components: board.components).reasons)
        continuation.finish()
      }
    }
    for await reasons in stream { seen += reasons }
    run.cancel()
    await run.value
    #expect(seen == ["rtsp is off"])
  }
}
