import Media
import Testing

@testable import Outputs

@Suite struct WriteProgressTests {
  @Test func progressIsWhatTheKernelTook() {
    let start = MediaTime(nanoseconds: 0)
    var progress = WriteProgress(at: start)
    var now = start
    func pass(written: UInt64, queued: Int) -> Duration {
      now = now.advanced(by: .seconds(1))
      progress.note(written: written, queued: queued, at: now)
      return progress.stalled(at: now)
    }
    #expect(pass(written: 100, queued: 0) == .zero)
    #expect(pass(written: 300, queued: 200) == .seconds(1))
    #expect(pass(written: 400, queued: 300) == .seconds(2))
    #expect(pass(written: 500, queued: 399) == .zero)
    #expect(pass(written: 500, queued: 399) == .seconds(1))
  }
}
