import Media
import NIOCore
import NIOPosix
import Testing

@testable import SimulatedCamera

extension SocketTests {
  struct SimulatedCameraTests {
    @Test func vanishingResetsEverythingAndRefusesConnections() async throws {
      try await withCamera { camera, endpoints in
        let api = try await TestConnection.openWithLiveview(endpoints)
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await stream.openLiveview()
        _ = try await stream.readPackets(1)
        await camera.vanish()
        #expect(await stream.readToEnd().end == .reset)
        #expect(await api.readToEnd().end == .reset)
        #expect(await camera.status.isReachable == false)
        for port in [endpoints.apiPort, endpoints.descriptionPort] {
          await #expect(throws: (any Error).self) { try await TestConnection.open(port: port) }
        }
      }
    }

    @Test func reappearingNeedsRecModeAgainOnTheSamePorts() async throws {
      try await withCamera { camera, endpoints in
        _ = try await TestConnection.openWithLiveview(endpoints)
        var frameNumber: UInt32 = 0
        for _ in 0..<3 {
          await camera.vanish()
          #expect(try await camera.reappear() == endpoints)
          #expect(await camera.status.isRecMode == false)
          let api = try await TestConnection.open(port: endpoints.apiPort)
          #expect(try await api.call("startLiveview").contains("\"error\":[1,"))
          _ = try await TestConnection.openWithLiveview(endpoints)
          let stream = try await TestConnection.open(port: endpoints.apiPort)
          _ = try await stream.openLiveview()
          let packets = try await stream.readPackets(2)
          #expect(packets.map(\.sequenceNumber) == [1, 2])
          // The number in the picture goes on, so that old pictures can be told from new ones.
          let shown = try packets[1].frameNumber() ?? 0
          #expect(shown > frameNumber)
          frameNumber = shown
        }
      }
    }

    @Test func silentDepartureLeavesConnectionsHanging() async throws {
      try await withCamera { camera, endpoints in
        _ = try await TestConnection.openWithLiveview(endpoints)
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await stream.openLiveview()
        _ = try await stream.readPackets(1)
        await camera.vanish(.silent)
        await #expect(throws: (any Error).self) {
          try await TestConnection.open(port: endpoints.apiPort)
        }
        #expect(stream.channel.isActive)
        // Back again, it knows nothing of the old connections.
        try await camera.reappear()
        #expect(await stream.readToEnd().end == .reset)
      }
    }

    @Test func portInUseIsAnErrorThatNamesIt() async throws {
      try await withCamera { _, endpoints in
        let second = try SimulatedCamera(
          configuration: testConfiguration { $0.apiPort = endpoints.apiPort })
        do {
          try await second.start()
          Issue.record("two cameras on one port")
        } catch SimulatedCameraError.portUnavailable(let service, let address, let port, _) {
          #expect(service == "api" && address == "127.0.0.1" && port == endpoints.apiPort)
        }
        #expect(await second.status.isReachable == false)
      }
    }

    @Test func stoppedCameraCanBeStartedAgain() async throws {
      let camera = try SimulatedCamera(configuration: testConfiguration())
      for _ in 0..<3 {
        let endpoints = try await camera.start()
        let api = try await TestConnection.open(port: endpoints.apiPort)
        #expect(try await api.call("getVersions").contains("1.0"))
        await camera.stop()
        #expect(await api.readToEnd().end == .closed)
      }
    }

    @Test func waitingEndsWhenItMust() async throws {
      let camera = try SimulatedCamera(configuration: testConfiguration())
      #expect(await camera.waitUntil(within: .milliseconds(10)) { $0.isReachable } == false)
    }

    @Test func itRunsOnTheEventLoopItWasGiven() async throws {
      let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
      let camera = try SimulatedCamera(configuration: testConfiguration(), eventLoopGroup: group)
      let endpoints = try await camera.start()
      let api = try await TestConnection.open(port: endpoints.apiPort)
      #expect(try await api.call("getVersions").contains("1.0"))
      await camera.stop()
      try await group.shutdownGracefully()
    }

    /// In a process of its own, so that no other test's descriptors are counted.
    @Test func startingAndStoppingLeaksNoDescriptors() async {
      await #expect(processExitsWith: .success) {
        // One camera, because painting the picture's background is slow in a debug build.
        let camera = try SimulatedCamera(
          configuration: testConfiguration {
            $0.answersDiscovery = true
            $0.discoveryPort = 19_001
          })
        func cycle() async throws {
          let endpoints = try await camera.start()
          let api = try await TestConnection.open(port: endpoints.apiPort)
          _ = try await api.call("startRecMode")
          _ = try await api.call("startLiveview")
          let stream = try await TestConnection.open(port: endpoints.apiPort)
          _ = try await stream.openLiveview()
          _ = try await stream.readPackets(1)
          await camera.vanish()
          try await camera.reappear()
          await camera.stop()
          await api.close()
          await stream.close()
        }
        // The first time starts threads, which stay.
        try await cycle()
        let before = try openDescriptors()
        for _ in 0..<100 { try await cycle() }
        // A leak shows a hundredfold; the runtime may open a few for threads it starts later.
        #expect(try openDescriptors() - before < 10)
      }
    }
  }
}
