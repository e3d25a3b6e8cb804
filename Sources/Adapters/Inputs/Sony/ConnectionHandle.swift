import NIOCore
import Synchronization

/// A connection that can be given up at any moment, even while it is still being made.
///
/// NIO's bootstraps return a channel only when it is connected, and their futures cannot be
/// cancelled; a channel initializer that reports here makes both possible.
final class ConnectionHandle: Sendable {
  private enum State {
    case unopened
    case open(any Channel)
    case closed
  }

  private let state = Mutex(State.unopened)

  /// The channel exists.
  ///
  /// - Throws: `ChannelError.ioOnClosedChannel` if the connection was given up before: then the
  ///   channel is the caller's to close, as bootstraps do when an initializer fails.
  func opened(_ channel: any Channel) throws {
    let isWanted = state.withLock { state in
      if case .closed = state { return false }
      state = .open(channel)
      return true
    }
    if !isWanted { throw ChannelError.ioOnClosedChannel }
  }

  /// True once it was given up.
  var isClosed: Bool {
    state.withLock { state in
      if case .closed = state { true } else { false }
    }
  }

  /// Closes the socket, now or as soon as there is one.
  func close() {
    let before = state.withLock { state in
      defer { state = .closed }
      return state
    }
    if case .open(let channel) = before { channel.close(promise: nil) }
  }
}
