import Logging
import Media

/// Runs one input or output for ever: session after session, with a pause that grows while
/// sessions fail at once.
///
/// Retry, back-off, state, last error and the log lines about them live here once.
public struct Supervisor: Sendable {
  private let telemetry: ComponentTelemetry
  private let backoff: Backoff
  private let goodSession: Duration

  /// - Parameter goodSession: A session that lasted this long was a good one: the next wait is
  ///   short again.
  public init(
    telemetry: ComponentTelemetry,
    backoff: Backoff = Backoff(initial: .milliseconds(250), maximum: .seconds(2)),
    goodSession: Duration = .seconds(5)
  ) {
    self.telemetry = telemetry
    self.backoff = backoff
    self.goodSession = goodSession
  }

  /// Runs `session` again and again until the task is cancelled.
  public func run(_ session: @Sendable () async throws -> Void) async {
    var backoff = backoff
    var lastReported: String?
    while !Task.isCancelled {
      let begin = telemetry.clock.now()
      telemetry.sessionBegins()
      do {
        try await session()
        if !Task.isCancelled { telemetry.logger.debug("session ended") }
      } catch {
        if Task.isCancelled { break }
        let text = "\(error)"
        // The same failure over and over is one line, not one per attempt, unless it worked in
        // between.
        let hasRun = telemetry.takeHasRun()
        telemetry.sessionFailed(text, isNews: hasRun || text != lastReported)
        lastReported = text
      }
      if Task.isCancelled { break }
      if begin.duration(to: telemetry.clock.now()) >= goodSession { backoff.reset() }
      try? await Task.sleep(for: backoff.delay())
    }
    telemetry.report(.stopped)
  }
}
