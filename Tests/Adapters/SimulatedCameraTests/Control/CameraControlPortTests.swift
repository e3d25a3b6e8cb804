import NIOCore
import NIOHTTP1
import Testing

@testable import SimulatedCamera

extension SocketTests {
  @Suite(.timeLimit(.minutes(1))) struct CameraControlPortTests {
    private func with(
      limits: CameraControlPort.Limits = .init(),
      _ body: (SimulatedCamera, SimulatedCameraEndpoints, CameraControlPort) async throws -> Void
    ) async throws {
      try await withCamera { camera, endpoints in
        let control = try await CameraControlPort.open(for: camera, port: 0, limits: limits)
        do {
          try await body(camera, endpoints, control)
        } catch {
          await control.close()
          throw error
        }
        await control.close()
      }
    }

    private func ask(
      _ control: CameraControlPort, _ path: String, _ method: String = "POST"
    ) async throws -> TestConnection.Response {
      let connection = try await TestConnection.open(port: control.port)
      let response = try await connection.get(path, method: method)
      #expect(await connection.readToEnd().end == .closed)
      return response
    }

    @Test func rootListsEveryCommandAndTheState() async throws {
      try await with { _, endpoints, control in
        let response = try await ask(control, "/", "GET")
        #expect(response.status == 200)
        let json = try #require(JSONValue(parsing: response.body))
        let commands = try #require(json["commands"]?.arrayValue)
        #expect(
          commands.compactMap { $0["name"]?.stringValue } == CameraCommand.all.map(\.name))
        let state = try #require(json["state"])
        #expect(state["isReachable"] == true && state["isRecMode"] == false)
        #expect(state["endpoints"]?["api"]?.stringValue == endpoints.apiURL)
      }
    }

    @Test func commandsAreCarriedOutAtOnce() async throws {
      try await with { camera, _, control in
        for path in ["/battery/25", "/battery?value=25"] {
          await camera.setBattery(.full)
          let response = try await ask(control, path)
          #expect(response.status == 200)
          #expect(await camera.body.battery == .quarter)
        }
        #expect(try await ask(control, "/stall").text.contains("stream content"))
        #expect(await camera.liveview.content == .nothing)
        #expect(try await ask(control, "/model/My%20%CE%B16000").status == 200)
        #expect(await camera.present.friendlyName == "My α6000")
        #expect(try await ask(control, "/stream-redirect/http://a/b").status == 200)
        #expect(await camera.liveview.answer == .redirect("http://a/b"))
      }
    }

    @Test func itStaysOpenWhileTheCameraIsAway() async throws {
      try await with { camera, _, control in
        let response = try await ask(control, "/vanish")
        #expect(response.text.contains("\"isReachable\":false"))
        #expect(try await ask(control, "/reappear").text.contains("\"isReachable\":true"))
        #expect(await camera.status.isReachable)
      }
    }

    @Test(arguments: [
      ("POST", "/nonsense", 404, "no command is called"), ("POST", "/wifi-flop", 404, "wifi-flap"),
      ("POST", "/battery/many", 400, "0…100 percent"), ("POST", "/battery", 400, "needs a value"),
      ("POST", "/stall/5", 400, "takes no value"), ("POST", "/battery/%ZZ", 400, "no path"),
      ("GET", "/stall", 405, "needs POST"), ("GET", "/nonsense", 404, "only / and /calls"),
      ("POST", "/", 405, "needs the name"), ("PUT", "/stall", 405, "only GET and POST"),
      ("POST", "/address/203.0.113.1", 409, "did not work"),
    ])
    func problemsAreSaid(method: String, path: String, status: Int, text: String) async throws {
      try await with { _, _, control in
        let response = try await ask(control, path, method)
        #expect(response.status == status)
        #expect(response.text.contains(text), "\(response.text)")
      }
    }

