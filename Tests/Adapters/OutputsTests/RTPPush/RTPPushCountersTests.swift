import Media
import Testing

@testable import Outputs

@Suite struct ListeningStateTests {
  private func moment(_ seconds: Int64) -> MediaTime {
    MediaTime(nanoseconds: seconds * 1_000_000_000)
  }

  @Test func onlyChangesAreNews() {
    var state = ListeningState()
    #expect(state.sent(at: moment(0)) == false)
    #expect(state.refused(at: moment(1)) == true)
    #expect(state.isRefused)
    #expect(state.refused(at: moment(2)) == false)
    #expect(state.sent(at: moment(4)) == false)
    #expect(state.sent(at: moment(5)) == true)
    #expect(!state.isRefused)
    #expect(state.sent(at: moment(6)) == false)
    #expect(state.refused(at: moment(7)) == true)
  }
}
