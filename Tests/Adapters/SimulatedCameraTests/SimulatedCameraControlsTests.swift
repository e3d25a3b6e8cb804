import Media
import NIOCore
import Testing
import TurboJPEG

@testable import SimulatedCamera

extension SocketTests {
  struct SimulatedCameraControlsTests {
    @Test func corruptPicturesComeInSoundPackets() async throws {
      try await withCamera { camera, endpoints in
        _ = try await TestConnection.openWithLiveview(endpoints)
        await camera.corruptNextFrames(2)
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await stream.openLiveview()
        let packets = try await stream.readPackets(4)
        var decoder = try JPEGDecoder()
        let isSound = packets.map { packet in
          (try? decoder.decodeRGB(packet.payload))?.damage == nil
        }
        #expect(isSound == [false, false, true, true])
      }
    }

    @Test(arguments: [
      (LiveviewFault.cleanEnd, TestConnection.End.closed), (.closeInsidePacket, .closed),
      (.resetInsidePacket, .reset), (.badChunkLine, .malformed("nonsense")),
    ])
    func connectionEndsAsTheFaultSays(fault: LiveviewFault, end: TestConnection.End) async throws {
      try await withCamera { camera, endpoints in
        _ = try await TestConnection.openWithLiveview(endpoints)
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await stream.openLiveview()
        _ = try await stream.readPackets(1)
        await camera.injectLiveviewFaults([fault])
        do {
          while try await stream.readPacket() != nil {}
          // The response is over and the connection is not.
          #expect(fault == .cleanEnd)
          #expect(try await stream.call("getVersions").contains("1.0"))
        } catch let reason as TestConnection.End {
          #expect(reason == end)
        }
        // The camera is well: a new connection gets pictures.
        let again = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await again.openLiveview()
        #expect(try await again.readPackets(2).count == 2)
      }
    }

    @Test func hangingPacketHangsForItsClientOnly() async throws {
      try await withCamera { camera, endpoints in
        let api = try await TestConnection.openWithLiveview(endpoints)
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        await camera.injectLiveviewFaults([.hangInsidePacket])
        _ = try await stream.openLiveview()
        #expect(await camera.waitUntil { $0.counters.framesSent == 1 })
        for _ in 0..<5 { _ = try await api.call("getVersions") }
        #expect(await camera.status.counters.framesSent == 1)
        let again = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await again.openLiveview()
        #expect(try await again.readPackets(2).count == 2)
      }
    }

    @Test func sequenceGapIsSeen() async throws {
      try await withCamera { camera, endpoints in
        _ = try await TestConnection.openWithLiveview(endpoints)
        await camera.injectLiveviewFaults([.sequenceGap])
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await stream.openLiveview()
        #expect(try await stream.readPackets(2).map(\.sequenceNumber) == [101, 102])
      }
    }

    @Test func busyCameraSendsNoPictures() async throws {
      try await withCamera { camera, endpoints in
        let api = try await TestConnection.openWithLiveview(endpoints)
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await stream.openLiveview()
        _ = try await stream.readPackets(1)
        await camera.setStatus(.stillSaving)
        let sent = await camera.status.counters.framesSent
        for _ in 0..<5 { _ = try await api.call("getVersions") }
        #expect(await camera.status.counters.framesSent == sent)
        await camera.setStatus(.idle)
        #expect(try await stream.readPackets(sent).count == sent)
      }
    }

    @Test func leavingRecModeEndsTheStream() async throws {
      try await withCamera { camera, endpoints in
        let api = try await TestConnection.openWithLiveview(endpoints)
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await stream.openLiveview()
        _ = try await stream.readPackets(1)
        await camera.leaveRecMode()
        while try await stream.readPacket() != nil {}
        #expect(try await api.call("startLiveview").contains("\"error\":[1,"))
      }
    }
  }
}
