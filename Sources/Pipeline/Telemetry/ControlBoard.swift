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
    /// Does it and says how things are then; doing it twice must do no harm.
    public var perform: @Sendable () -> StatusValue
  }

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
