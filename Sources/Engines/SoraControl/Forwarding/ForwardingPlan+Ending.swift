import JSON
import Media

/// Leaving nothing behind, within a time limit.
extension ForwardingPlan {
  /// The process is to end: what runs, or may run, is stopped.
  public mutating func shutdownAsked(now: MediaTime) {
    let deadline = now.advanced(by: rules.farewell)
    switch state {
    case .ending, .ended: return
    case .clearing, .seeking, .pausing, .starting, .running, .checking: break
    }
    records += leftForLater
    leftForLater = []
    report.situation = .ending
    switch state {
    case .starting:
      if case .start = inFlight {
        let until = now.advanced(by: rules.farewellToStart)
        state = .ending(deadline: deadline, .awaitingStart(until: until))
        return
      }
      // It was not sent yet.
      forgetFirst()
    case .clearing:
      if case .stop = inFlight {
        state = .ending(deadline: deadline, .stopping(failures: 0))
        return
      }
    case .seeking, .pausing, .running, .checking, .ending, .ended: break
    }
    stopNext(deadline: deadline)
  }

  mutating func stopNext(deadline: MediaTime, failures: Int = 0) {
    inFlight = nil
    pending = nil
    guard let record = records.first else { return end() }
    state = .ending(deadline: deadline, .stopping(failures: failures))
    pending = .stop(record)
  }

  mutating func farewellAnswered(
    _ result: Result<JSONValue?, ControlError>, _ farewell: Farewell, deadline: MediaTime
  ) {
    switch farewell {
    case .awaitingStart:
      if case .failure(let error) = result, !error.mayHaveHappened { forgetFirst() }
      stopNext(deadline: deadline)
    case .stopping(let failures):
      guard let record = records.first else { return end() }
      switch result {
      case .success: events.append(.stopped(record))
      case .failure(let error) where error.isRefusal || error.isUnknownOperation:
        events.append(.nothingToStop(record, error))
      case .failure(let error) where error.isOurs:
        events.append(.unusableRecord(record, error))
      case .failure(let error) where error.isUnreachable:
        return end()
      case .failure(let error):
        if failures + 1 < rules.stopAttempts {
          return stopNext(deadline: deadline, failures: failures + 1)
        }
        leftForLater.append(record)
        events.append(.leftForLater(record, error))
      }
      forgetFirst()
      stopNext(deadline: deadline)
    }
  }

  mutating func end() {
    let left = records + leftForLater
    if !left.isEmpty { events.append(.leftBehind(left)) }
    inFlight = nil
    pending = nil
    report.situation = .ended
    report.since = nil
    report.connectionID = nil
    report.description = nil
    state = .ended
  }
}
