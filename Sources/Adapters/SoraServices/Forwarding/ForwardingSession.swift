import JSON
import Media
import Pipeline
import SoraControl

/// Does what the plan orders, until it is finished.
struct ForwardingSession: Sendable {
  let settings: SoraForwardingSettings
  let memory: ForwardingMemory
  let client: ControlClient
  let announcer: ForwardingAnnouncer
  let clock: MediaClock
  let facts: AsyncStream<ForwardingFact>
  let mailbox: AsyncStream<ForwardingFact>.Continuation

  func run(leftovers: [ForwardingRecord]) async {
    var plan = ForwardingPlan(goal: settings.goal, rules: settings.rules, leftovers: leftovers)
    var call: Task<Void, Never>?
    var alarm: Task<Void, Never>?
    defer {
      call?.cancel()
      alarm?.cancel()
    }
    var iterator = facts.makeAsyncIterator()
    while true {
      switch plan.poll(now: clock.now()) {
      case .report(let event): announcer.log(event)
      case .remember(let records):
        do throws(StateFileError) {
          try await memory.remember(records)
          plan.remembered(failure: nil)
        } catch {
          plan.remembered(failure: "\(error)")
        }
      case .call(let order, let number):
        call?.cancel()
        call = Task { await perform(order, number) }
      case .wait(let until):
        await announcer.show(plan.report)
        alarm?.cancel()
        alarm = until.map { moment in
          Task {
            guard (try? await clock.sleep(until: moment)) != nil else { return }
            mailbox.yield(.timePassed)
          }
        }
        guard let fact = await iterator.next() else { return }
        take(fact, &plan)
      case .finished:
        await announcer.show(plan.report)
        return
      }
    }
  }

  private func take(_ fact: ForwardingFact, _ plan: inout ForwardingPlan) {
    let now = clock.now()
    switch fact {
    case .answered(let number, let result): plan.answered(number: number, result, now: now)
    case .timePassed: break
    case .shutdownAsked: plan.shutdownAsked(now: now)
    case .restartAsked: plan.restartAsked(now: now)
    case .keyframeAsked: plan.keyframeAsked()
    }
  }

  private func perform(_ order: ForwardingCall, _ number: UInt64) async {
    let result = await Self.result(of: order, client)
    mailbox.yield(.answered(number: number, result))
  }

  private static func result(
    of order: ForwardingCall, _ client: ControlClient
  ) async -> Result<JSONValue?, ControlError> {
    do throws(ControlError) {
      return .success(
        try await client.call(operation(order.operationName), parameters: order.parameters))
    } catch {
      return .failure(error)
    }
  }

  private static func operation(_ name: String) -> ControlOperation {
    ControlOperations.all(of: .sora).first { $0.operation.name == name }?.operation
      ?? ListChannels.operation
  }

  /// Stops what was started at the APIs of earlier settings.
  ///
  /// An earlier URL may be another name of the present API, so this comes before anything is
  /// started, and takes no longer than `limit`.
  func stopForeign(within limit: Duration) async {
    guard await !memory.foreign.isEmpty else { return }
    let end = clock.now().advanced(by: limit)
    await withTaskGroup { group in
      group.addTask { await stopForeign() }
      group.addTask { try? await clock.sleep(until: end) }
      await group.next()
      group.cancelAll()
    }
  }

  /// One attempt each, without the token, which is not theirs.
  private func stopForeign() async {
    for leftover in await memory.foreign where !Task.isCancelled {
      let client = ControlClient(
        endpoint: ControlEndpoint(
          url: leftover.apiURL, timeout: settings.endpoint.timeout,
          trustAnchors: settings.endpoint.trustAnchors))
      let result = await Self.result(of: .stop(leftover.record), client)
      client.shutDown()
      switch result {
      case .success: announcer.log(.stopped(leftover.record))
      case .failure(let error) where error.isRefusalOfTheOperation:
        announcer.log(.nothingToStop(leftover.record, error))
      case .failure(let error):
        announcer.logForeign(leftover, error)
        continue
      }
      do {
        try await memory.forget(leftover)
      } catch {
        announcer.log(.notRemembered(reason: "\(error)"))
      }
    }
  }
}
