import Media
import Pipeline
import Testing

@testable import ControlPlane

@Suite struct ReadinessTests {
  private let fixture = ControlPlaneFixture()

  private func reasons(
    _ age: Duration? = .zero, presence: CameraPresence.State = .present,
    troubledFor: Duration? = nil, offlineFor: Duration? = nil
  ) -> [String] {
    Readiness(
      .init(presence: presence, troubledFor: troubledFor, offlineFor: offlineFor),
      pictureAge: age, components: fixture.board.components
    ).reasons
  }

  @Test func aFreshPictureIsEnough() {
    #expect(reasons(Readiness.maxPictureAge).isEmpty)
    #expect(Readiness(.init(presence: .present), pictureAge: .zero, components: []).isReady)
  }

  @Test func anOldOrMissingPictureIsNot() {
    #expect(reasons(nil) == ["no picture from the camera yet"])
    #expect(reasons(.milliseconds(5001)) == ["the newest picture is 5 s old"])
  }

  @Test(arguments: [CameraPresence.State.asleep, .waking])
  func aCameraThatComesWhenItIsWantedIsReady(presence: CameraPresence.State) {
    #expect(reasons(.seconds(3600), presence: presence).isEmpty)
    #expect(reasons(nil, presence: presence).isEmpty)
  }

  @Test(arguments: AwayReason.allCases)
  func aCameraThatIsAwayIsNotReadyAndTheReasonIsGiven(reason: AwayReason) throws {
    #expect(reasons(.seconds(5), presence: .away(reason)).isEmpty, "pictures come all the same")
    let text = try #require(reasons(.seconds(6), presence: .away(reason)).first)
    #expect(text.hasPrefix("the camera is away: "))
    #expect(reasons(nil, presence: .away(reason)) == [text])
  }

  @Test func aCameraThatTakesTooLongToWakeIsNotReady() {
    #expect(reasons(nil, presence: .waking, troubledFor: .milliseconds(7999)).isEmpty)
    #expect(
      reasons(nil, presence: .waking, troubledFor: .seconds(8))
        == ["the camera has not come up for 8 s"])
    #expect(reasons(presence: .waking, troubledFor: .seconds(60)).isEmpty, "pictures come")
  }

  @Test(arguments: [CameraPresence.State.present, .waking, .asleep, .away(.busy)])
  func whileViewersSeeTheSlateItIsNotReady(presence: CameraPresence.State) {
    #expect(
      reasons(presence: presence, offlineFor: .milliseconds(12_900))
        == ["viewers have been shown the offline picture for 12 s"])
  }

  @Test func theInputsOwnStateDoesNotCount() {
    fixture.component("camera").report(.starting, "found a camera, starting its liveview")
    #expect(reasons(nil, presence: .waking).isEmpty)
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
        let readiness = Readiness(
          .init(presence: .present), pictureAge: .zero, components: board.components)
        continuation.yield(readiness.reasons)
        continuation.finish()
      }
    }
    for await reasons in stream { seen += reasons }
    run.cancel()
    await run.value
    #expect(seen == ["rtsp is off"])
  }
}
