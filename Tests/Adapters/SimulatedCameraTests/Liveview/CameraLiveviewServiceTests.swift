import Media
import NIOCore
import Testing
import TurboJPEG

@testable import SimulatedCamera

extension SocketTests {
  struct CameraLiveviewServiceTests {
    @Test func everyChunkIsOnePacket() async throws {
      try await withCamera { camera, endpoints in
        _ = try await TestConnection.openWithLiveview(endpoints)
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        let head = try await stream.openLiveview()
        #expect(head.statusLine == "HTTP/1.1 200 OK")
        #expect(
          head.headers == [["Content-Type", "image/jpeg"], ["Transfer-Encoding", "chunked"]])
        let packets = try await stream.readPackets(10)
        #expect(packets.map(\.sequenceNumber) == Array(1...10))
        #expect(packets.allSatisfy { $0.type == 0x01 })
        // 640x424, then zeros.
        #expect(packets.allSatisfy { $0.reserved.prefix(4) == [0x02, 0x80, 0x01, 0xA8] })
        #expect(packets.allSatisfy { $0.reserved.dropFirst(4).allSatisfy { $0 == 0 } })
        let clock = packets.map(\.timestamp)
        #expect(clock == clock.sorted())
        #expect(clock[9] > clock[0])
        #expect(await camera.status.counters.framesSent >= 10)
      }
    }

    @Test func sizesAreRoundedUpWithStaleBytesBehindThePicture() async throws {
      try await withCamera { _, endpoints in
        _ = try await TestConnection.openWithLiveview(endpoints)
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await stream.openLiveview()
        let packets = try await stream.readPackets(16)
        #expect(packets.allSatisfy { $0.payload.readableBytes.isMultiple(of: 128) })
        let tails = packets.map { packet in
          Array(packet.payload.readableBytesView.dropFirst(packet.jpegLength))
        }
        #expect(tails.allSatisfy { $0.count < 128 })
        #expect(tails.contains { tail in tail.contains { $0 != 0 } })
        #expect(tails.contains { $0.suffix(2) == [0xFF, 0xD9] })
        #expect(try packets.allSatisfy { try $0.frameNumber() != nil })
      }
    }

    @Test func secondClientClosesTheFirst() async throws {
      try await withCamera { camera, endpoints in
        _ = try await TestConnection.openWithLiveview(endpoints)
        let first = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await first.openLiveview()
        let before = try await first.readPackets(2)
        let second = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await second.openLiveview()
        #expect(await first.readToEnd().end == .closed)
        let after = try await second.readPackets(2)
        // The counter belongs to the camera, not to the connection.
        #expect(after[0].sequenceNumber > before[1].sequenceNumber)
        #expect(await camera.status.counters.liveviewConnections == 2)
        #expect(await camera.status.hasLiveviewClient)
      }
    }

    @Test func sequenceCanRestart() async throws {
      try await withCamera(testConfiguration { $0.restartsSequence = true }) { _, endpoints in
        _ = try await TestConnection.openWithLiveview(endpoints)
        for _ in 0..<2 {
          let stream = try await TestConnection.open(port: endpoints.apiPort)
          _ = try await stream.openLiveview()
          #expect(try await stream.readPackets(2).map(\.sequenceNumber) == [1, 2])
        }
      }
    }

    @Test func stopEndsTheResponseAndKeepsTheConnection() async throws {
      try await withCamera { _, endpoints in
        let api = try await TestConnection.openWithLiveview(endpoints)
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await stream.openLiveview()
        _ = try await stream.readPackets(1)
        _ = try await api.call("stopLiveview")
        while try await stream.readPacket() != nil {}
        #expect(try await stream.call("getVersions").contains("1.0"))
      }
    }

    @Test func newerApplicationsStaySilentAndGoOn() async throws {
      let configuration = testConfiguration { $0.liveviewAfterStop = .staysSilent }
      try await withCamera(configuration) { camera, endpoints in
        let api = try await TestConnection.openWithLiveview(endpoints)
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await stream.openLiveview()
        _ = try await stream.readPackets(1)
        _ = try await api.call("stopLiveview")
        let sent = await camera.status.counters.framesSent
        #expect(await camera.status.hasLiveviewClient)
        _ = try await api.call("startLiveview")
        #expect(await camera.waitUntil { $0.counters.framesSent >= sent + 3 })
        #expect(try await stream.readPackets(sent + 2).count == sent + 2)
      }
    }

    @Test(arguments: LiveviewRefusal.allCases)
    func streamIsRefusedWhileLiveviewIsOff(refusal: LiveviewRefusal) async throws {
      try await withCamera(testConfiguration { $0.liveviewRefusal = refusal }) { _, endpoints in
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        switch refusal {
        case .forbidden: #expect(try await stream.openLiveview().status == 403)
        case .unavailable: #expect(try await stream.openLiveview().status == 503)
        case .close:
          await #expect(throws: TestConnection.End.closed) { try await stream.openLiveview() }
        }
      }
    }

    @Test func streamCanEndWithItsConnection() async throws {
      let configuration = testConfiguration {
        $0.liveviewFraming = .closeDelimited
        $0.liveviewPath = "/liveview/liveview.jpg"
        $0.announcesPictureSize = false
      }
      try await withCamera(configuration) { _, endpoints in
        let api = try await TestConnection.openWithLiveview(endpoints)
        #expect(endpoints.liveviewURL.hasSuffix("/liveview/liveview.jpg"))
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        let head = try await stream.openLiveview("/liveview/liveview.jpg?%211234%21http")
        #expect(head.headers == [["Content-Type", "image/jpeg"]])
        let header = try await stream.read(136)
        #expect(header.getInteger(at: header.readerIndex, as: UInt16.self) == 0xFF01)
        #expect(header.readableBytesView.dropFirst(16).allSatisfy { $0 == 0 })
        _ = try await api.call("stopLiveview")
        #expect(await stream.readToEnd().end == .closed)
      }
    }

