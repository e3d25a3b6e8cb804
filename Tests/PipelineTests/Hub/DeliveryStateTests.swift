import Testing

@testable import Pipeline

@Suite struct DeliveryStateTests {
  @Test func startsAtAnIDR() {
    var state = DeliveryState()
    #expect(state.isWaitingForIDR)
    #expect(state.offer(isIDR: false, hasRoom: true) == .skipAndRequestKeyframe(.join))
    #expect(state.offer(isIDR: true, hasRoom: true) == .deliver)
    #expect(state.offer(isIDR: false, hasRoom: true) == .deliver)
    #expect(!state.isWaitingForIDR)
    #expect(state.skippedCount == 0, "what came before the first picture was not missed")
  }

  @Test func withoutRoomSkipsUntilAnIDRThatFits() {
    var state = DeliveryState()
    _ = state.offer(isIDR: true, hasRoom: true)
    #expect(state.offer(isIDR: false, hasRoom: false) == .skip)
    #expect(state.isWaitingForIDR)
    #expect(state.offer(isIDR: true, hasRoom: false) == .skip)
    #expect(state.offer(isIDR: false, hasRoom: true) == .skipAndRequestKeyframe(.overflow))
    #expect(state.offer(isIDR: true, hasRoom: true) == .deliver)
    #expect(state.skippedCount == 3)
    #expect(state.overflowCount == 1)
  }

  @Test func countsWhatTheQueueThrewAway() {
    var state = DeliveryState()
    _ = state.offer(isIDR: true, hasRoom: true)
    state.discarded(4)
    #expect(state.skippedCount == 4)
    #expect(state.overflowCount == 1)
    #expect(state.isWaitingForIDR)
    state.discarded(-1)
    #expect(state.skippedCount == 4)
  }

  @Test func restartBeginsAnew() {
    var state = DeliveryState()
    _ = state.offer(isIDR: true, hasRoom: true)
    state.restart()
    #expect(state.offer(isIDR: false, hasRoom: true) == .skipAndRequestKeyframe(.join))
    #expect(state.skippedCount == 0, "a pause is not a loss")
  }
}
