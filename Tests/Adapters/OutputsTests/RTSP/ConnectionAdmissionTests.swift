import RTSP
import Testing

@testable import Outputs

@Suite struct ConnectionAdmissionTests {
  private let a = NetworkAddress(parsing: "192.0.2.1")
  private let b = NetworkAddress(parsing: "192.0.2.2")
  private let c = NetworkAddress(parsing: "192.0.2.3")

  @Test func countsInAllAndByAddress() {
    var admission = ConnectionAdmission(total: 3, perAddress: 2, refusalRoom: 32)
    #expect(admission.arrived(from: a) == .admitted)
    #expect(admission.arrived(from: a) == .admitted)
    #expect(admission.arrived(from: a) == .refused)
    #expect(admission.arrived(from: b) == .admitted)
    #expect(admission.arrived(from: c) == .refused)
    admission.left(from: a, after: .admitted)
    #expect(admission.arrived(from: c) == .admitted)
  }

  @Test func theRefusedAreFewAndTakeNobodysPlace() {
    var admission = ConnectionAdmission(total: 2, perAddress: 1, refusalRoom: 32)
    #expect(admission.arrived(from: a) == .admitted)
    for _ in 0..<32 { #expect(admission.arrived(from: a) == .refused) }
    #expect(admission.arrived(from: a) == .dropped)
    #expect(admission.arrived(from: b) == .admitted)
    admission.left(from: a, after: .refused)
    #expect(admission.arrived(from: a) == .refused)
  }

  @Test func whoLeavesMakesRoomAtOnce() {
    var admission = ConnectionAdmission(total: 1, perAddress: 1, refusalRoom: 2)
    for _ in 0..<2 {
      #expect(admission.arrived(from: a) == .admitted)
      #expect(admission.leaves(from: a) == .leaving)
    }
    // Of these there are not more than of the refused.
    #expect(admission.arrived(from: a) == .admitted)
    #expect(admission.leaves(from: a) == .admitted)
    #expect(admission.arrived(from: b) == .refused)
    admission.left(from: a, after: .leaving)
    #expect(admission.leaves(from: a) == .leaving)
    #expect(admission.arrived(from: b) == .admitted)
  }

  @Test func anIPv6NetworkCountsAsOneAddress() {
    var admission = ConnectionAdmission(total: 9, perAddress: 2, refusalRoom: 32)
    let one = ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::1"].map { address in
      admission.arrived(from: NetworkAddress(parsing: address))
    }
    #expect(one == [.admitted, .admitted, .refused])
    #expect(admission.arrived(from: NetworkAddress(parsing: "2001:db8:0:1::1")) == .admitted)
    // Whichever of them leaves makes room for any other.
    admission.left(from: NetworkAddress(parsing: "2001:db8::1"), after: .admitted)
    #expect(admission.arrived(from: NetworkAddress(parsing: "2001:db8::3")) == .admitted)
  }
}