    @Test(arguments: [("POST", "/stall"), ("GET", "/"), ("OPTIONS", "/stall")])
    func webPagesAreRefused(method: String, path: String) async throws {
      try await with { camera, _, control in
        let page = try await TestConnection.open(port: control.port)
        page.send(
          "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\norigin: http://example.com\r\n\r\n")
        let response = try await page.readResponse()
        #expect(response.status == 403)
        #expect(response.text.contains("web page"))
        #expect(await page.readToEnd().end == .closed)
        #expect(await camera.liveview.content == .pictures)
      }
    }

    @Test func tooManyConnectionsAreClosed() async throws {
      var limits = CameraControlPort.Limits()
      limits.connections = 2
      try await with(limits: limits) { _, _, control in
        let first = try await TestConnection.open(port: control.port)
        let second = try await TestConnection.open(port: control.port)
        let third = try await TestConnection.open(port: control.port)
        #expect(await third.readToEnd().bytes.readableBytes == 0)
        // Whoever has a place keeps it, and one that is left is free again.
        #expect(try await first.get("/").status == 200)
        #expect(await first.readToEnd().end == .closed)
        #expect(try await ask(control, "/", "GET").status == 200)
        await second.close()
      }
    }

    @Test func aRequestThatDoesNotComeIsNotWaitedFor() async throws {
      var limits = CameraControlPort.Limits()
      limits.requestTime = .milliseconds(20)
      try await with(limits: limits) { _, _, control in
        let silent = try await TestConnection.open(port: control.port)
        #expect(await silent.readToEnd().end == .closed)
        let halfway = try await TestConnection.open(port: control.port)
        halfway.send("POST /stall HTTP/1.1\r\nHost: ")
        #expect(await halfway.readToEnd().bytes.readableBytes == 0)
      }
    }

    @Test func callsAreListedWithTheirTimes() async throws {
      try await with { camera, endpoints, control in
        let api = try await TestConnection.openWithLiveview(endpoints)
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await stream.openLiveview()
        // The news is told before a poll is held.
        _ = try await api.call("getEvent", "[false]")
        let poll = try await TestConnection.open(port: endpoints.apiPort)
        poll.sendCall("getEvent", "[true]")
        #expect(await camera.waitUntil { $0.counters.requestsByMethod["getEvent"] == 2 })
        _ = try await api.call("getVersions")
        let json = try #require(JSONValue(parsing: try await ask(control, "/calls", "GET").body))
        let calls = try #require(json["calls"]?.arrayValue)
        #expect(
          calls.compactMap { $0["method"]?.stringValue } == [
            "startRecMode", "startLiveview", "GET", "getEvent", "getEvent", "getVersions",
          ])
        #expect(calls.compactMap { $0["inFlight"]?.integerValue } == [1, 1, 0, 1, 1, 2])
        #expect(calls.map { $0["endedMs"] == .null } == [false, false, false, false, true, false])
        let arrivals = calls.compactMap { $0["arrivedMs"]?.integerValue }
        #expect(arrivals == arrivals.sorted())
        #expect(try #require(json["nowMs"]?.integerValue) >= (arrivals.last ?? .max))
      }
    }

    @Test func usedPortIsAnError() async throws {
      try await with { camera, _, control in
        do {
          _ = try await CameraControlPort.open(for: camera, port: control.port)
          Issue.record("two control ports")
        } catch SimulatedCameraError.portUnavailable(let service, _, let port, _) {
          #expect(service == "control port" && port == control.port)
        }
      }
    }
  }
}

struct ControlRequestTests {
  @Test func nameAndValueAreFound() {
    #expect(ControlRequest(uri: "/")?.name == "")
    #expect(ControlRequest(uri: "/stall")?.value == nil)
    #expect(ControlRequest(uri: "/a/b/c")?.value == "b/c")
    #expect(ControlRequest(uri: "/a?x=1&value=b%2Fc")?.value == "b/c")
    for uri in ["", "stall", "/a/%", "/a/%4", "/a/%+1", "/a/%FF", "*"] {
      #expect(ControlRequest(uri: uri) == nil, "\(uri)")
    }
  }
}
