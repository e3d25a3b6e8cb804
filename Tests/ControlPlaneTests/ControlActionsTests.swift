import AsyncHTTPClient
import Media
import NIOCore
import Pipeline
import Synchronization
import Testing

@testable import ControlPlane

/// Over real connections on loopback.
@Suite(.timeLimit(.minutes(1))) struct ControlActionsTests {
  private final class Lamp: Sendable {
    private let state = Mutex(false)
    var isOn: Bool { state.withLock { $0 } }
    func set(_ isOn: Bool) -> StatusValue {
      state.withLock { $0 = isOn }
      return .object(["isOn": .bool(isOn)])
    }
  }

  private let fixture = ControlPlaneFixture()
  private let lamp = Lamp()
  private let marker = [("X-Requested-By", "test")]

  private func offer() {
    let telemetry = fixture.component("lamp")
    let lamp = lamp
    telemetry.offerControl("on", of: "outputs.lamp.desk") { lamp.set(true) }
    telemetry.offerControl("off", of: "outputs.lamp.desk") { lamp.set(false) }
  }

  @Test func actionsAreListedAndDone() async throws {
    offer()
    try await fixture.whileServing { base in
      let list = try await Reply.to(base + "/control")
      #expect(
        list.json?["actions"] as? [String]
          == ["/control/outputs/lamp/desk/on", "/control/outputs/lamp/desk/off"])
      for _ in 0..<2 {
        let on = try await Reply.to(
          base + "/control/outputs/lamp/desk/on", method: "POST", headers: marker)
        #expect(on.status == 200)
        #expect(on.json?["isOn"] as? Bool == true)
        #expect(on.json?["section"] as? String == "outputs.lamp.desk")
        #expect(lamp.isOn)
      }
      let off = try await Reply.to(
        base + "/control/outputs/lamp/desk/off", method: "POST",
        headers: [("Content-Type", "application/json")], body: .bytes(.init(string: "{}")))
      #expect(off.status == 200)
      #expect(!lamp.isOn)
    }
  }

  @Test(arguments: [
    "/control/", "/control/on", "/control/outputs/lamp/desk", "/control/outputs/lamp/desk/blink",
    "/control/outputs/lamp/desk/on/", "/control/outputs/lamp/attic/on", "/control//",
    "/control/outputs.lamp.desk/%6Fn",
  ])
  func whatNobodyOffersIsNotFound(path: String) async throws {
    offer()
    try await fixture.whileServing { base in
      let reply = try await Reply.to(base + path, method: "POST", headers: marker)
      #expect(reply.status == 404)
      #expect(reply.json?["error"] is String)
      #expect(!lamp.isOn)
    }
  }

  @Test func onlyPostDoesSomething() async throws {
    offer()
    try await fixture.whileServing { base in
      for method in ["GET", "HEAD"] {
        let reply = try await Reply.to(
          base + "/control/outputs/lamp/desk/on", method: method, headers: marker)
        #expect(reply.status == 405)
        #expect(reply.headers["allow"] == "POST")
      }
      for method in ["PUT", "DELETE", "OPTIONS"] {
        let reply = try await Reply.to(
          base + "/control/outputs/lamp/desk/on", method: method, headers: marker)
        #expect(reply.status == 405)
        #expect(reply.headers["allow"] == "POST")
        #expect(reply.headers["access-control-allow-origin"] == nil)
      }
      for path in ["/status", "/control"] {
        let reply = try await Reply.to(base + path, method: "POST", headers: marker)
        #expect(reply.status == 405)
        #expect(reply.headers["allow"] == "GET, HEAD")
      }
      #expect(!lamp.isOn)
    }
  }

  @Test(
    arguments: [
      ([], 403), ([("Content-Type", "text/plain")], 403),
      ([("X-Requested-By", "x"), ("Origin", "https://evil.example.com")], 403),
      ([("X-Requested-By", "x"), ("Host", "evil.example.com")], 421),
    ] as [([(String, String)], Int)])
  func pagesElsewhereAreRefused(headers: [(String, String)], status: Int) async throws {
    offer()
    try await fixture.whileServing { base in
      let reply = try await Reply.to(
        base + "/control/outputs/lamp/desk/on", method: "POST", headers: headers)
      #expect(reply.status == status)
      #expect(!lamp.isOn)
    }
  }
}
