import JSON
import Media

/// Asking for keyframes until Sora has heard it.
extension ForwardingPlan {
  /// A keyframe that somebody wants.
  struct KeyframeWish: Sendable {
    var isWanted = false
    /// Requests in a row that Sora did not answer, or failed at.
    var failures = 0
    /// Before that, it is not asked for again.
    var notBefore = MediaTime(nanoseconds: 0)

    /// So many in a row, and it is given up.
    static let attempts = 5
  }

  /// When to ask for a keyframe; nil: not before something else has happened.
  func keyframeMoment(_ running: Running) -> MediaTime? {
    // A Sora that does not answer is asked what there is to lose first.
    keyframe.isWanted && running.misses == 0 ? keyframe.notBefore : nil
  }

  mutating func requestKeyframe(_ running: Running) {
    keyframe.isWanted = false
    guard let connectionID = running.publisher.connectionID else {
      keyframe = KeyframeWish()
      state = .running(running)
      return
    }
    ask(
      .requestKeyframe(channelID: goal.channelID, connectionID: connectionID), .keyframe, running)
  }

  mutating func keyframeAnswered(
    _ result: Result<JSONValue?, ControlError>, _ running: Running, _ now: MediaTime
  ) {
    guard case .failure(let error) = result else {
      report.counters.keyframeRequests &+= 1
      settleKeyframe(now)
      return check(running, after: .keyframe, now)
    }
    let failure = ForwardingFailure(operation: "RequestKeyFrame", error: error)
    if error.isUnknownOperation || error.isRefusal || error.isOurs {
      noteDispensable(failure.operation, error)
      settleKeyframe(now)
    } else {
      repeatKeyframe(failure, now)
    }
    if error.isUnreachable || error.isLost {
      miss(running, failure, now)
    } else {
      check(running, after: .keyframe, now)
    }
  }

  /// Who watches may see nothing until there is one, so it is asked for again, with pauses that
  /// grow.
  private mutating func repeatKeyframe(_ failure: ForwardingFailure, _ now: MediaTime) {
    keyframe.failures += 1
    guard keyframe.failures < KeyframeWish.attempts else {
      events.append(.keyframeGivenUp(failure))
      return settleKeyframe(now)
    }
    let pause = rules.firstRetry * (1 << (keyframe.failures - 1))
    keyframe.notBefore = now.advanced(by: min(pause, rules.longestRetry))
    keyframe.isWanted = true
  }

  /// What is wanted from now on has nothing to do with what was asked before.
  private mutating func settleKeyframe(_ now: MediaTime) {
    keyframe.failures = 0
    keyframe.notBefore = now
  }
}
