import Synchronization

/// Everything that a simulated Sora knows, and those who wait for it to change.
final class WaitingRoom: Sendable {
  struct Contents: Sendable {
    var state = SoraState()
    var journal: [SoraCall] = []
    var faults: [PlannedFault] = []
    /// Answers that are held back.
    var held: [@Sendable () -> Void] = []
  }

  private struct Waiter {
    var number: Int
    /// Resumes, and says whether it did.
    var look: @Sendable (Contents) -> Bool
    var giveUp: @Sendable () -> Void
  }

  private struct Room {
    var contents = Contents()
    var waiters: [Waiter] = []
    var numbers = 0
  }

  private let room = Mutex(Room())

  func read<Value>(_ look: (Contents) -> Value) -> Value { room.withLock { look($0.contents) } }

  /// Changes the contents and resumes those whose condition is now met.
  @discardableResult
  func change<Value>(_ change: (inout Contents) -> Value) -> Value {
    room.withLock { room in
      let value = change(&room.contents)
      let contents = room.contents
      room.waiters.removeAll { $0.look(contents) }
      return value
    }
  }

  /// What `condition` finds, as soon as it finds anything.
  @discardableResult
  func wait<Found: Sendable>(
    for condition: @escaping @Sendable (Contents) -> Found?
  ) async throws -> Found {
    let number = room.withLock { room in
      room.numbers += 1
      return room.numbers
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation {
        (continuation: CheckedContinuation<Found, any Error>) in
        room.withLock { room in
          if let found = condition(room.contents) { return continuation.resume(returning: found) }
          if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
          room.waiters.append(
            Waiter(
              number: number,
              look: { contents in
                guard let found = condition(contents) else { return false }
                continuation.resume(returning: found)
                return true
              },
              giveUp: { continuation.resume(throwing: CancellationError()) }))
        }
      }
    } onCancel: {
      room.withLock { room in
        room.waiters.removeAll { waiter in
          if waiter.number == number { waiter.giveUp() }
          return waiter.number == number
        }
      }
    }
  }
}
