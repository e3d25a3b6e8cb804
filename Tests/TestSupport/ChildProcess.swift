import Foundation
import Synchronization

/// A program started beside this one, and its end.
///
/// Not Foundation's `Process`: of Swift 6.3 it reads beyond the end of the list of open
/// descriptors, and with over a thousand of them, as tests of many viewers have, that ends the
/// tests (swift-corelibs-foundation, pull request 5472).
final class ChildProcess: Sendable {
  private struct State {
    var exitCode: Int32?
    var waiters: [CheckedContinuation<Int32, Never>] = []
  }

  let identifier: pid_t
  private let state = Mutex(State())

  /// Starts a program with nothing open but the three descriptors given.
  ///
  /// Its signals are all deliverable: threads of the pool block them, and a program that inherited
  /// that could not be ended by SIGTERM.
  ///
  /// - Parameter command: The program, by its path or as found in `PATH`, and its arguments.
  /// - Throws: `POSIXError` if it cannot be started.
  init(
    _ command: [String], environment: [String: String], input: Int32, output: Int32, errors: Int32
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // First out of the way of each other, so that none is overwritten before it is copied.
    let sources = [input, output, errors].map { fcntl($0, F_DUPFD_CLOEXEC, 3) }
    defer { for source in sources { close(source) } }
    for (target, source) in sources.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, source, Int32(target))
    }
    try Self.closeAllOthers(&actions)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let arguments = command.map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var identifier = pid_t()
    let problem = posix_spawnp(
      &identifier, command[0], &actions, &attributes, arguments, variables)
    guard problem == 0 else { throw POSIXError(POSIXErrorCode(rawValue: problem) ?? .EINVAL) }
    self.identifier = identifier
    Thread.detachNewThread { self.awaitEnd() }
  }

  /// glibc's function for it (2.34 and later) is hidden from Swift by its header.
  private static func closeAllOthers(_ actions: inout posix_spawn_file_actions_t) throws {
    typealias CloseFrom =
      @convention(c) (
        UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32
      ) -> Int32
    guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
      throw POSIXError(.ENOSYS)
    }
    _ = unsafeBitCast(symbol, to: CloseFrom.self)(&actions, 3)
  }

  /// The exit code, 128 + n if signal n ended it; nil while it runs.
  var exitCode: Int32? { state.withLock { $0.exitCode } }

  /// Waits for the end.
  func exit() async -> Int32 {
    await withCheckedContinuation { continuation in
      let code: Int32? = state.withLock { state in
        if state.exitCode == nil { state.waiters.append(continuation) }
        return state.exitCode
      }
      if let code { continuation.resume(returning: code) }
    }
  }

  /// Sends it a signal if it runs.
  func send(_ signal: Int32) {
    state.withLock { if $0.exitCode == nil { kill(identifier, signal) } }
  }

  private func awaitEnd() {
    var information = siginfo_t()
    // Its number is free for other programs only once `state` says that it ended.
    while waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
    let (code, waiters) = state.withLock { state in
      var status: Int32 = 0
      while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
      let signal = status & 0x7f
      let code = signal == 0 ? (status >> 8) & 0xff : 128 + signal
      state.exitCode = code
      defer { state.waiters = [] }
      return (code, state.waiters)
    }
    for waiter in waiters { waiter.resume(returning: code) }
  }
}
