import SonyCamera
import Testing

@testable import Inputs

@Suite struct CallLaneTests {
  private func request(
    _ side: CallLane.Side, _ call: CameraCall, order: Int = 1
  ) -> CallLane.Request {
    CallLane.Request(side: side, call: call, timeLimit: .seconds(10), order: order)
  }

  @Test func oneCallAtATime() {
    var lane = CallLane()
    #expect(lane.next() == nil)
    lane.enter(request(.watch, .getVersions))
    #expect(lane.next()?.call == .getVersions)
    lane.enter(request(.session, .startLiveview))
    #expect(lane.next() == nil)
    lane.free()
    #expect(lane.next()?.call == .startLiveview)
  }

  @Test func picturesGoFirst() {
    var lane = CallLane()
    lane.enter(request(.watch, .getVersions))
    lane.enter(request(.session, .startLiveview))
    #expect(lane.next()?.side == .session)
    lane.free()
    #expect(lane.next()?.side == .watch)
    lane.free()
    #expect(lane.next() == nil)
  }

  @Test func whatASideDoesNotWantAnyMoreIsNotSent() {
    var lane = CallLane()
    lane.enter(request(.session, .startLiveview, order: 1))
    lane.enter(request(.session, .stopLiveview, order: 2))
    #expect(lane.next()?.order == 2)
    lane.free()
    lane.enter(request(.watch, .getVersions))
    lane.leave(.watch)
    #expect(lane.next() == nil)
  }
}
