import NIOCore
import NIOPosix
import Testing

@testable import SimulatedCamera

extension SocketTests {
  /// Who else is there, and whether and where the camera can be reached.
  @Suite(.timeLimit(.minutes(1))) struct NetworkCommandTests {
    @Test func phoneTakesTheStreamOnce() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("phone:60")
        #expect(await rig.stream.readToEnd().end == .closed)
        #expect(await rig.camera.waitUntil { $0.counters.liveviewConnections == 2 })
        // The phone gives in.
        #expect(try await rig.newStreamIsSound())
        #expect(await rig.camera.phone.isThere == false)
      }
    }

    @Test func insistingPhoneTakesItAgainUntilItLeaves() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("phone-insists:60")
        #expect(await rig.stream.readToEnd().end == .closed)
        for _ in 0..<2 {
          let stream = try await TestConnection.open(port: rig.endpoints.apiPort)
          _ = try await stream.openLiveview()
          #expect(await stream.readToEnd().end == .closed)
        }
        try await rig.camera.apply("phone-leaves")
        #expect(await rig.camera.waitUntil { !$0.hasLiveviewClient })
        #expect(try await rig.newStreamIsSound())
      }
    }

    @Test func phoneLeavesAfterItsTime() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("phone:0.05")
        #expect(await rig.camera.waitUntil { $0.counters.liveviewConnections == 2 })
        #expect(await rig.camera.waitUntil { !$0.hasLiveviewClient })
      }
    }

    @Test func unreachableCameraDoesNotEvenRefuse() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("vanish:unreachable")
        for port in [rig.endpoints.apiPort, rig.endpoints.descriptionPort] {
          let attempt = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.milliseconds(300))
          do {
            _ = try await attempt.connect(host: "127.0.0.1", port: port).get()
            Issue.record("connected to port \(port)")
          } catch ChannelError.connectTimeout {
            // As it must be.
          } catch let error as NIOConnectionError {
            let reasons = error.connectionErrors.map { "\($0.error)" }
            #expect(reasons.allSatisfy { $0.contains("connectTimeout") }, "\(reasons)")
          }
        }
        #expect(rig.stream.channel.isActive && rig.api.channel.isActive)
        try await rig.camera.apply("reappear")
        #expect(await rig.stream.readToEnd().end == .reset)
        _ = try await TestConnection.openWithLiveview(rig.endpoints)
        #expect(try await rig.newStreamIsSound())
      }
    }

    @Test(arguments: ["wifi-flap:0.05", "restart:0.05"])
    func flapEndsByItself(command: String) async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply(command)
        #expect(await rig.camera.status.isReachable == false)
        #expect(await rig.camera.waitUntil { $0.isReachable })
        #expect(await rig.camera.status.isRecMode == false)
        _ = try await TestConnection.openWithLiveview(rig.endpoints)
        #expect(try await rig.newStreamIsSound())
      }
    }

    @Test func plannedReturnEndsItsOwnAbsenceOnly() async throws {
      try await withCamera { camera, _ in
        try await camera.apply("wifi-flap:0.05")
        try await camera.apply("reappear")
        try await camera.apply("vanish")
        let isBack = await camera.waitUntil(within: .milliseconds(200)) { $0.isReachable }
        #expect(!isBack)
      }
    }

    @Test func leavingTheApplicationAndPowerOffTakeItAway() async throws {
      try await withCamera { camera, endpoints in
        for command in ["leave-app", "power-off"] {
          try await camera.apply(command)
          #expect(await camera.status.isReachable == false)
          try await camera.apply("reappear")
          let api = try await TestConnection.open(port: endpoints.apiPort)
          #expect(try await api.call("getVersions").contains("1.0"))
        }
      }
    }

    @Test func itComesBackUnderAnotherPortNameAndAddress() async throws {
      try await withCamera { camera, endpoints in
        // A port that is free: one the kernel gave somebody else and who has closed it.
        let other = try SimulatedCamera(configuration: testConfiguration())
        let free = try await other.start().apiPort
        await other.stop()
        try await camera.apply("api-port:\(free)")
        #expect(await camera.endpoints.apiPort == free)
        let api = try await TestConnection.open(port: free)
        #expect(try await api.call("getVersions").contains("1.0"))
        await #expect(throws: (any Error).self) {
          try await TestConnection.open(port: endpoints.apiPort)
        }

        try await camera.apply("model:ILCE-5100")
        let description = try await TestConnection.open(port: endpoints.descriptionPort)
        #expect(
          try await description.get("/scalarwebapi_dd.xml").text
            .contains("<friendlyName>ILCE-5100<"))

        try await camera.apply("address:127.0.0.2")
        #expect(await camera.endpoints.host == "127.0.0.2")
        await #expect(throws: (any Error).self) { try await TestConnection.open(port: free) }
        let there = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        try await there.connect(host: "127.0.0.2", port: free).get().close()
      }
    }

    @Test func freePortIsAnotherOneEachTime() async throws {
      try await withCamera { camera, endpoints in
        try await camera.apply("api-port:0")
        let moved = await camera.endpoints.apiPort
        #expect(moved != endpoints.apiPort)
        let api = try await TestConnection.open(port: moved)
        #expect(try await api.call("getVersions").contains("1.0"))
      }
    }

    /// Who asks for its return while it is still leaving is not forgotten.
    @Test func changesOfPowerWaitForEachOther() async throws {
      try await StreamRig.with { rig in
        let camera = rig.camera
        let departure = Task { await camera.vanish() }
        #expect(await camera.waitUntil { !$0.isReachable })
        try await camera.reappear()
        await departure.value
        #expect(await camera.status.isReachable)
      }
    }

    @Test func anAddressThatIsNotThereIsAnErrorAndKeepsItAway() async throws {
      try await withCamera { camera, _ in
        do {
          try await camera.apply("address:203.0.113.1")
          Issue.record("listens at an address nobody has")
        } catch CommandError.failed(let command, let reason) {
          #expect(command == "address" && reason.contains("203.0.113.1"))
        }
        #expect(await camera.status.isReachable == false)
        try await camera.apply("address:127.0.0.1")
        #expect(await camera.status.isReachable)
      }
    }

    @Test func applicationChanges() async throws {
      try await withCamera { camera, endpoints in
        try await camera.apply("application:installed")
        let api = try await TestConnection.open(port: endpoints.apiPort)
        #expect(try await api.call("getVersions").contains("1.3"))
      }
    }
  }
}
