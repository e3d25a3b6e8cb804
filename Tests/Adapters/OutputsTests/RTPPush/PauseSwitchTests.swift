import Testing

@testable import Outputs

@Suite(.timeLimit(.minutes(1))) struct PauseSwitchTests {
  @Test func onlyChangesAreNews() {
    let pause = PauseSwitch(isPaused: false)
    #expect(!pause.set(isPaused: false))
    #expect(pause.set(isPaused: true))
    #expect(pause.isPaused)
    #expect(!pause.set(isPaused: true))
  }

  @Test func whoWaitsForTheStateItIsInReturnsAtOnce() async {
    let pause = PauseSwitch(isPaused: true)
    await pause.wait(untilPaused: true)
  }

  @Test func everybodyWhoWaitsIsWoken() async {
    let pause = PauseSwitch(isPaused: false)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<10 { group.addTask { await pause.wait(untilPaused: true) } }
      group.addTask {
        pause.set(isPaused: true)
      }
    }
    #expect(pause.isPaused)
  }

  @Test func cancellationEndsTheWait() async {
    let pause = PauseSwitch(isPaused: false)
    for _ in 0..<100 {
      let wait = Task { await pause.wait(untilPaused: true) }
      wait.cancel()
      await wait.value
    }
    #expect(!pause.isPaused)
  }
}
