import Media
import NIOCore
import Testing
import TurboJPEG

@testable import SimulatedCamera

extension SocketTests {
  /// The effect of each command on a plain client of the stream.
  @Suite(.timeLimit(.minutes(1))) struct LiveviewCommandTests {
    @Test func sequenceAndClockBeginAgain() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("sequence-gap")
        try await rig.camera.apply("sequence-restart")
        try await rig.camera.apply("clock-restart")
        let packets = try await rig.stream.readPackets(12)
        let gap = try #require(packets.firstIndex { $0.sequenceNumber > 100 })
        #expect(packets[gap + 1].sequenceNumber == 1)
        #expect(packets[gap + 2].timestamp == 0)
        #expect(packets[gap + 3].sequenceNumber == 3)
        #expect(packets[gap + 3].timestamp < 1000)
      }
    }

    @Test func missingChunkEndIsMalformedAndEndsTheStream() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("missing-chunk-end")
        await #expect(throws: TestConnection.End.malformed("chunk without end")) {
          while try await rig.stream.readPacket() != nil {}
        }
        #expect(await rig.stream.readToEnd().end == .closed)
        #expect(try await rig.newStreamIsSound())
      }
    }

    @Test func everyFaultLeavesTheCameraSound() async throws {
      try await StreamRig.with { rig in
        for command in CameraCommand.pictureFaults {
          let sent = await rig.camera.status.counters.framesSent
          try await rig.camera.apply(command.name)
          let stream = try await TestConnection.open(port: rig.endpoints.apiPort)
          _ = try await stream.openLiveview()
          #expect(await rig.camera.waitUntil { $0.counters.framesSent > sent }, "\(command.name)")
          #expect(try await rig.newStreamIsSound(), "\(command.name)")
          await stream.close()
        }
      }
    }

    @Test func trickleIsOneByteAtATimeOfASoundStream() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("trickle:1000")
        // What was on its way, then single bytes; the packet they belong to stays whole.
        #expect(await rig.camera.waitUntil { _ in true })
        let stream = try await TestConnection.open(port: rig.endpoints.apiPort)
        _ = try await stream.openLiveview()
        #expect(try await stream.readLine().allSatisfy(\.isHexDigit))
        #expect(try await stream.read(3).readableBytesView.first == 0xFF)
        let sent = await rig.camera.status.counters.framesSent
        try await rig.camera.apply("liveview-sound")
        #expect(await rig.camera.waitUntil { $0.counters.framesSent > sent + 2 })
      }
    }

    @Test func trickledPacketIsCompletedWhenTheStreamIsWell() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("trickle:1000")
        let stream = try await TestConnection.open(port: rig.endpoints.apiPort)
        _ = try await stream.openLiveview()
        #expect(await rig.camera.waitUntil { $0.hasLiveviewClient })
        let sent = await rig.camera.status.counters.framesSent
        try await rig.camera.apply("liveview-sound")
        #expect(await rig.camera.waitUntil { $0.counters.framesSent > sent + 2 })
        #expect(try await stream.readPackets(3).count == 3)
      }
    }

    @Test func endlessGarbageHasNoPacket() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("endless-garbage")
        let stream = try await TestConnection.open(port: rig.endpoints.apiPort)
        _ = try await stream.openLiveview()
        for _ in 0..<3 {
          let chunk = try #require(try await stream.readChunk())
          #expect(chunk.readableBytes == 4096 && ReceivedPacket(chunk) == nil)
        }
        try await rig.camera.apply("liveview-sound")
        #expect(try await rig.newStreamIsSound())
      }
    }

    @Test func endlessStreamWithoutFramesIsSoundPackets() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("endless-no-frame")
        let stream = try await TestConnection.open(port: rig.endpoints.apiPort)
        _ = try await stream.openLiveview()
        #expect(try await stream.readPackets(5).map(\.type) == [2, 2, 2, 2, 2])
      }
    }

    @Test func stallHoldsForNewClientsUntilSound() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("stall")
        let stream = try await TestConnection.open(port: rig.endpoints.apiPort)
        #expect(try await stream.openLiveview().status == 200)
        #expect(try await rig.sendsNothing())
        try await rig.camera.apply("liveview-sound")
        #expect(try await stream.readPackets(2).count == 2)
      }
    }

    @Test(arguments: [
      (LiveviewWedge.untilRestarted, ["startLiveview"]), (.untilRestarted, ["stopLiveview"]),
      (.untilRecMode, ["startRecMode"]),
    ])
    func wedgeEndsByTheRightCall(wedge: LiveviewWedge, calls: [String]) async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("wedge:\(wedge.rawValue)")
        let stream = try await TestConnection.open(port: rig.endpoints.apiPort)
        #expect(try await stream.openLiveview().status == 200)
        _ = try await rig.api.call("getEvent", "[false]")
        #expect(try await rig.sendsNothing())
        for call in calls + ["startLiveview"] { _ = try await rig.api.call(call) }
        #expect(try await rig.newStreamIsSound())
      }
    }

    @Test func wedgeEndsByReopening() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("wedge:reopen")
        #expect(try await rig.sendsNothing())
        #expect(try await rig.newStreamIsSound())
      }
    }

    @Test func wedgeEndsByDiscoveryOrPower() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("wedge:discovery")
        let stream = try await TestConnection.open(port: rig.endpoints.apiPort)
        _ = try await stream.openLiveview()
        _ = try await rig.api.call("startRecMode")
        #expect(try await rig.sendsNothing())
        let description = try await TestConnection.open(port: rig.endpoints.descriptionPort)
        _ = try await description.get("/scalarwebapi_dd.xml")
        #expect(try await stream.readPackets(2).count == 2)

        try await rig.camera.apply("wedge:power")
        for call in ["startRecMode", "stopLiveview", "startLiveview"] {
          _ = try await rig.api.call(call)
        }
        let again = try await TestConnection.open(port: rig.endpoints.apiPort)
        _ = try await again.openLiveview()
        #expect(try await rig.sendsNothing())
        try await rig.camera.apply("vanish")
        try await rig.camera.apply("reappear")
        _ = try await TestConnection.openWithLiveview(rig.endpoints)
        #expect(try await rig.newStreamIsSound())
      }
    }

    @Test func requestsForTheStreamAreAnsweredWrongly() async throws {
      try await StreamRig.with { rig in
        for status in [404, 500, 503] {
          try await rig.camera.apply("stream-status:\(status)")
          let refused = try await TestConnection.open(port: rig.endpoints.apiPort)
          #expect(try await refused.get("/liveview/liveviewstream").status == status)
        }
        try await rig.camera.apply("stream-redirect:/elsewhere")
        let moved = try await TestConnection.open(port: rig.endpoints.apiPort)
        let response = try await moved.get("/liveview/liveviewstream")
        #expect(response.status == 302 && response.header("Location") == "/elsewhere")
        // The one who has the stream keeps it.
        #expect(try await rig.stream.readPackets(2).count == 2)
        try await rig.camera.apply("liveview-sound")
        try await rig.camera.apply("content-type:video/x-other")
        let other = try await TestConnection.open(port: rig.endpoints.apiPort)
        #expect(try await other.openLiveview().header("Content-Type") == "video/x-other")
      }
    }

    @Test func headersWithoutEndAndNoAnswer() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("stream-endless-headers")
        let endless = try await TestConnection.open(port: rig.endpoints.apiPort)
        endless.send("GET /liveview/liveviewstream HTTP/1.1\r\nHost: camera\r\n\r\n")
        #expect(try await endless.readLine() == "HTTP/1.1 200 OK")
        #expect(try await endless.readLine() == "Content-Type: image/jpeg")
        for _ in 0..<10 { #expect(try await endless.readLine().hasPrefix("X-Filler: ")) }
        try await rig.camera.apply("stream-hang")
        let silent = try await TestConnection.open(port: rig.endpoints.apiPort)
        silent.send("GET /liveview/liveviewstream HTTP/1.1\r\nHost: camera\r\n\r\n")
        _ = try await rig.stream.readPackets(3)
        try await silent.channel.close()
        #expect(await silent.readToEnd().bytes.readableBytes == 0)
      }
    }

    @Test func rateMayBeVeryLowAndChangesAtOnce() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("frame-rate:0.01")
        // The step that was due is taken; the next one only after 100 seconds.
        #expect(try await rig.stream.readPackets(1).count == 1)
        try await rig.camera.apply("frame-rate:30")
        #expect(try await rig.stream.readPackets(5).count == 5)
      }
    }

    @Test func sizeChangesByName() async throws {
      try await StreamRig.with { rig in
        try await rig.camera.apply("picture-size:640x480")
        let packets = try await rig.stream.readPackets(6)
        var decoder = try JPEGDecoder()
        let last = try #require(packets.last)
        #expect(
          try decoder.readHeader(of: last.payload).size == PictureSize(width: 640, height: 480))
      }
    }
  }
}
