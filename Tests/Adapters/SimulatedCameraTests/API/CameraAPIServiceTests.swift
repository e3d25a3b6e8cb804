import Media
import NIOCore
import Testing

@testable import SimulatedCamera

extension SocketTests {
  struct CameraAPIServiceTests {
    private let notAvailable = "{\"id\":1,\"error\":[1,\"Not Available Now\"]}"

    @Test func sessionRunsThroughItsSteps() async throws {
      try await withCamera { camera, endpoints in
        let api = try await TestConnection.open(port: endpoints.apiPort)
        #expect(try await api.call("getVersions", id: 7) == "{\"id\":7,\"result\":[[\"1.0\"]]}")
        #expect(try await api.call("startLiveview") == notAvailable)
        #expect(try await api.call("startRecMode") == "{\"id\":1,\"result\":[0]}")
        #expect(await camera.status.isRecMode)
        #expect(
          try await api.call("startLiveview")
            == "{\"id\":1,\"result\":[\"\(endpoints.liveviewURL)\"]}")
        #expect(await camera.status.isLiveviewActive)
        #expect(try await api.call("stopLiveview") == "{\"id\":1,\"result\":[0]}")
        #expect(try await api.call("stopRecMode") == "{\"id\":1,\"result\":[0]}")
        let status = await camera.status
        #expect(!status.isRecMode && !status.isLiveviewActive)
        #expect(
          status.counters.requestsByMethod == [
            "getVersions": 1, "startLiveview": 2, "startRecMode": 1, "stopLiveview": 1,
            "stopRecMode": 1,
          ])
      }
    }

    @Test func malformedCallsGetErrorFive() async throws {
      try await withCamera { _, endpoints in
        let api = try await TestConnection.open(port: endpoints.apiPort)
        for body in ["", "nonsense", "{\"id\":1}"] {
          api.post(body)
          let response = try await api.readResponse()
          #expect(response.status == 200)
          #expect(response.text.contains("\"error\":[5,\"Illegal Request\"]"))
        }
      }
    }

    @Test func slashesMayBeEscaped() async throws {
      try await withCamera(testConfiguration { $0.escapesSlashes = true }) { _, endpoints in
        let api = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await api.call("startRecMode")
        #expect(
          try await api.call("startLiveview").contains("http:\\/\\/127.0.0.1:\(endpoints.apiPort)"))
      }
    }

    @Test func startRecModeIsSlowAndSoIsTheCallAfterIt() async throws {
      let scale = 0.02
      try await withCamera(testConfiguration { $0.delayScale = scale }) { _, endpoints in
        let api = try await TestConnection.open(port: endpoints.apiPort)
        let clock = ContinuousClock()
        func duration(of method: String) async throws -> Duration {
          try await clock.measure { _ = try await api.call(method) }
        }
        // Lower bounds only: a busy machine may be slower, never quicker.
        #expect(try await duration(of: "startRecMode") >= .milliseconds(2324) * scale)
        #expect(try await duration(of: "getAvailableApiList") >= .milliseconds(2661) * scale)
        #expect(try await duration(of: "getAvailableSelfTimer") >= .milliseconds(961) * scale)
      }
    }

    // MARK: - getEvent

    @Test func snapshotIsAnsweredAtOnce() async throws {
      try await withCamera { _, endpoints in
        let api = try await TestConnection.open(port: endpoints.apiPort)
        let text = try await api.call("getEvent", "[false]")
        let result = JSONValue(parsing: ByteBuffer(string: text))?["result"]?.arrayValue
        #expect(result?.count == 35)
        #expect(result?[1]["cameraStatus"] == "NotReady")
        #expect(try await api.call("getEvent").contains("\"error\":[3,"))
      }
    }

    @Test func longPollEndsWithTheNextChange() async throws {
      try await withCamera { camera, endpoints in
        let poller = try await TestConnection.open(port: endpoints.apiPort)
        let api = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await poller.call("getEvent", "[false]")
        poller.sendCall("getEvent", "[true]", id: 2)
        #expect(await camera.waitUntil { $0.counters.requestsByMethod["getEvent"] == 2 })
        _ = try await api.call("startRecMode")
        let text = try await poller.readResponse().text
        let result = JSONValue(parsing: ByteBuffer(string: text))?["result"]?.arrayValue
        #expect(result?[1]["cameraStatus"] == "IDLE")
        #expect(result?[3] == .null)
      }
    }

    @Test func secondPollEndsTheFirst() async throws {
      try await withCamera { camera, endpoints in
        let first = try await TestConnection.open(port: endpoints.apiPort)
        let second = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await first.call("getEvent", "[false]")
        first.sendCall("getEvent", "[true]", id: 2)
        #expect(await camera.waitUntil { $0.counters.requestsByMethod["getEvent"] == 2 })
        second.sendCall("getEvent", "[true]", id: 3)
        #expect(
          try await first.readResponse().text == "{\"id\":2,\"error\":[40402,\"DoublePolling\"]}")
        await camera.setStatus(.error)
        #expect(try await second.readResponse().text.contains("\"cameraStatus\":\"Error\""))
      }
    }

    @Test(arguments: LongPollEnd.allCases)
    func longPollWithoutChangeTimesOut(end: LongPollEnd) async throws {
      let configuration = testConfiguration {
        $0.longPollDuration = .milliseconds(20)
        $0.longPollEnd = end
      }
      try await withCamera(configuration) { _, endpoints in
        let api = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await api.call("getEvent", "[false]")
        let text = try await api.call("getEvent", "[true]")
        switch end {
        case .error: #expect(text == "{\"id\":1,\"error\":[2,\"Timed out\"]}")
        case .nulls:
          let result = JSONValue(parsing: ByteBuffer(string: text))?["result"]?.arrayValue
          #expect(result?.count == 35)
          #expect(result?.allSatisfy { $0 == .null || $0 == [] } == true)
        }
      }
    }

    // MARK: - Shooting

    @Test func takenPictureCanBeFetched() async throws {
      try await withCamera { _, endpoints in
        let api = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await api.call("startRecMode")
        let base = "http://127.0.0.1:\(endpoints.apiPort)"
        #expect(
          try await api.call("actTakePicture")
            == "{\"id\":1,\"result\":[[\"\(base)/postview/pict1.JPG\"]]}")
        let picture = try await api.get("/postview/pict1.JPG")
        #expect(picture.header("Content-Type") == "image/jpeg")
        #expect(picture.body.getBytes(at: picture.body.readerIndex, length: 2) == [0xFF, 0xD8])
        #expect(try await api.call("getEvent", "[true]").contains("pict1.JPG"))
      }
    }

    // MARK: - Faults

    @Test func faultsHitTheNextCallsOnly() async throws {
      try await withCamera { camera, endpoints in
        let api = try await TestConnection.open(port: endpoints.apiPort)
        await camera.injectAPIFaults(
          [.httpStatus(503), .notJSON, .error(code: 40401, text: "Camera Not Ready")],
          method: "getVersions")
        #expect(try await api.call("getApplicationInfo").contains("Smart Remote"))
        api.sendCall("getVersions")
        #expect(try await api.readResponse().status == 503)
        #expect(try await api.call("getVersions").contains("<html>"))
        #expect(try await api.call("getVersions").contains("[40401,\"Camera Not Ready\"]"))
        #expect(try await api.call("getVersions").contains("1.0"))
      }
    }

    @Test func faultsCanEndTheConnection() async throws {
      try await withCamera { camera, endpoints in
        for (fault, end) in [(APIFault.close, TestConnection.End.closed), (.reset, .reset)] {
          let api = try await TestConnection.open(port: endpoints.apiPort)
          await camera.injectAPIFaults([fault])
          api.sendCall("getVersions")
          let (bytes, reason) = await api.readToEnd()
          #expect(bytes.readableBytes == 0)
          #expect(reason == end)
        }
      }
    }

    @Test func hangingCallDoesNotHoldUpOthers() async throws {
      try await withCamera { camera, endpoints in
        await camera.injectAPIFaults([.hang])
        let hanging = try await TestConnection.open(port: endpoints.apiPort)
        hanging.sendCall("getVersions")
        #expect(await camera.waitUntil { $0.counters.requestsByMethod["getVersions"] == 1 })
        let api = try await TestConnection.open(port: endpoints.apiPort)
        #expect(try await api.call("getVersions").contains("1.0"))
      }
    }
  }
}
