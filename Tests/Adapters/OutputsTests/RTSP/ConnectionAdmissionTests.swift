import Testing

@testable import Outputs

@Suite struct ConnectionAdmissionTests {
  @Test func countsInAllAndByAddress() {
    var admission = ConnectionAdmission(total: 3, perAddress: 2, refusalRoom: 32)
    #expect(admission.arrived(from: "a") == .admitted)
    #expect(admission.arrived(from: "a") == .admitted)
    #expect(admission.arrived(from: "a") == .refused)
    #expect(admission.arrived(from: "b") == .admitted)
    #expect(admission.arrived(from: "c") == .refused)
    admission.left(from: "a", after: .admitted)
    #expect(admission.arrived(from: "c") == .admitted)
  }

  @Test func theRefusedAreFewAndTakeNobodysPlace() {
    var admission = ConnectionAdmission(total: 2, perAddress: 1, refusalRoom: 32)
    #expect(admission.arrived(from: "a") == .admitted)
    for _ in 0..<32 { #expect(admission.arrived(from: "a") == .refused) }
    #expect(admission.arrived(from: "a") == .dropped)
    #expect(admission.arrived(from: "b") == .admitted)
    admission.left(from: "a", after: .refused)
    #expect(admission.arrived(from: "a") == .refused)
  }
}
