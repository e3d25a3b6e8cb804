import NIOCore
import NIOPosix
import Synchronization

/// Looks host names up by blocking calls, on threads of their own and each name once at a time.
///
/// Without an answer from a name server a call takes half a minute; whoever asks for the same name
/// meanwhile shares it, so that dead names hold no more threads than there are of them.
final class NameLookUps: Sendable {
  /// Names looked up or waiting for a thread, at most.
  static let maxNames = 64
  private static let sharedThreads: NIOThreadPool = {
    let threads = NIOThreadPool(numberOfThreads: 4)
    threads.start()
    return threads
  }()

  private let threads: NIOThreadPool
  private let patience: TimeAmount
  private let lookUp: @Sendable (_ host: String) -> [SocketAddress]
  private let running = Mutex<[String: EventLoopFuture<[SocketAddress]>]>([:])

  /// - Parameters:
  ///   - threads: Where look-ups block; nil: four threads for the whole program.
  ///   - patience: How long whoever asks waits.
  ///   - lookUp: The addresses of a host, best first; may block.
  init(
    threads: NIOThreadPool? = nil, patience: TimeAmount = .seconds(10),
    lookUp: @escaping @Sendable (_ host: String) -> [SocketAddress]
  ) {
    self.threads = threads ?? Self.sharedThreads
    self.patience = patience
    self.lookUp = lookUp
  }

  /// - Throws: ``RTPPushError/cannotResolve(host:)`` if there is no answer in time or too many
  ///   names wait, `CancellationError` at once if the task is cancelled.
  func addresses(of host: String) async throws -> [SocketAddress] {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let found = try join(host, on: loop)
    let answer = loop.makePromise(of: [SocketAddress].self)
    let deadline = loop.scheduleTask(in: patience) {
      answer.fail(RTPPushError.cannotResolve(host: host))
    }
    defer { deadline.cancel() }
    found.cascade(to: answer)
    // Whoever is cancelled does not wait for a look-up that nobody can stop.
    return try await withTaskCancellationHandler {
      try await answer.futureResult.get()
    } onCancel: {
      answer.fail(CancellationError())
    }
  }

  /// The look-up of `host` that runs, or a new one.
  private func join(
    _ host: String, on loop: any EventLoop
  ) throws(RTPPushError) -> EventLoopFuture<[SocketAddress]> {
    let future: EventLoopFuture<[SocketAddress]>? = running.withLock { running in
      if let present = running[host] { return present }
      guard running.count < Self.maxNames else { return nil }
      let begun = threads.runIfActive(eventLoop: loop) { [self] in
        let found = lookUp(host)
        self.running.withLock { $0[host] = nil }
        return found
      }
      running[host] = begun
      return begun
    }
    guard let future else { throw .cannotResolve(host: host) }
    return future
  }
}
