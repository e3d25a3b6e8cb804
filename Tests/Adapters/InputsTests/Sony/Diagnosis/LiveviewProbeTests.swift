import Media
import NIOCore
import Pipeline
import SonyCamera
import TestSupport
import Testing

@testable import Inputs

@Suite(.timeLimit(.minutes(1))) struct LiveviewProbeTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n"

  private static func packet(
    _ payload: [UInt8], number: UInt16 = 1, padding: UInt8 = 0, oddByte: UInt8 = 0
  ) -> [UInt8] {
    var buffer = ByteBuffer()
    LiveviewPacketHeader(
      payloadType: .image, sequenceNumber: number, cameraMilliseconds: UInt32(number) * 40,
      payloadSize: payload.count, paddingSize: padding
    ).encode(into: &buffer)
    var bytes = Array(buffer.readableBytesView)
    bytes[100] = oddByte
    return bytes + payload + [UInt8](repeating: 0, count: Int(padding))
  }

  /// The probe's finding about a peer that plays `script`, and whether its socket was closed.
  private func finding(
    _ script: [ScriptedPeer.Step], firstPictureLimit: Duration = .seconds(30),
    duration: Duration = .milliseconds(100)
  ) async throws -> LiveviewFinding {
    var finding: LiveviewFinding?
    try await ScriptedPeer.with(script) { peer in
      let probe = LiveviewProbe(
        connector: .patient(), url: peer.url(), clock: .system, connectLimit: .seconds(20),
        firstPictureLimit: firstPictureLimit, duration: duration)
      finding = await probe.run {}
      await peer.wait { $0.openConnections == 0 }
    }
    return try #require(finding)
  }

  @Test func measuresUntilTheTimeIsUp() async throws {
    let picture = SampleJPEG().bytes
    let finding = try await finding(
      [
        .send(Self.ok), .sendBytes(Self.packet(picture + [1, 2, 3], padding: 5, oddByte: 7)),
        .sendBytes(Self.packet(picture, number: 4)),
      ], duration: .seconds(2))
    #expect(finding.end == .measured)
    #expect(finding.status == 200)
    #expect(finding.field("content-type") == "image/jpeg")
    #expect(finding.pictureCount == 2)
    #expect(finding.kinds == ["640x424 4:2:2": 2])
    #expect(finding.byteCounts == picture.count...picture.count)
    #expect(finding.statistics.staleByteCount == 3)
    #expect(finding.paddingByteCount == 5)
    #expect(finding.statistics.missingPacketCount == 2)
    #expect(finding.unexpectedHeaderByteCount == 1)
    #expect(finding.firstHeader?.paddingSize == 5)
    #expect(finding.health.totals.pictureCount == 2)
    let after = try #require(finding.firstPictureAfter)
    #expect(after >= (finding.firstByteAfter ?? .zero))
  }

  @Test func aStreamThatEndsKeepsWhatItBrought() async throws {
    let finding = try await finding([
      .send(Self.ok), .sendBytes(Self.packet(SampleJPEG().bytes)), .close,
    ])
    #expect(finding.end == .closed)
    #expect(finding.pictureCount == 1)
    #expect(finding.health.totals.pictureCount == 1)
  }

  @Test func tellsARefusal() async throws {
    let finding = try await finding([.send("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")])
    #expect(finding.end == .refused)
    #expect(finding.status == 503)
  }

  @Test func silenceEndsInTime() async throws {
    let finding = try await finding([], firstPictureLimit: .milliseconds(50))
    #expect(finding.end == .noPicture)
    #expect(finding.status == nil)
  }

  @Test func halfAPictureIsNone() async throws {
    let half = Array(Self.packet(SampleJPEG().bytes).dropLast(20))
    let finding = try await finding(
      [.send(Self.ok), .sendBytes(half)], firstPictureLimit: .seconds(2))
    #expect(finding.end == .noPicture)
    #expect(finding.pictureCount == 0)
    #expect(finding.firstHeader != nil)
  }

  @Test func endlessGarbageIsNoLiveview() async throws {
    let finding = try await finding([
      .send(Self.ok), .repeatForever(String(repeating: "garbage ", count: 8000)),
    ])
    #expect(finding.end == .unreadable)
  }

  @Test func nobodyThereIsNoConnection() async throws {
    var url = CameraURL(host: "127.0.0.1", port: 1, path: "/")
    try await ScriptedPeer.with([]) { url = $0.url() }
    let finding = await LiveviewProbe(
      connector: .patient(), url: url, clock: .system, duration: .seconds(1)
    ).run {}
    #expect(finding.end == .unreachable)
  }
}
