import NIOCore
import Testing

@testable import SimulatedCamera

extension SocketTests {
  struct CameraHTTPServiceTests {
    @Test func descriptionHasTheHeadersOfARealCamera() async throws {
      try await withCamera(testConfiguration { $0.friendlyName = "My <α6000>" }) { _, endpoints in
        let connection = try await TestConnection.open(port: endpoints.descriptionPort)
        let response = try await connection.get("/scalarwebapi_dd.xml")
        #expect(response.statusLine == "HTTP/1.1 200 OK")
        #expect(
          response.headers.map { $0[0] } == [
            "Accept-Range", "Content-Length", "Content-Type", "Connection", "Date", "Server",
          ])
        #expect(response.header("Content-Type") == "text/xml; charset=\"utf-8\"")
        #expect(response.header("Connection") == "close")
        #expect(response.header("Date")?.hasPrefix("Thu, 01 Jan 1970 01:35:4") == true)
        #expect(
          response.text.contains(
            "<av:X_ScalarWebAPI_ActionList_URL>http://127.0.0.1:\(endpoints.apiPort)/sony<"))
        #expect(response.text.contains("<friendlyName>My &lt;α6000&gt;</friendlyName>"))
        #expect(await connection.readToEnd().end == .closed)
      }
    }

    @Test func hostOfTheURLsCanBeSet() async throws {
      let configuration = testConfiguration { $0.advertisedHost = "192.168.122.1" }
      try await withCamera(configuration) { _, endpoints in
        #expect(endpoints.descriptionURL.hasPrefix("http://192.168.122.1:"))
        let connection = try await TestConnection.open(port: endpoints.descriptionPort)
        let response = try await connection.get("/scalarwebapi_dd.xml")
        #expect(response.text.contains("http://192.168.122.1:\(endpoints.apiPort)/sony<"))
      }
    }

    @Test func answersHaveTwoHeadersAndKeepTheConnection() async throws {
      try await withCamera { _, endpoints in
        let connection = try await TestConnection.open(port: endpoints.apiPort)
        for id in 1...3 {
          connection.sendCall("getVersions", id: id)
          let response = try await connection.readResponse()
          #expect(response.headers.map { $0[0] } == ["Content-Type", "Content-Length"])
          #expect(response.header("Content-Type") == "application/json")
          #expect(response.text == "{\"id\":\(id),\"result\":[[\"1.0\"]]}")
        }
      }
    }

    @Test func requestsSentAheadAreAnsweredInOrder() async throws {
      try await withCamera { _, endpoints in
        let connection = try await TestConnection.open(port: endpoints.apiPort)
        for id in 1...5 { connection.sendCall("getVersions", id: id) }
        for id in 1...5 {
          #expect(try await connection.readResponse().text.hasPrefix("{\"id\":\(id),"))
        }
      }
    }

    @Test func wrongRequestsAreRefusedByStatus() async throws {
      try await withCamera { _, endpoints in
        let connection = try await TestConnection.open(port: endpoints.apiPort)
        #expect(try await connection.get("/sony/camera").status == 405)
        #expect(try await connection.get("/sony/camera", method: "OPTIONS").status == 501)
        #expect(try await connection.get("/elsewhere").status == 404)
        connection.post("{}", path: "/sony/guide")
        let response = try await connection.readResponse()
        #expect(response.status == 404)
        #expect(response.text == "{\"error\":[404,\"Not Found\"],\"id\":0}")
      }
    }

    @Test func longBodiesAreRefused() async throws {
      try await withCamera { _, endpoints in
        let call = "{\"method\":\"getVersions\",\"params\":[],\"id\":1,\"version\":\"1.0\"}"
        let connection = try await TestConnection.open(port: endpoints.apiPort)
        connection.post(call + String(repeating: " ", count: 20_480 - call.utf8.count))
        #expect(try await connection.readResponse().status == 200)
        connection.post(call + String(repeating: " ", count: 20_481 - call.utf8.count))
        #expect(try await connection.readResponse().status == 413)
        #expect(await connection.readToEnd().end == .closed)
      }
    }

    @Test func garbageGetsABadRequest() async throws {
      try await withCamera { camera, endpoints in
        let connection = try await TestConnection.open(port: endpoints.apiPort)
        connection.send("\u{1}\u{2}\u{3} not http\r\n\r\n")
        #expect(try await connection.readResponse().status == 400)
        _ = await connection.readToEnd()
        #expect(await camera.waitUntil { $0.openConnections == 0 })
      }
    }

    @Test func connectionsAreLimited() async throws {
      try await withCamera(testConfiguration { $0.connectionLimit = 2 }) { camera, endpoints in
        let first = try await TestConnection.open(port: endpoints.apiPort)
        let second = try await TestConnection.open(port: endpoints.apiPort)
        #expect(await camera.waitUntil { $0.openConnections == 2 })
        let third = try await TestConnection.open(port: endpoints.apiPort)
        #expect(await third.readToEnd().bytes.readableBytes == 0)
        #expect(await camera.status.counters.connectionsRefused == 1)
        await first.close()
        #expect(await camera.waitUntil { $0.openConnections == 1 })
        let fourth = try await TestConnection.open(port: endpoints.apiPort)
        #expect(try await fourth.call("getVersions").contains("1.0"))
        #expect(try await second.call("getVersions").contains("1.0"))
      }
    }
  }
}
