import Synchronization

/// What other servers say about the streams they send by themselves, for outputs that send in
/// exactly the form they describe.
///
/// Whoever talks to such a server publishes here, under the server's name; outputs look or wait.
/// The texts are the servers' own and unchecked: who takes one reads it as outside bytes.
public final class PeerDescriptions: Sendable {
  /// One server's stream.
  public struct Description: Sendable, Hashable {
    /// The session description (SDP) as the server wrote it, byte by byte; nil: it sends, and has
    /// not said how.
    public var text: String?
    /// Whether the server sends its stream there now.
    public var isForwarding: Bool

    public init(text: String?, isForwarding: Bool) {
      self.text = text
      self.isForwarding = isForwarding
    }
  }

  /// A server's name; also the section of `config.json` that speaks to it.
  public struct Peer: RawRepresentable, Sendable, Hashable {
    public var rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public static let sora = Peer(rawValue: "sora")
  }

  private struct Topic {
    var current: Description?
    var observers: [UInt64: AsyncStream<Description?>.Continuation] = [:]
  }

  private struct State {
    var topics: [Peer: Topic] = [:]
    var expectations: [Peer: [String]] = [:]
    var lastObserver: UInt64 = 0
  }

  private let state = Mutex(State())

  public init() {}

  /// Says while everything is built that a description is needed, so that settings under which
  /// none will come can be refused.
  ///
  /// - Parameter key: The full key of the setting that needs it.
  public func expect(_ peer: Peer, by key: String) {
    state.withLock { $0.expectations[peer, default: []].append(key) }
  }

  /// Full keys of the settings that need the server's description, in order.
  public func expectations(of peer: Peer) -> [String] {
    state.withLock { $0.expectations[peer] ?? [] }
  }

  /// Takes the place of what was said before; nil: what was said no longer holds. The same again
  /// is no change.
  ///
  /// A server that stops sending keeps its description, with `isForwarding` false.
  public func publish(_ description: Description?, of peer: Peer) {
    // Given out with the lock held, so that changes arrive in the order they were made.
    state.withLock { state in
      guard state.topics[peer]?.current != description else { return }
      state.topics[peer, default: Topic()].current = description
      for observer in state.topics[peer, default: Topic()].observers.values {
        observer.yield(description)
      }
    }
  }

  /// What the server said last; nil if it has said nothing that still holds.
  public func current(of peer: Peer) -> Description? {
    state.withLock { $0.topics[peer]?.current }
  }

  /// What `current` is now, then each change of it.
  ///
  /// A reader that falls behind gets the newest only. Each call gives a stream of its own; it ends
  /// with the task that reads it.
  public func changes(of peer: Peer) -> AsyncStream<Description?> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Description?.self, bufferingPolicy: .bufferingNewest(1))
    let number = state.withLock { state in
      state.lastObserver &+= 1
      state.topics[peer, default: Topic()].observers[state.lastObserver] = continuation
      continuation.yield(state.topics[peer]?.current)
      return state.lastObserver
    }
    continuation.onTermination = { [weak self] _ in
      _ = self?.state.withLock { $0.topics[peer]?.observers.removeValue(forKey: number) }
    }
    return stream
  }

  /// Readers that have not gone, for tests.
  func observerCount(of peer: Peer) -> Int {
    state.withLock { $0.topics[peer]?.observers.count ?? 0 }
  }
}
