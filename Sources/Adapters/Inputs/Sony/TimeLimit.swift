/// `withTimeLimit` was not finished in time.
struct TimeLimitExceeded: Error {}

/// Does `operation`, but cancels it and throws `TimeLimitExceeded` after `limit`.
func withTimeLimit<Value: Sendable>(
  _ limit: Duration, _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  try await withThrowingTaskGroup(of: Value.self) { group in
    group.addTask { try await operation() }
    group.addTask {
      try await Task.sleep(for: limit)
      throw TimeLimitExceeded()
    }
    defer { group.cancelAll() }
    guard let value = try await group.next() else { throw TimeLimitExceeded() }
    return value
  }
}
