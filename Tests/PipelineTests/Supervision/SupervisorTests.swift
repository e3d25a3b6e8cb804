import Logging
import Synchronization
import TestSupport
import Testing

@testable import Pipeline

private struct Unplugged: Error, CustomStringConvertible {
  var description: String { "unplugged" }
}

/// Something sessions write down, in order.
private final class Notes<Element: Sendable>: Sendable {
  private let stored = Mutex<[Element]>([])
  var elements: [Element] { stored.withLock { $0 } }
  /// Returns how many there are then.
  @discardableResult
  func append(_ element: Element) -> Int {
    stored.withLock { stored in
      stored.append(element)
      return stored.count
    }
  }
}

@Suite struct SupervisorTests {
  private let clock = ManualClock()
  private let board: StatusBoard
  private let log = LogCapture()
  private let supervisor: Supervisor
  private let telemetry: ComponentTelemetry
  private let attempts = Notes<Void>()

  init() {
    board = StatusBoard(clock: MediaClock(clock))
    telemetry = ComponentTelemetry(
      name: "rtsp", board: board, clock: MediaClock(clock), logger: log.logger)
    supervisor = Supervisor(
      telemetry: telemetry,
      backoff: Backoff(initial: .nanoseconds(1), maximum: .nanoseconds(1)))
  }

  private var entry: StatusBoard.Entry? { board.components.first }
  private var warnings: [LogCapture.Line] { log.lines.filter { $0.level == .warning } }

  /// Runs sessions, each of them `session` with its number from 1 on, until it cancels the task.
  private func run(_ session: @escaping @Sendable (Int) async throws -> Void) async {
    let (supervisor, attempts) = (supervisor, attempts)
    await Task {
      await supervisor.run { try await session(attempts.append(())) }
    }.value
  }

  private func cancel() { withUnsafeCurrentTask { $0?.cancel() } }

  @Test func triesAgainAfterAnErrorAndAfterAnEnd() async {
    await run { number in
      switch number {
      case 1: throw Unplugged()
      case 2: return
      default: cancel()
      }
    }
    #expect(attempts.elements.count == 3)
    #expect(entry?.sessions == 3)
    #expect(entry?.lastError == "unplugged")
    #expect(entry?.state == .stopped)
  }

  @Test func theSameFailureIsOneLine() async {
    await run { number in
      if number > 5 { return cancel() }
      throw Unplugged()
    }
    #expect(warnings.map(\.text) == ["session failed"])
    #expect(warnings.first?.metadata["error"] == "unplugged")
  }

  @Test func aFailureAfterASessionThatWorkedIsNewsAgain() async {
    await run { number in
      switch number {
      case 1, 3: throw Unplugged()
      case 2: telemetry.report(.running)
      default: cancel()
      }
    }
    #expect(warnings.count == 2)
  }

  @Test func sessionsThatOnlyLastAreNoNews() async {
    await run { number in
      clock.advance(by: .seconds(60))
      if number < 4 { throw Unplugged() }
      cancel()
    }
    #expect(warnings.count == 1)
  }

  @Test func aFailedSessionShowsAsRetrying() async {
    let seen = Notes<ComponentState?>()
    await run { number in
      seen.append(entry?.state)
      telemetry.report(.running)
      if number == 1 { throw Unplugged() }
      cancel()
    }
    #expect(seen.elements == [.off, .retrying])
  }

  @Test func comingBackAfterAFailureIsOneLine() async {
    await run { number in
      telemetry.report(.running)
      if number == 1 { throw Unplugged() }
      cancel()
    }
    #expect(
      log.lines.map { $0.metadata["state"] ?? $0.metadata["error"] } == [
        "running", "unplugged", "running", "stopped",
      ])
  }

  @Test func waitingForTheSameThingAgainIsSilent() async {
    await run { number in
      if number > 1 { #expect(entry?.state == .waiting) }
      telemetry.report(.waiting, "no camera")
      if number < 5 { throw Unplugged() }
      cancel()
    }
    #expect(
      log.lines.compactMap { $0.metadata["detail"] ?? $0.metadata["error"] } == [
        "no camera", "unplugged",
      ])
  }

  @Test func cancellationIsNoError() async {
    await run { _ in
      cancel()
      throw CancellationError()
    }
    #expect(entry?.lastError == nil)
    #expect(warnings.isEmpty)
    #expect(entry?.state == .stopped)
  }
}
