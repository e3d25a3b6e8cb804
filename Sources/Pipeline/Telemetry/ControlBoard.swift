import NIOCore
import Synchronization

/// What an operator can change while the bridge runs, for the control plane.
///
/// Components offer actions; who performs them knows neither the component nor the protocol.
/// Names follow the settings: the section of `config.json`, then the action.
public final class ControlBoard: Sendable {
  /// One thing a component offers to do.
  public struct Action: Sendable {
    /// The settings' section it is about, for example `outputs.rtpPush.studio`.
    public var section: String
    /// A verb, for example `pause`.
    public var name: String
    public var work: Work

    /// Does it; `parameters` matter only if it takes any.
    public func perform(_ parameters: ByteBuffer = ByteBuffer()) async -> ControlOutcome {
      switch work {
      case .atOnce(let perform): .done(perform())
      case .asking(let ask): await ask(parameters)
      }
    }
  }

  /// What an action takes, and how long.
  public enum Work: Sendable {
    /// Takes nothing and never waits. Does it and says how things are then; doing it twice must
    /// do no harm.
    case atOnce(@Sendable () -> StatusValue)
    /// Takes the request's body, empty if there is none, and may wait for somebody else. The body
    /// is outside bytes, ``ControlBoard/maxParameterBytes`` at most, said to be JSON and not yet
    /// looked at. Ends soon when its task is cancelled, because who asked has gone.
    case asking(@Sendable (_ parameters: ByteBuffer) async -> ControlOutcome)
  }

  /// Longest body of an action's request: no operation of the servers that are asked takes more
  /// than some kilobytes, apart from metadata of the user's own.
  public static let maxParameterBytes = 65_536

  private let offers = Mutex<[Action]>([])

  public init() {}

  /// Everything on offer, in the order of the offers.
  public var actions: [Action] { offers.withLock { $0 } }

  /// The action of that name; nil if nobody offers it.
  public func action(_ name: String, of section: String) -> Action? {
    offers.withLock { offers in offers.first { $0.section == section && $0.name == name } }
  }

  /// Adds an action; one of the same section and name takes the place of the earlier one.
  func offer(_ action: Action) {
    offers.withLock { offers in
      offers.removeAll { $0.section == action.section && $0.name == action.name }
      offers.append(action)
    }
  }
}
