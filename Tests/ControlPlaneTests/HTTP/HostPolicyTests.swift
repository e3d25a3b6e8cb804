import Testing

@testable import ControlPlane

@Suite struct HostPolicyTests {
  private let policy = HostPolicy(allowedHosts: ["Camera.Example.com."])

  @Test(arguments: [
    nil, "", "localhost", "localhost:8088", "LOCALHOST", "127.0.0.1", "127.0.0.1:8088", "[::1]",
    "[::1]:8088", "192.168.1.7:8088", "bridge", "bridge:8088", "bridge.local", "Bridge.Local.:80",
    "bridge.svc.internal", "pc.lan", "a.home.arpa", "app.localhost:1", "camera.example.com",
    "camera.example.com.:8088",
  ])
  func answered(authority: String?) { #expect(policy.allows(authority)) }

  @Test(arguments: [
    "evil.example", "evil.example:8088", "127.0.0.1.evil.example", "local.evil.example",
    "x.camera.example.com", "camera.example.com.evil.example", "evil.example.", "localhost.evil.ex",
    "256.1.1.1", "1.2.3", "evil.example#.local.x",
  ])
  func refused(authority: String) { #expect(!policy.allows(authority)) }
}
