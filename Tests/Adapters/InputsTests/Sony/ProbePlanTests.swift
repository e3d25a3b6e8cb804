import Media
import SonyCamera
import Testing

@testable import Inputs

@Suite(.timeLimit(.minutes(1))) struct ProbePlanTests {
  private let camera = CameraURL(host: "192.168.122.1", port: 61_000, path: "/dd.xml")
  private let api = CameraURL(host: "192.168.122.1", port: 8080, path: "/sony/camera")
  private let other = CameraURL(host: "192.168.122.9", port: 61_000, path: "/dd.xml")

  private func at(_ milliseconds: Int64) -> MediaTime {
    MediaTime(nanoseconds: milliseconds * 1_000_000)
  }

  private func candidates(
    _ origin: FoundCamera.Origin, _ urls: CameraURL...
  ) -> [ProbePlan.Candidate] {
    urls.map { ProbePlan.Candidate(probe: .description($0), origin: origin, interface: "wlan0") }
  }

  private func ask(
    _ plan: inout ProbePlan, _ milliseconds: Int64, _ standing: [ProbePlan.Candidate] = []
  ) -> [[CameraURL]] {
    plan.due(at: at(milliseconds), standing: standing) { $0.hasPrefix("192.168.122.") }
      .map { $0.candidates.map(\.probe.url) }
  }

  @Test func aHostIsAskedOneThingAtATime() {
    var plan = ProbePlan()
    let standing = candidates(.memory, camera) + candidates(.wellKnownAddress, camera, api)
    #expect(ask(&plan, 0, standing) == [[camera, api]])
    plan.sighted("uuid:1", at: camera, interface: "wlan0", now: at(10))
    plan.sighted("uuid:2", at: other, interface: "wlan0", now: at(10))
    #expect(ask(&plan, 5000, standing) == [[other]])
    plan.finished(camera.host, .notYet)
    #expect(ask(&plan, 5001, standing) == [[camera, api]])
  }

  @Test func aSilentHostIsAskedAgainAtOnceAtAnotherPort() {
    var plan = ProbePlan()
    let standing = candidates(.memory, camera, api)
    #expect(ask(&plan, 0, standing) == [[camera, api]])
    plan.finished(camera.host, .silence)
    #expect(ask(&plan, 450, standing) == [[api, camera]])
    plan.finished(camera.host, .silence)
    #expect(ask(&plan, 900, standing) == [[camera, api]])
  }

  @Test func aHostThatAnswersAtOnceIsLeftInPeaceForAWhile() {
    var plan = ProbePlan()
    let memory = candidates(.memory, camera)
    #expect(ask(&plan, 0, memory) == [[camera]])
    plan.finished(camera.host, .notYet)
    #expect(ask(&plan, 299, memory) == [])
    #expect(ask(&plan, 300, memory) == [[camera]])

    let guesses = candidates(.wellKnownAddress, other)
    #expect(ask(&plan, 300, guesses) == [[other]])
    plan.finished(other.host, .notYet)
    #expect(ask(&plan, 799, guesses) == [])
    #expect(ask(&plan, 800, guesses) == [[other]])
  }

  @Test func whatIsHeardIsAskedFirstAndUntilItAnswers() {
    var plan = ProbePlan()
    let standing = candidates(.wellKnownAddress, api)
    plan.sighted("uuid:1", at: camera, interface: "wlan0", now: at(0))
    #expect(ask(&plan, 0, standing) == [[camera, api]])
    plan.finished(camera.host, .notYet)
    #expect(ask(&plan, 300, standing) == [[camera, api]])
    plan.finished(camera.host, .settled(camera))
    #expect(ask(&plan, 600, standing) == [])
    // Later answers to the same search are no news.
    plan.sighted("uuid:1", at: camera, interface: "wlan0", now: at(700))
    #expect(ask(&plan, 700, standing) == [])
  }

  @Test func whatIsHeardOnceAndNeverAnswersIsForgotten() {
    var plan = ProbePlan()
    plan.sighted("uuid:1", at: camera, interface: "wlan0", now: at(0))
    #expect(ask(&plan, 9999) == [[camera]])
    plan.finished(camera.host, .silence)
    #expect(ask(&plan, 10_450) == [])
  }

  @Test func aDeviceThatMovesIsAskedWhereItIsNow() {
    var plan = ProbePlan()
    plan.sighted("uuid:1", at: camera, interface: "wlan0", now: at(0))
    plan.sighted("uuid:1", at: other, interface: "wlan0", now: at(10))
    #expect(ask(&plan, 10) == [[other]])
  }

  @Test func aDeviceThatSaidGoodbyeMayComeBackAsAnother() {
    var plan = ProbePlan()
    let standing = candidates(.wellKnownAddress, camera)
    #expect(ask(&plan, 0, standing) == [[camera]])
    plan.finished(camera.host, .settled(camera))
    #expect(ask(&plan, 1000, standing) == [])
    plan.left("uuid:1", location: camera)
    #expect(ask(&plan, 2000, standing) == [[camera]])
  }

  @Test func noSightingLeadsOutOfTheLocalNetworks() {
    var plan = ProbePlan()
    let distant = CameraURL(host: "203.0.113.7", port: 80, path: "/dd.xml")
    plan.sighted("uuid:1", at: distant, interface: "wlan0", now: at(0))
    #expect(ask(&plan, 0) == [])
    // The settings may.
    #expect(ask(&plan, 0, candidates(.settings, distant)) == [[distant]])
  }
}
