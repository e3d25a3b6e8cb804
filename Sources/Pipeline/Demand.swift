import Synchronization

/// Whether anybody wants pictures of the camera, and of which kind.
///
/// Inputs read it: a camera may sleep while nobody wants anything. The end of demand is told at
/// once; how long to stay awake after it is the input's to decide.
public final class Demand: Sendable {
  private struct State {
    var wantsVideo = false
    var pictureRequests = 0
    var observers: [UInt64: AsyncStream<Bool>.Continuation] = [:]
    var nextObserver: UInt64 = 0

    var isWanted: Bool { wantsVideo || pictureRequests > 0 }
  }

  private let state = Mutex(State())

  init() {}

  /// True while there is a subscription to the stream, or a request for a single picture.
  public var isWanted: Bool { state.withLock { $0.isWanted } }

  /// What `isWanted` is now, then each change of it.
  ///
  /// A reader that falls behind gets the newest value only. Each call gives a stream of its own;
  /// it ends with the task that reads it.
  public func changes() -> AsyncStream<Bool> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Bool.self, bufferingPolicy: .bufferingNewest(1))
    let number = state.withLock { state in
      state.nextObserver &+= 1
      state.observers[state.nextObserver] = continuation
      continuation.yield(state.isWanted)
      return state.nextObserver
    }
    continuation.onTermination = { [weak self] _ in
      _ = self?.state.withLock { $0.observers.removeValue(forKey: number) }
    }
    return stream
  }

  /// Requests for a single picture that have no answer yet.
  var pictureRequests: Int { state.withLock { $0.pictureRequests } }

  func setVideo(_ isWanted: Bool) { change { $0.wantsVideo = isWanted } }

  func pictureRequestBegan() { change { $0.pictureRequests += 1 } }

  func pictureRequestEnded() { change { $0.pictureRequests = max(0, $0.pictureRequests - 1) } }

  /// Values are given out with the lock held, so that they arrive in the order they were true.
  private func change(_ apply: (inout State) -> Void) {
    state.withLock { state in
      let before = state.isWanted
      apply(&state)
      guard state.isWanted != before else { return }
      for observer in state.observers.values { observer.yield(state.isWanted) }
    }
  }
}
