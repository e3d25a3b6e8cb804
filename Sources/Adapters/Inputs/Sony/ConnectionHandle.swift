import NIOCore
import Synchronization

/// A connection that can be given up at any moment, even while it is still being made.
///
/// NIO's bootstraps return a channel only when it is connected, and their futures cannot be
/// cancelled; a channel initializer that reports here makes both possible. There may be several
/// channels for one connection: attempts that came to nothing, and the addresses of one name.
final class ConnectionHandle: Sendable {
  private enum State {
    case open([any Channel])
    case closed
  }

  private let state = Mutex(State.open([]))

  /// The channel exists.
  ///
  /// - Throws: `ChannelError.ioOnClosedChannel` if the connection was given up before: then the
  ///   channel is the caller's to close, as bootstraps do when an initializer fails.
  func opened(_ channel: any Channel) throws {
    let isWanted = state.withLock { state in
      guard case .open(let channels) = state else { return false }
      state = .open(channels + [channel])
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

  /// Closes every socket, now or as soon as there is one.
  func close() {
    let before = state.withLock { state in
      defer { state = .closed }
      return state
    }
    guard case .open(let channels) = before else { return }
    for channel in channels { channel.close(promise: nil) }
  }
}
