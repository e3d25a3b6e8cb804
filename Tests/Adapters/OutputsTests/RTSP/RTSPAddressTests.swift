import NIOCore
import Testing

@testable import Outputs

@Suite struct RTSPAddressTests {
  @Test func addressesAreShownInTheirOwnForm() throws {
    let mapped = try #require(RTSPAddress.parse("::ffff:192.0.2.1"))
    #expect(RTSPAddress.host(of: mapped) == "192.0.2.1")
    #expect(RTSPAddress.authority(host: "2001:db8::1", port: 1) == "[2001:db8::1]:1")
    #expect(RTSPAddress.parse("example.com") == nil)
  }
}
