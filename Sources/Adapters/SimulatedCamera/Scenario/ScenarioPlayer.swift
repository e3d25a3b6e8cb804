/// Carries out a scenario's commands, each at its time.
public struct ScenarioPlayer: Sendable {
  private let scenario: Scenario

  public init(_ scenario: Scenario) {
    self.scenario = scenario
  }

  /// - Parameters:
  ///   - camera: One that was started.
  ///   - report: Gets a line for each event. A command that does not work is one, too, and the
  ///     next one's turn comes all the same.
  /// - Throws: `CancellationError`.
  public func play(
    on camera: SimulatedCamera, report: @Sendable (String) -> Void
  ) async throws {
    let start = ContinuousClock.now
    for event in scenario.events {
      try await Task.sleep(until: start + scenario.delay(of: event), clock: .continuous)
      do throws(CommandError) {
        try await camera.apply(event.call)
        report("\(event.clock) \(event.call)")
      } catch {
        report("\(event.clock) \(event.call): \(error)")
      }
    }
  }
}
