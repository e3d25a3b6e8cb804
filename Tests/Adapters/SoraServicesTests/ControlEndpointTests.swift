import Testing

@testable import SoraServices

@Suite struct ControlEndpointTests {
  @Test func aCallHasTenSecondsByDefault() {
    #expect(ControlEndpoint(url: "http://127.0.0.1:3000/").timeout == .seconds(10))
  }
}
