import Media
import Testing

@testable import Inputs

@Suite struct StepTimesTests {
  @Test func stepsOfOneNameAreAddedUp() {
    var steps = StepTimes(beganAt: MediaTime(nanoseconds: 0))
    #expect(steps.description.isEmpty)
    steps.add("startRecMode", took: .milliseconds(2324))
    steps.add("waiting", took: .milliseconds(100))
    steps.add("startLiveview", took: .milliseconds(345))
    steps.add("waiting", took: .milliseconds(205))
    steps.add("stopLiveview", took: .milliseconds(4))
    #expect(
      steps.description == "startRecMode 2.32 s, waiting 0.31 s, startLiveview 0.35 s")
  }

  @Test(arguments: [
    (Duration.zero, "0.00"), (.milliseconds(4), "0.00"), (.milliseconds(5), "0.01"),
    (.milliseconds(999), "1.00"), (.seconds(75), "75.00"), (.milliseconds(1070), "1.07"),
  ])
  func secondsHaveTwoDecimals(duration: Duration, text: String) {
    #expect(StepTimes.seconds(duration) == text)
  }
}
