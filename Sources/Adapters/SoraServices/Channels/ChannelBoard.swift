import SoraControl
import Synchronization

/// Which channel of ImageFlux is to be used now, for whoever publishes to it.
public final class ChannelBoard: Sendable {
  private struct State {
    var current: ImageFluxChannel?
    var lastReader = 0
    var readers: [Int: AsyncStream<ImageFluxChannel?>.Continuation] = [:]
  }

  private let state = Mutex(State())

  public init() {}

  /// The channel; nil while there is none.
  public var current: ImageFluxChannel? { state.withLock(\.current) }

  /// The channel of now and every later one; who is slow gets the newest only.
  public func updates() -> AsyncStream<ImageFluxChannel?> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: ImageFluxChannel?.self, bufferingPolicy: .bufferingNewest(1))
    let reader = state.withLock { state in
      state.lastReader += 1
      state.readers[state.lastReader] = continuation
      continuation.yield(state.current)
      return state.lastReader
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { _ = $0.readers.removeValue(forKey: reader) }
    }
    return stream
  }

  func set(_ channel: ImageFluxChannel?) {
    state.withLock { state in
      guard state.current != channel else { return }
      state.current = channel
      for reader in state.readers.values { reader.yield(channel) }
    }
  }
}
