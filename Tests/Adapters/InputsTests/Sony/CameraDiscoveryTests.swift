import SimulatedCamera
import SonyCamera
import Synchronization
import Testing

@testable import Inputs

@Suite(.timeLimit(.minutes(1))) struct CameraDiscoveryTests {
  @Test func findsACameraBySearchAndAsksWhoItIs() async throws {
    let port = CameraRig.discoveryPort(1)
    try await CameraRig.with {
      $0.answersDiscovery = true
      $0.discoveryPort = port
      $0.friendlyName = "My α6000"
    } _: { rig in
      var discovery = CameraDiscovery(interface: "127.0.0.1")
      discovery.discoveryPort = port
      let announced = Mutex<[String]>([])
      let found = try await discovery.run(for: .seconds(8)) { name, host in
        announced.withLock { $0.append("\(name) \(host)") }
      }
      let camera = try #require(found.first)
      #expect(found.count == 1)
      #expect(announced.withLock { $0 } == ["My α6000 127.0.0.1"])
      #expect(camera.name == "My α6000")
      #expect(camera.model == "SonyImagingDevice")
      #expect(camera.foundBy == "search")
      #expect(camera.descriptionURL == rig.endpoints.descriptionURL)
      #expect(camera.endpoint == rig.endpoints.apiURL)
      #expect(camera.apiVersions == ["1.0"])
      #expect(camera.application != nil)
      #expect(camera.availableMethods.contains("startRecMode"))
      #expect(!camera.knownMethods.isEmpty)
      #expect(await rig.callCount(.startRecMode) == 0)
    }
  }

  @Test func asksAGivenAddress() async throws {
    try await CameraRig.with { rig in
      let address = try #require(CameraAddress(rig.endpoints.apiURL))
      let found = try await CameraDiscovery(address: address).run(for: .seconds(8))
      #expect(found.map(\.endpoint) == [rig.endpoints.apiURL])
      #expect(found.first?.name == "127.0.0.1")
      #expect(found.first?.descriptionURL == nil)
      // The camera gets time between two calls.
      let calls = await rig.camera.callRecords.suffix(4)
      #expect(
        calls.map(\.method) == [
          "getVersions", "getApplicationInfo", "getAvailableApiList", "getMethodTypes",
        ])
      for (earlier, later) in zip(calls, calls.dropFirst()) {
        let pause = try later.arrivedAt - #require(earlier.endedAt)
        // In whole milliseconds, which may round away one.
        #expect(pause >= CallLane.spacing.components.attoseconds / 1_000_000_000_000_000 - 1)
      }
    }
  }

  @Test func findsNothingWhereNothingIs() async throws {
    var discovery = CameraDiscovery(interface: "127.0.0.1")
    discovery.discoveryPort = CameraRig.discoveryPort(2)
    #expect(try await discovery.run(for: .milliseconds(300)).isEmpty)
  }
}
