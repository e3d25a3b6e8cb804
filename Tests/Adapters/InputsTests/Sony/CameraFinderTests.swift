import Pipeline
import SimulatedCamera
import SonyCamera
import Testing

@testable import Inputs

@Suite(.timeLimit(.minutes(1))) struct CameraFinderTests {
  private func finder(
    remembered: FoundCamera? = nil, address: String? = nil, discoveryPort: Int
  ) throws -> CameraFinder {
    CameraFinder(
      http: CameraHTTPClient(interface: "lo"),
      address: try address.map {
        try #require(CameraAddress($0))
      }, interface: "lo", remembered: remembered, searchInterval: .seconds(1), clock: .system,
      discoveryPort: discoveryPort)
  }

  private func first(_ finder: CameraFinder) async throws -> FoundCamera {
    try await withTimeLimit(.seconds(30)) { try await finder.first() }
  }

  @Test func aCameraIsFoundWhereItWas() async throws {
    try await CameraRig.with { rig in
      let location = try #require(CameraURL(rig.endpoints.descriptionURL))
      let endpoint = try #require(CameraURL(rig.endpoints.apiURL))
      var remembered = FoundCamera(endpoint: endpoint, origin: .search)
      let port = CameraRig.discoveryPort(20)
      let byAPI = try await first(try finder(remembered: remembered, discoveryPort: port))
      #expect(byAPI.endpoint == endpoint)
      #expect(byAPI.origin == .memory)
      #expect(byAPI.uniqueDeviceName == nil)
      #expect(byAPI.name == "127.0.0.1")

      remembered.location = location
      let byDescription = try await first(try finder(remembered: remembered, discoveryPort: port))
      #expect(byDescription.endpoint == endpoint)
      #expect(byDescription.interface == "lo")
      #expect(byDescription.uniqueDeviceName?.hasPrefix("uuid:") == true)
    }
  }

  @Test func aCameraThatComesBackElsewhereIsFoundBySearch() async throws {
    let port = CameraRig.discoveryPort(21)
    try await CameraRig.with {
      $0.answersDiscovery = true
      $0.discoveryPort = port
    } _: { rig in
      // Where it was nobody listens any more, or something else does.
      for script: [ScriptedPeer.Step] in [
        [.close], [.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")],
      ] {
        try await ScriptedPeer.with(script) { peer in
          let remembered = FoundCamera(
            location: peer.url("/dd.xml"), endpoint: peer.url("/sony/camera"), origin: .search)
          let found = try await first(try finder(remembered: remembered, discoveryPort: port))
          #expect(found.endpoint == CameraURL(rig.endpoints.apiURL))
          #expect(found.origin == .search)
          #expect(found.interface == "lo")
        }
      }
    }
  }

  @Test func anAddressIsAskedUntilItAnswers() async throws {
    try await CameraRig.with { rig in
      await rig.camera.vanish()
      let finder = try finder(
        address: rig.endpoints.descriptionURL, discoveryPort: CameraRig.discoveryPort(22))
      async let found = first(finder)
      try await rig.camera.reappear()
      #expect(try await found.location == CameraURL(rig.endpoints.descriptionURL))
    }
  }

  @Test func lookingEndsWithTheTask() async throws {
    let finder = try finder(discoveryPort: CameraRig.discoveryPort(23))
    let looking = Task { try await finder.first() }
    looking.cancel()
    await #expect(throws: CancellationError.self) { try await looking.value }
  }
}
