import Configuration
import Media
import NIOCore
import RTP
import Testing

@testable import Outputs
@testable import Pipeline

@Suite(.timeLimit(.minutes(1))) struct RTPPushPauseTests {
  private let scene = RTPPushScene()

  @Test func aPausedTargetWantsNoPicturesAndGoesOnAsTheSame() async throws {
    let (receiver, reports) = try await makeReceiverPair()
    let target = RTPPushTarget(
      settings: target([
        "address": "127.0.0.1", "port": .init(.int(receiver.port), isSecret: false),
        "senderReports": true,
      ]), stream: scene.handle, logger: scene.logger)
    var datagrams: [UDPReceiver.Datagram] = []
    try await running(target, in: scene) {
      for round in 0..<3 {
        await scene.awaitSubscribers(1)
        let time = 1000 + Int64(round) * 60_000
        _ = await scene.publish(isIDR: true, milliseconds: time)
        _ = await scene.publish(isIDR: false, milliseconds: time + 40)
        datagrams += try await receiver.next(3)
        let report = try RTCPCompound(decoding: try await reports.next(1)[0].bytes)
        #expect(!report.saysGoodbye, "a pause is no end")
        guard case .senderReport? = report.packets.first else {
          Issue.record("no sender report with the first picture")
          return
        }
        #expect(target.set(isPaused: true) == .object(["isPaused": .bool(true)]))
        await scene.awaitSubscribers(0)
        _ = await scene.publish(isIDR: true, milliseconds: time + 30_000)
        _ = target.set(isPaused: false)
      }
    }
    let headers = try datagrams.map { try RTPPacket(decoding: $0.bytes).header }
    let first = try #require(headers.first)
    #expect(headers.map(\.sequenceNumber) == (0..<9).map { first.sequenceNumber &+ $0 })
    let milliseconds: [UInt32] = [0, 0, 40, 60_000, 60_000, 60_040, 120_000, 120_000, 120_040]
    #expect(headers.map { ($0.rtpTimestamp &- first.rtpTimestamp) / 90 } == milliseconds)
    #expect(Set(headers.map(\.ssrc)).count == 1)
    #expect(Set(datagrams.map(\.source)).count == 1)
    #expect(target.counters.socketsOpened == 1)
  }

  @Test func aTargetMayWaitToBeResumed() async throws {
    let receiver = try await UDPReceiver()
    let target = RTPPushTarget(
      settings: target([
        "address": "127.0.0.1", "port": .init(.int(receiver.port), isSecret: false),
        "paused": true,
      ]), stream: scene.handle, logger: scene.logger)
    let (states, continuation) = AsyncStream.makeStream(of: RTPPushTarget.State.self)
    let run = Task { await target.run { continuation.yield($0) } }
    var state = states.makeAsyncIterator()
    #expect(await state.next() == .paused)
    #expect(scene.hub.statistics.subscriberCount == 0)
    #expect(target.counters.socketsOpened == 0)
    _ = target.set(isPaused: false)
    #expect(await state.next() == .waitingForPictures)
    await scene.awaitSubscribers(1)
    _ = await scene.publish(isIDR: true, milliseconds: 1000)
    #expect(try await receiver.packets(2).count == 2)
    run.cancel()
    await run.value
  }

  @Test func aPausedTargetEndsWithTheProgram() async {
    let target = RTPPushTarget(
      settings: target(["address": "127.0.0.1", "port": 5004, "paused": true]),
      stream: scene.handle, logger: scene.logger)
    let (states, continuation) = AsyncStream.makeStream(of: RTPPushTarget.State.self)
    let run = Task { await target.run { continuation.yield($0) } }
    var state = states.makeAsyncIterator()
    #expect(await state.next() == .paused)
    run.cancel()
    await run.value
  }

  @Test func theOutputOffersBothActions() async throws {
    let board = StatusBoard(clock: .system)
    let source = SettingsSource(
      name: "test",
      provider: InMemoryProvider(values: [
        "outputs.rtpPush.targets": .init(.stringArray(["studio"]), isSecret: false),
        "outputs.rtpPush.studio.address": "127.0.0.1", "outputs.rtpPush.studio.port": 5004,
      ]))
    let reader = SettingsReader(sources: [source], ledger: SettingsLedger())
    let output = RTPPushOutput(
      settings: reader.scoped(to: "outputs").scoped(to: "rtpPush"), stream: scene.handle,
      telemetry: ComponentTelemetry(
        name: "rtpPush", board: board, clock: .system, logger: scene.logger))
    #expect(output.isEnabled)
    func isPaused() -> StatusValue? {
      guard case .object(let details)? = board.components.first?.details?(),
        case .object(let targets)? = details["targets"],
        case .object(let studio)? = targets["studio"]
      else { return nil }
      return studio["isPaused"]
    }
    let pause = try #require(board.controls.action("pause", of: "outputs.rtpPush.studio"))
    let resume = try #require(board.controls.action("resume", of: "outputs.rtpPush.studio"))
    #expect(isPaused() == .bool(false))
    #expect(await pause.perform() == .done(.object(["isPaused": .bool(true)])))
    #expect(isPaused() == .bool(true))
    #expect(await resume.perform() == .done(.object(["isPaused": .bool(false)])))
    #expect(isPaused() == .bool(false))
  }
}
