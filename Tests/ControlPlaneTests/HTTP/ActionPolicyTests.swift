import HTTPTypes
import Testing

@testable import ControlPlane

@Suite struct ActionPolicyTests {
  private func refusal(
    _ headers: [(String, String)], peer: String? = "127.0.0.1", remote: Bool = false
  ) -> String? {
    var fields = HTTPFields()
    for (name, value) in headers {
      if let name = HTTPField.Name(name) { fields[name] = value }
    }
    return ActionPolicy(allowsOtherMachines: remote)
      .refusal(peer: peer, authority: "localhost:8088", headers: fields)
  }

  @Test(arguments: [
    [("X-Requested-By", "curl")], [("X-Requested-By", "")],
    [("Content-Type", "application/json")], [("content-type", "Application/JSON; charset=utf-8")],
    [("X-Requested-By", "page"), ("Origin", "http://localhost:8088")],
    [("X-Requested-By", "page"), ("Sec-Fetch-Site", "same-origin")],
  ])
  func programsAndOwnPagesPass(headers: [(String, String)]) {
    #expect(refusal(headers) == nil)
  }

  @Test(arguments: [
    [], [("Content-Type", "text/plain")], [("Content-Type", "application/jsonp")],
    [("Content-Type", "application/x-www-form-urlencoded")],
    [("X-Requested-By", "x"), ("Origin", "http://evil.example")],
    [("X-Requested-By", "x"), ("Origin", "null")],
    [("X-Requested-By", "x"), ("Origin", "http://localhost:8089")],
    [("X-Requested-By", "x"), ("Sec-Fetch-Site", "cross-site")],
    [("X-Requested-By", "x"), ("Sec-Fetch-Site", "same-site")],
  ])
  func otherSitesAreRefused(headers: [(String, String)]) {
    #expect(refusal(headers) != nil)
  }

  @Test(arguments: ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "::FFFF:127.0.0.1"])
  func thisMachinePasses(peer: String) {
    #expect(refusal([("X-Requested-By", "x")], peer: peer) == nil)
  }

  @Test(arguments: ["192.0.2.1", "::2", "::ffff:192.0.2.1", "fe80::1", nil])
  func otherMachinesNeedTheSetting(peer: String?) {
    #expect(refusal([("X-Requested-By", "x")], peer: peer) != nil)
    #expect(refusal([("X-Requested-By", "x")], peer: peer, remote: true) == nil)
    #expect(refusal([], peer: peer, remote: true) != nil)
  }
}
