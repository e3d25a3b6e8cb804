import JSON
import SoraControl
import Synchronization

/// What a running forwarding may hear.
enum ForwardingFact: Sendable {
  case answered(number: UInt64, Result<JSONValue?, ControlError>)
  case timePassed
  case shutdownAsked
  case restartAsked
  case keyframeAsked
}

/// Where facts from outside go: to the session that runs, if one does.
final class ForwardingMailbox: Sendable {
  private let session = Mutex<AsyncStream<ForwardingFact>.Continuation?>(nil)

  func open(_ continuation: AsyncStream<ForwardingFact>.Continuation?) {
    session.withLock { $0 = continuation }
  }

  /// False if nobody is there to hear it.
  func post(_ fact: ForwardingFact) -> Bool {
    session.withLock { session in
      session?.yield(fact)
      return session != nil
    }
  }
}
