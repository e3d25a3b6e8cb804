import NIOCore
import Testing

@testable import Outputs

@Suite struct ClaimedDestinationsTests {
  private let claims = ClaimedDestinations()

  private func claim(_ name: String, _ host: String, _ port: Int, reports: Bool = false) -> String?
  {
    do {
      let address = try SocketAddress(ipAddress: host, port: port)
      try claims.claim(address, reports: reports, for: name)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func aPlaceBelongsToOne() {
    #expect(claim("a", "127.0.0.1", 60003) == nil)
    #expect(claim("b", "127.0.0.1", 60003) == "target a already sends to 127.0.0.1:60003")
    #expect(claim("b", "127.0.0.2", 60003) == nil)
    #expect(claim("c", "::1", 60003) == nil)
    #expect(claim("d", "::1", 60003) == "target c already sends to [::1]:60003")
  }

  @Test func whoMovesOrGoesMakesRoom() {
    #expect(claim("a", "127.0.0.1", 60003) == nil)
    #expect(claim("a", "127.0.0.1", 60003) == nil)
    #expect(claim("a", "127.0.0.1", 60005) == nil)
    #expect(claim("b", "127.0.0.1", 60003) == nil)
    claims.release(by: "a")
    #expect(claim("c", "127.0.0.1", 60005) == nil)
  }

  @Test func reportsTakeThePortAbove() {
    #expect(claim("a", "127.0.0.1", 60002, reports: true) == nil)
    #expect(claim("b", "127.0.0.1", 60003) != nil)
    #expect(claim("b", "127.0.0.1", 60001, reports: true) != nil)
    #expect(claim("b", "127.0.0.1", 60004, reports: true) == nil)
    #expect(claim("c", "127.0.0.1", 65_535, reports: true) == nil)
  }
}
