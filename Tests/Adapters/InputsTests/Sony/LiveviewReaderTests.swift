import Media
import NIOCore
import Pipeline
import SonyCamera
import Synchronization
import TestSupport
import Testing

@testable import Inputs

@Suite(.timeLimit(.minutes(1))) struct LiveviewReaderTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n"

  private func reader(
    stallLimit: Duration = .seconds(30), shortestAnswerLimit: Duration = .seconds(30),
    interface: String? = nil
  ) -> LiveviewReader {
    LiveviewReader(
      interface: interface, sink: PictureTray().sink, record: LiveviewRecord(), clock: .system,
      stallLimit: stallLimit, shortestAnswerLimit: shortestAnswerLimit,
      attemptLimit: .seconds(20))
  }

  private static func packet(_ payload: [UInt8], declared: Int? = nil) -> [UInt8] {
    var buffer = ByteBuffer()
    LiveviewPacketHeader(
      payloadType: .image, sequenceNumber: 1, cameraMilliseconds: 1,
      payloadSize: declared ?? payload.count
    ).encode(into: &buffer)
    buffer.writeBytes(payload)
    return Array(buffer.readableBytesView)
  }

  private func end(
    _ script: [ScriptedPeer.Step], stallLimit: Duration = .seconds(30),
    shortestAnswerLimit: Duration = .seconds(30)
  ) async throws -> LiveviewEnd {
    var end: LiveviewEnd?
    try await ScriptedPeer.with(script) { peer in
      let reader = reader(stallLimit: stallLimit, shortestAnswerLimit: shortestAnswerLimit)
      end = await reader.read(peer.url()) { _ in }
      await peer.wait { $0.openConnections == 0 }
    }
    return try #require(end)
  }

  @Test func pictureAfterPictureIsRead() async throws {
    let sizes = Mutex<[PictureSize]>([])
    try await ScriptedPeer.with([
      .send(Self.ok), .sendBytes(Self.packet(SampleJPEG().bytes)),
      .sendBytes(Self.packet(SampleJPEG().bytes)), .close,
    ]) { peer in
      let end = await reader().read(peer.url()) { size in sizes.withLock { $0.append(size) } }
      #expect(end == .closed)
      #expect(sizes.withLock { $0 } == [.alpha6000Liveview])
      let request = "GET /x HTTP/1.1\r\nHost: 127.0.0.1:\(peer.port)\r\n\r\n"
      #expect(peer.observations.requests == [request])
    }
  }

  @Test func endlessGarbageIsNoLiveview() async throws {
    let garbage = try await end([
      .send(Self.ok), .repeatBytesForever([UInt8](repeating: 0x55, count: 100_000)),
    ])
    guard case .unreadable(.liveviewGarbage) = garbage else {
      Issue.record("\(garbage)")
      return
    }
  }

  /// Each of these packets is sound, so that the parser alone would go on for ever.
  @Test func endlessPacketsWithoutAPictureAreNoLiveview() async throws {
    let empty = Self.packet([UInt8](repeating: 0, count: 50_000))
    let limit = 4 * 1024 * 1024
    let result = try await end([.send(Self.ok), .repeatBytesForever(empty)])
    guard case .unreadable(.liveviewGarbage(_, let skipped, limit)) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(skipped > limit)
  }

  @Test func pictureByPictureTheByteCountBeginsAgain() async throws {
    let packets =
      Self.packet(SampleJPEG().bytes) + Self.packet([UInt8](repeating: 0, count: 400_000))
    let steps = [ScriptedPeer.Step](repeating: .sendBytes(packets), count: 20)
    #expect(try await end([.send(Self.ok)] + steps + [.close]) == .closed)
  }

  @Test func giantSizesAreGarbage() async throws {
    let giant = Self.packet([UInt8](repeating: 0, count: 100_000), declared: 0xFF_FFFF)
    let result = try await end([.send(Self.ok), .repeatBytesForever(giant)])
    guard case .unreadable = result else {
      Issue.record("\(result)")
      return
    }
  }

  @Test func onlyCompletePicturesCountAsLife() async throws {
    let picture = Self.packet(SampleJPEG().bytes)
    let half = String(decoding: [0x24, 0x35], as: UTF8.self)
    for script: [ScriptedPeer.Step] in [
      [.send(Self.ok)],
      [.send(Self.ok), .trickleForever(half)],
      [.send(Self.ok), .sendBytes(picture), .trickleForever(half)],
      [.send(Self.ok), .sendBytes(picture), .sendBytes(Array(picture.dropLast()))],
    ] {
      #expect(try await end(script, stallLimit: .milliseconds(150)) == .stalled)
    }
  }

  @Test func theFirstPictureMayTakeLonger() async throws {
    // 60 bytes, 5 ms apart, are more than the stall limit.
    let script: [ScriptedPeer.Step] = [
      .send(Self.ok), .trickle([UInt8](repeating: 0, count: 60)),
      .sendBytes(Self.packet(SampleJPEG().bytes)),
    ]
    let pictures = Mutex(0)
    try await ScriptedPeer.with(script) { peer in
      let end = await reader(stallLimit: .milliseconds(100)).read(
        peer.url(), firstPictureLimit: .seconds(30)
      ) { _ in pictures.withLock { $0 += 1 } }
      #expect(end == .stalled)
      #expect(pictures.withLock { $0 } == 1)
    }
  }

  @Test func answersWithoutAnEndAreNone() async throws {
    let status = "HTTP/1.1 200 OK\r\n"
    #expect(
      try await end([
        .send(status), .repeatForever(String(repeating: "X-Filler: abc\r\n", count: 50)),
      ]) == .unreachable)
    #expect(
      try await end(
        [.send(status), .trickleForever("x")], stallLimit: .milliseconds(100),
        shortestAnswerLimit: .milliseconds(100)) == .unreachable)
    #expect(try await end([.close]) == .unreachable)
  }

  @Test func refusalsAndBrokenChunksAreToldApart() async throws {
    #expect(
      try await end([.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")])
        == .refused(status: 403))
    #expect(
      try await end([
        .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n")
      ]) == .closed)
  }

  @Test func whatFollowsTheEndDoesNotCount() async throws {
    let picture = Self.packet(SampleJPEG().bytes)
    let pictures = Mutex(0)
    // In one segment with the refusal, so that it is read although the stream is over.
    let refusal = Array("HTTP/1.1 403 Forbidden\r\nContent-Length: 1000000\r\n\r\n".utf8)
    try await ScriptedPeer.with([.sendBytes(refusal + picture)]) { peer in
      let end = await reader().read(peer.url()) { _ in pictures.withLock { $0 += 1 } }
      #expect(end == .refused(status: 403))
      await peer.wait { $0.openConnections == 0 }
    }
    #expect(pictures.withLock { $0 } == 0)
  }

  @Test func nothingIsReadBesidesTheInterface() async throws {
    try await ScriptedPeer.with([]) { peer in
      let end = await reader(interface: "no such interface").read(peer.url()) { _ in }
      #expect(end == .unreachable)
      #expect(peer.observations.requests.isEmpty)
    }
  }

  @Test func cancellingClosesTheStreamAtOnce() async throws {
    try await ScriptedPeer.with([.send(Self.ok)]) { peer in
      let (reader, url) = (reader(stallLimit: .seconds(3600)), peer.url())
      let reading = Task { await reader.read(url) { _ in } }
      await peer.wait { $0.requests.count == 1 }
      reading.cancel()
      _ = await reading.value
      await peer.wait { $0.openConnections == 0 }
    }
  }
}
