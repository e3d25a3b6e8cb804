import Configuration
import CoreMetrics
import Foundation
import Pipeline
import TestSupport
import Testing

@testable import ControlPlane

/// Over real connections on loopback.
@Suite(.timeLimit(.minutes(1))) struct ControlPlaneTests {
  private let fixture = ControlPlaneFixture()

  @Test func theIndexListsEveryPage() async throws {
    // Otherwise the snapshot would wait for one.
    fixture.publishPicture()
    try await fixture.whileServing { base in
      let index = try await Reply.to(base + "/")
      #expect(index.status == 200)
      #expect(index.headers["content-type"] == "text/plain; charset=utf-8")
      let pages = index.text.split(separator: "\n").compactMap { line in
        line.hasPrefix("/") ? line.split(separator: " ").first.map(String.init) : nil
      }
      #expect(
        pages == ["/status", "/metrics", "/healthz", "/readyz", "/snapshot.jpg", "/control"])
      for page in pages { #expect(try await Reply.to(base + page).status != 404, "\(page)") }
    }
  }

  @Test func healthIsOkWhateverTheCameraDoes() async throws {
    try await fixture.whileServing { base in
      let health = try await Reply.to(base + "/healthz")
      #expect(health.status == 200)
      #expect(health.text == "ok\n")
    }
  }

  @Test func readinessFollowsTheCamera() async throws {
    try await fixture.whileServing { base in
      let before = try await Reply.to(base + "/readyz")
      #expect(before.status == 503)
      #expect(
        before.json?["reasons"] as? [String] == ["the camera is away: none was found yet"])
      fixture.line.sink.report(CameraPresence(.asleep))
      #expect(try await Reply.to(base + "/readyz").status == 200)
      fixture.line.sink.report(CameraPresence(.present))
      fixture.publishPicture()
      #expect(try await Reply.to(base + "/readyz").status == 200)
      fixture.clock.advance(by: .seconds(60))
      let after = try await Reply.to(base + "/readyz")
      #expect(after.status == 503)
      #expect(after.json?["ready"] as? Bool == false)
      #expect(after.json?["reasons"] as? [String] == ["the newest picture is 60 s old"])
    }
  }

  @Test func theStatusIsSortedJSON() async throws {
    fixture.component("rtsp").report(.running, "2 viewers")
    fixture.publishPicture()
    fixture.clock.advance(by: .milliseconds(120))
    try await fixture.whileServing { base in
      let reply = try await Reply.to(base + "/status")
      #expect(reply.status == 200)
      #expect(reply.headers["content-type"] == "application/json; charset=utf-8")
      let status = try #require(reply.json)
      let components = try #require(status["components"] as? [String: [String: Any]])
      #expect(components["rtsp"]?["state"] as? String == "running")
      #expect(components["rtsp"]?["detail"] as? String == "2 viewers")
      #expect(components["encoder"]?["picturesReceived"] as? Int == 1)
      let picture = try #require(status["newestPicture"] as? [String: Any])
      #expect(picture["ageSeconds"] as? Double == 0.12)
      #expect(picture["size"] as? String == "640x424")
      #expect(status["ready"] as? Bool == true)
      let viewing = try #require(status["viewing"] as? [String: Any])
      #expect(viewing["presence"] as? String == "away")
      #expect(viewing["awayReason"] as? String == "searching")
      #expect(viewing["presenceSeconds"] as? Double == 0.12)
      #expect(viewing["isOffline"] as? Bool == false)
      #expect(viewing["isVideoWanted"] as? Bool == false)
      #expect(((status["process"] as? [String: Any])?["residentBytes"] as? Int ?? 0) > 1 << 20)
      let members = reply.text.split(separator: "\n").filter { $0.hasPrefix("  \"") }
      #expect(members.count > 4)
      #expect(members == members.sorted())
    }
  }

  @Test func theMetricsPageHasTheLineTheProcessAndTheRegistry() async throws {
    fixture.publishPicture()
    fixture.registry.makeCounter(label: "bridge_test_things_total", dimensions: []).increment(by: 3)
    try await fixture.whileServing { base in
      let page = try await Reply.to(base + "/metrics")
      #expect(page.status == 200)
      #expect(page.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      let lines = Set(page.text.split(separator: "\n").map(String.init))
      #expect(lines.contains("bridge_input_pictures_total 1"))
      #expect(lines.contains("# TYPE bridge_input_pictures_total counter"))
      #expect(lines.contains("bridge_test_things_total 3"))
      #expect(lines.contains("bridge_component_state{component=\"encoder\",state=\"off\"} 1"))
      #expect(lines.contains { $0.hasPrefix("bridge_process_resident_memory_bytes ") })
    }
  }

  @Test(arguments: ["/", "/status", "/metrics", "/healthz", "/readyz", "/snapshot.jpg"])
  func headHasTheHeadersOfGetAndNoBody(page: String) async throws {
    fixture.publishPicture()
    try await fixture.whileServing { base in
      let get = try await Reply.to(base + page)
      let head = try await Reply.to(base + page, method: "HEAD")
      #expect(head.status == get.status)
      #expect(head.headers["content-type"] == get.headers["content-type"])
      #expect(head.headers["content-length"] != nil)
      #expect(head.body.isEmpty)
      #expect(!get.body.isEmpty)
      #expect(get.headers["x-content-type-options"] == "nosniff")
    }
  }

  @Test func unknownPagesAreJSON() async throws {
    try await fixture.whileServing { base in
      for path in ["/nothing", "/status/", "/status/more", "/snapshot.jpg/..", "/%2e%2e/etc"] {
        let reply = try await Reply.to(base + path)
        let isStatus = path == "/status/"
        #expect(reply.status == (isStatus ? 200 : 404), "\(path)")
        if !isStatus { #expect(reply.json?["error"] is String, "\(path)") }
        #expect(reply.headers["x-content-type-options"] == "nosniff")
      }
    }
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
  func onlyReadingIsAllowed(method: String) async throws {
    try await fixture.whileServing { base in
      for page in ["/status", "/nothing"] {
        let reply = try await Reply.to(base + page, method: method)
        #expect(reply.status == 405)
        #expect(reply.headers["allow"] == "GET, HEAD")
        #expect(reply.json?["error"] is String)
      }
    }
  }

  @Test func namesThatAnybodyCanRegisterAreRefused() async throws {
    fixture.publishPicture()
    try await fixture.whileServing { base in
      let evil = try await Reply.to(
        base + "/snapshot.jpg", headers: [("Host", "evil.example.com:8088")])
      #expect(evil.status == 421)
      #expect(evil.json?["error"] is String)
      let local = try await Reply.to(
        base + "/snapshot.jpg", headers: [("Host", "bridge.local:8088")])
      #expect(local.status == 200)
    }
  }

  @Test func furtherNamesComeFromTheSettings() async throws {
    let fixture = ControlPlaneFixture(
      settings: ["allowedHosts": .stringArray(["Camera.Example.com"])])
    try await fixture.whileServing { base in
      let reply = try await Reply.to(
        base + "/healthz", headers: [("Host", "camera.example.com")])
      #expect(reply.status == 200)
    }
  }
}
