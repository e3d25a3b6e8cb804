import Media
import NIOCore
import NIOPosix
import Pipeline
import RTSP

/// Puts the questions of all connections to the `LoginDesk`, and waits or computes as it says.
///
/// Lives on the server's event loop; slow hashes are computed on a thread of their own.
final class LoginReception {
  private var desk: LoginDesk
  private let clock: MediaClock
  private let loop: any EventLoop

  init(configuration: RTSPServerConfiguration, clock: MediaClock, loop: any EventLoop) {
    var generator = SystemRandomNumberGenerator()
    desk = LoginDesk(configuration: configuration, generator: &generator)
    self.clock = clock
    self.loop = loop
  }

  /// Where the last wrong login came from.
  private(set) var lastFailedHost: String?

  /// Wrong logins so far.
  var failureCount: UInt64 { desk.failureCount }

  /// - Parameters:
  ///   - host: The client's address.
  ///   - answer: Called once on the loop, perhaps at once; the client may have left.
  func judge(
    _ attempt: RTSPLoginAttempt, from host: String, answer: @escaping (RTSPLoginVerdict) -> Void
  ) {
    let address = NetworkAddress(parsing: host)
    switch desk.judge(attempt, from: address, at: clock.now()) {
    case .verdict(let verdict):
      note(verdict, from: host)
      answer(verdict)
    case .later(let attempt, let wait):
      loop.assumeIsolated().scheduleTask(in: .nanoseconds(wait.wholeNanoseconds)) {
        self.judge(attempt, from: host, answer: answer)
      }
    case .check(let check):
      NIOThreadPool.singleton.runIfActive(eventLoop: loop) { check.evaluate() }
        .assumeIsolated().whenComplete { result in
          let isRight = (try? result.get()) ?? false
          let verdict = self.desk.finished(check, isRight: isRight, at: self.clock.now())
          self.note(verdict, from: host)
          answer(verdict)
        }
    }
  }

  private func note(_ verdict: RTSPLoginVerdict, from host: String) {
    if case .refused(let refusal) = verdict, refusal.isFailure { lastFailedHost = host }
  }
}
