import Media
import Synchronization

/// For those who want one picture and no video.
extension FrameSlot {
  /// What somebody who asked for one picture gets.
  enum SinglePicture: Sendable {
    /// The camera's, as it sees now.
    case fresh(JPEGFrame)
    /// The camera gave none in time.
    case offline(OfflinePicture)
    /// The same and nothing is to be shown, or too many wait already.
    case refused
  }

  /// The camera's newest picture if it is fresh, otherwise its next one; waits for it as long as
  /// the plan says, and is demand meanwhile.
  func singlePicture() async -> SinglePicture {
    guard let number = state.withLock({ $0.pictureRequests.begin() }) else { return .refused }
    defer { state.withLock { $0.pictureRequests.end(number) } }
    demand.pictureRequestBegan()
    defer { demand.pictureRequestEnded() }
    if let frame = await nextFreshPicture(number) { return .fresh(frame) }
    let now = clock.now()
    return state.withLock { state in
      state.plan.rules.mode == .refuse ? .refused : .offline(state.offlinePicture(at: now))
    }
  }

  private func nextFreshPicture(_ number: UInt64) async -> JPEGFrame? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let now = clock.now()
        let (immediate, deadline): (JPEGFrame??, MediaTime?) = state.withLock { state in
          if let newest = state.newest, OfflinePlan.isRecent(newest.arrivalTime, at: now) {
            return (.some(newest), nil)
          }
          let isOver = state.isFinished || state.plan.givesUp(waitingSince: now) <= now
          guard !isOver, state.pictureRequests.add(number, continuation, at: now) else {
            return (.some(nil), nil)
          }
          return (nil, Self.nextDeadline(of: state, now: now))
        }
        if let immediate { continuation.resume(returning: immediate) }
        setAlarm(deadline)
      }
    } onCancel: {
      state.withLock { $0.pictureRequests.cancel(number) }?.resume(returning: nil)
    }
  }

  /// Requests that have their answer: all of them if a picture is there, else those whose time is
  /// over.
  static func takeAnswered(
    from state: inout State, now: MediaTime
  ) -> ([PictureRequests.Continuation], JPEGFrame?) {
    guard !state.pictureRequests.isEmpty else { return ([], nil) }
    if let newest = state.newest, OfflinePlan.isRecent(newest.arrivalTime, at: now) {
      return (state.pictureRequests.takeAll(), newest)
    }
    return (state.pictureRequests.takeOverdue(state.plan, at: now), nil)
  }
}