    @Test func frameInformationComesBeforeTheImageWhenAsked() async throws {
      try await withCamera(testConfiguration { $0.application = .installed }) { _, endpoints in
        let api = try await TestConnection.openWithLiveview(endpoints)
        #expect(
          try await api.call("setLiveviewFrameInfo", "[{\"frameInfo\":true}]")
            == "{\"id\":1,\"result\":[]}")
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await stream.openLiveview()
        let packets = try await stream.readPackets(4)
        #expect(packets.map(\.type) == [2, 1, 2, 1])
        #expect(packets.map(\.sequenceNumber) == [1, 2, 3, 4])
        #expect(packets[0].payload.readableBytes == 16)
      }
    }

    @Test func slowClientGetsAFreshPicture() async throws {
      let configuration = testConfiguration { $0.sendBufferBytes = 4096 }
      try await withCamera(configuration) { camera, endpoints in
        _ = try await TestConnection.openWithLiveview(endpoints)
        let stream = try await TestConnection.open(port: endpoints.apiPort, receiveBuffer: 4096)
        _ = try await stream.openLiveview()
        let first = try await stream.readPackets(1)
        try await stream.setReading(false)
        #expect(await camera.waitUntil { $0.counters.framesSkipped >= 20 })
        let sent = await camera.status.counters.framesSent
        try await stream.setReading(true)
        // What lay in the kernel's buffers comes first, then a picture made just now.
        let packets = try await stream.readPackets(sent + 1)
        let numbers = try (first + packets).map { try $0.frameNumber() ?? 0 }
        #expect(numbers == numbers.sorted())
        #expect((numbers.last ?? 0) - numbers[0] >= 20)
        let sequence = (first + packets).map(\.sequenceNumber)
        #expect(sequence == Array(1...UInt16(sequence.count)))
        #expect(sent <= 8, "no more than the kernel's buffers hold")
      }
    }

    @Test func clientThatNeverReadsIsClosed() async throws {
      let configuration = testConfiguration {
        $0.sendBufferBytes = 4096
        $0.blockedSendLimit = .milliseconds(200)
      }
      try await withCamera(configuration) { camera, endpoints in
        _ = try await TestConnection.openWithLiveview(endpoints)
        let stream = try await TestConnection.open(port: endpoints.apiPort, receiveBuffer: 4096)
        _ = try await stream.openLiveview()
        try await stream.setReading(false)
        #expect(await camera.waitUntil { $0.counters.framesSkipped > 0 })
        #expect(await camera.waitUntil { !$0.hasLiveviewClient && $0.openConnections == 1 })
      }
    }

    @Test func sizeChangesInMidStream() async throws {
      try await withCamera { camera, endpoints in
        _ = try await TestConnection.openWithLiveview(endpoints)
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await stream.openLiveview()
        _ = try await stream.readPackets(1)
        let wide = PictureSize(width: 640, height: 360)
        try await camera.setPictureSize(wide)
        var decoder = try JPEGDecoder()
        var sizes: [PictureSize] = []
        while sizes.last != wide, sizes.count < 20, let packet = try await stream.readPacket() {
          sizes.append(try decoder.readHeader(of: packet.payload).size)
        }
        #expect(sizes.last == wide)
        await #expect(throws: SimulatedCameraError.invalidSetting(name: "pictureSize")) {
          try await camera.setPictureSize(PictureSize(width: 1, height: 1))
        }
      }
    }

    @Test func largeSizeIs1024Wide() async throws {
      try await withCamera(testConfiguration { $0.application = .installed }) { _, endpoints in
        let api = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await api.call("startRecMode")
        #expect(try await api.call("startLiveviewWithSize", "[\"L\"]").contains("http"))
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await stream.openLiveview()
        let packets = try await stream.readPackets(1)
        var decoder = try JPEGDecoder()
        let size = try decoder.readHeader(of: packets[0].payload).size
        // The real one's 680 would be 1024·2/3 rounded down to a multiple of 8.
        #expect(size == PictureSize(width: 1024, height: 680))
      }
    }

    @Test func stalledStreamStaysOpenAndComesBack() async throws {
      try await withCamera { camera, endpoints in
        let api = try await TestConnection.openWithLiveview(endpoints)
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await stream.openLiveview()
        _ = try await stream.readPackets(1)
        await camera.stallLiveview(true)
        let sent = await camera.status.counters.framesSent
        // Some calls take place meanwhile; no picture does.
        for _ in 0..<5 { _ = try await api.call("getVersions") }
        #expect(await camera.status.counters.framesSent == sent)
        await camera.stallLiveview(false)
        #expect(try await stream.readPackets(sent).count == sent)
      }
    }

    @Test func rateCanBeChanged() async throws {
      try await withCamera(testConfiguration { $0.framesPerSecond = 1 }) { camera, endpoints in
        await camera.setFrameRate(30)
        _ = try await TestConnection.openWithLiveview(endpoints)
        let stream = try await TestConnection.open(port: endpoints.apiPort)
        _ = try await stream.openLiveview()
        let clock = try await stream.readPackets(4).map(\.timestamp)
        #expect(clock[3] - clock[0] < 3000)
      }
    }
  }
}
