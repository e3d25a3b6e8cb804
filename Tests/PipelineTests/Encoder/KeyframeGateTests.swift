import Media
import Testing

@testable import Pipeline

@Suite struct KeyframeGateTests {
  private let begin = Duration.seconds(100)

  private func at(_ milliseconds: Int64) -> MediaTime {
    (begin + .milliseconds(milliseconds)).asTime
  }

  @Test func staysShutWithoutARequest() {
    var gate = KeyframeGate()
    #expect(!gate.isOpen(at: at(0)))
    gate.idrMade(at: at(0), isRequested: true)
    #expect(!gate.isOpen(at: at(60_000)))
  }

  @Test(arguments: KeyframeReason.allCases)
  func opensAtOnceBeforeTheFirstIDR(reason: KeyframeReason) {
    var gate = KeyframeGate()
    gate.request(reason)
    #expect(gate.isOpen(at: at(0)))
  }

  @Test(arguments: [
    (KeyframeReason.join, 500), (.pictureLoss, 500), (.interval, 500), (.overflow, 2000),
  ])
  func keepsTheLeastInterval(reason: KeyframeReason, milliseconds: Int) {
    var gate = KeyframeGate()
    gate.idrMade(at: at(0), isRequested: true)
    gate.request(reason)
    #expect(!gate.isOpen(at: at(Int64(milliseconds - 1))))
    #expect(gate.isOpen(at: at(Int64(milliseconds))))
    #expect(gate.opening == at(Int64(milliseconds)))
    gate.idrMade(at: at(100), isRequested: true)
    #expect(gate.opening == nil, "nobody waits any more")
  }

  @Test func oneIDRAnswersAllRequests() {
    var gate = KeyframeGate()
    gate.request(.join)
    gate.request(.pictureLoss)
    gate.idrMade(at: at(0), isRequested: true)
    #expect(!gate.isOpen(at: at(10_000)))
  }

  @Test(arguments: [[KeyframeReason.overflow, .join], [.join, .overflow]])
  func theImpatientReasonWins(reasons: [KeyframeReason]) {
    var gate = KeyframeGate()
    gate.idrMade(at: at(0), isRequested: true)
    for reason in reasons { gate.request(reason) }
    #expect(gate.isOpen(at: at(500)))
  }

  @Test func aJoinerIsGivenAnIDRSoonAfterOneNobodyAskedFor() {
    var gate = KeyframeGate()
    gate.idrMade(at: at(0), isRequested: true)
    gate.idrMade(at: at(1000), isRequested: false)
    #expect(!gate.grants(.join, at: at(1199)))
    #expect(gate.grants(.join, at: at(1200)))
    #expect(!gate.grants(.pictureLoss, at: at(1499)))
    gate.request(.pictureLoss)
    gate.request(.join)
    #expect(gate.opening == at(1200), "the more impatient of the two")
  }

  @Test func joinersCannotHaveOneAfterTheOther() {
    var gate = KeyframeGate()
    gate.idrMade(at: at(0), isRequested: true)
    gate.idrMade(at: at(100), isRequested: false)
    #expect(!gate.grants(.join, at: at(499)))
    #expect(gate.grants(.join, at: at(500)))
  }
}
