import Configuration
import Media
import RTP
import TestSupport
import Testing

@testable import Outputs
@testable import Pipeline

/// `offline.mode` is `refuse`: what a target does while the camera is away.
@Suite(.timeLimit(.minutes(1))) struct RTPPushRefusalTests {
  private let clock = ManualClock()

  @Test func aTargetWaitsWithoutACameraAndGoesOnByItself() async throws {
    let clock = clock
    let scene = RTPPushScene(
      rules: .init(mode: .refuse),
      cameraClock: MediaClock(turnedBy: clock))
    let receiver = try await UDPReceiver()
    let target = RTPPushTarget(
      settings: target([
        "address": "127.0.0.1", "port": .init(.int(receiver.port), isSecret: false),
      ]), stream: scene.handle, logger: scene.logger)
    let (states, continuation) = AsyncStream.makeStream(of: RTPPushTarget.State.self)
    let run = Task { await target.run { continuation.yield($0) } }
    var state = states.makeAsyncIterator()
    #expect(await state.next() == .waitingForPictures)
    await scene.awaitSubscribers(1)
    _ = await scene.publish(isIDR: true, milliseconds: 1000)
    #expect(await state.next() == .sending)

    // The encoder's part: it looks what to do, and finds that viewers are to be refused.
    let order = Task { await scene.slot.nextOrder() }
    clock.advance(by: .seconds(60))
    guard case .refuse? = await order.value else {
      Issue.record("expected the order to refuse")
      return
    }
    #expect(await state.next() == .waitingForPictures)
    #expect(scene.hub.statistics.subscriberCount == 1, "it is there when the camera is back")
    _ = await scene.publish(isIDR: true, milliseconds: 9000)
    while let next = await state.next(), next != .sending {}
    let packets = try await receiver.packets(4)
    #expect(packets.count == 4, "two pictures with their parameter sets")
    run.cancel()
    await run.value
  }
}
