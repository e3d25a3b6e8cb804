import Media

/// Those who wait for one fresh picture of the camera; a limited number, because each holds a
/// connection meanwhile.
struct PictureRequests {
  typealias Continuation = CheckedContinuation<JPEGFrame?, Never>

  private struct Request {
    var since: MediaTime
    var continuation: Continuation
  }

  private var requests: [UInt64: Request] = [:]
  /// Requests that were cancelled before they came to wait.
  private var cancelled: Set<UInt64> = []
  private var lastNumber: UInt64 = 0
  /// Requests that began and have not ended.
  private var open: Set<UInt64> = []

  /// Most requests at a time.
  static let limit = 16

  var isEmpty: Bool { requests.isEmpty }

  /// The number of a new request; nil if there are too many.
  mutating func begin() -> UInt64? {
    guard open.count < Self.limit else { return nil }
    lastNumber &+= 1
    open.insert(lastNumber)
    return lastNumber
  }

  /// False if the request was cancelled meanwhile.
  mutating func add(_ number: UInt64, _ continuation: Continuation, at now: MediaTime) -> Bool {
    guard cancelled.remove(number) == nil else { return false }
    requests[number] = Request(since: now, continuation: continuation)
    return true
  }

  mutating func cancel(_ number: UInt64) -> Continuation? {
    let request = requests.removeValue(forKey: number)
    if request == nil { cancelled.insert(number) }
    return request?.continuation
  }

  /// The request is over, and with it a cancellation that came too late.
  mutating func end(_ number: UInt64) {
    open.remove(number)
    cancelled.remove(number)
  }

  mutating func takeAll() -> [Continuation] {
    defer { requests.removeAll() }
    return requests.values.map(\.continuation)
  }

  /// Takes those whose time is over.
  mutating func takeOverdue(_ plan: OfflinePlan, at now: MediaTime) -> [Continuation] {
    let overdue = requests.filter { plan.givesUp(waitingSince: $0.value.since) <= now }
    for number in overdue.keys { requests[number] = nil }
    return overdue.values.map(\.continuation)
  }

  func nextDeadline(_ plan: OfflinePlan) -> MediaTime? {
    requests.values.map { plan.givesUp(waitingSince: $0.since) }.min()
  }
}
