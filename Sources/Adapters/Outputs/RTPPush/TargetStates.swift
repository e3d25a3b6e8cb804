import Pipeline
import Synchronization

/// The states of all targets, and what they add up to.
final class TargetStates: Sendable {
  /// One state and one text for the whole output.
  struct Summary: Sendable, Hashable {
    var state: ComponentState
    var detail: String
  }

  private let names: [String]
  private let states = Mutex<[String: RTPPushTarget.State]>([:])
  /// Held from a change until it is reported; the status page may be built meanwhile.
  private let turn = Mutex(())

  init(names: [String]) {
    self.names = names
  }

  subscript(name: String) -> RTPPushTarget.State? { states.withLock { $0[name] } }

  /// Takes over one target's state and has the new summary reported, in the order of changes.
  ///
  /// - Returns: False if nothing changed, and nothing was reported.
  @discardableResult
  func update(
    _ name: String, to state: RTPPushTarget.State, report: (Summary) -> Void
  ) -> Bool {
    turn.withLock { _ in
      let summary: Summary? = states.withLock { states in
        guard states[name] != state else { return nil }
        states[name] = state
        return self.summary(of: states)
      }
      summary.map(report)
      return summary != nil
    }
  }

  private func summary(of states: [String: RTPPushTarget.State]) -> Summary {
    var idle = IdleTargets()
    var (failing, isSending): ([String], Bool) = ([], false)
    for name in names {
      switch states[name] {
      case .failing: failing.append(name)
      case .paused: idle.paused += 1
      case .standingBy: idle.standingBy += 1
      case .waitingForDescription: idle.undescribed += 1
      case .sending: isSending = true
      case .waitingForPictures, nil: break
      }
    }
    if !failing.isEmpty {
      return Summary(
        state: failing.count + idle.count == names.count ? .retrying : .running,
        detail: "\(failing.joined(separator: ", ")) of \(Self.targets(names.count)) failing"
          + idle.suffix)
    }
    let active = names.count - idle.count
    guard active > 0 else { return Summary(state: .waiting, detail: idle.reason) }
    return Summary(
      state: isSending ? .running : .waiting,
      detail: (isSending ? "sending to " : "pictures, to send to ") + Self.targets(active)
        + idle.suffix)
  }

  fileprivate static func targets(_ count: Int) -> String {
    count == 1 ? "1 target" : "\(count) targets"
  }
}

/// How many targets send nothing because they are not to, by reason.
private struct IdleTargets {
  var paused = 0
  var standingBy = 0
  var undescribed = 0

  var count: Int { paused + standingBy + undescribed }

  /// After what the others do.
  var suffix: String {
    [(paused, "paused"), (standingBy, "standing by"), (undescribed, "without Sora's description")]
      .filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }.joined()
  }

  /// What is awaited when there are no others: first what comes by itself.
  var reason: String {
    if undescribed > 0 {
      let rest = IdleTargets(paused: paused, standingBy: standingBy)
      return "Sora's description, to send to \(TargetStates.targets(undescribed))" + rest.suffix
    }
    if standingBy > 0 {
      let rest = IdleTargets(paused: paused)
      return "\(TargetStates.targets(standingBy)) standing by while Sora forwards" + rest.suffix
    }
    return "\(TargetStates.targets(paused)) to be resumed"
  }
}
