import Testing

@testable import SimulatedCamera

struct CallLogTests {
  private final class Connection {}

  @Test func oldestAreForgotten() {
    var log = CallLog()
    let connection = Connection()
    let id = ObjectIdentifier(connection)
    for time in 0..<5000 {
      log.arrived("m\(time)", on: id, at: Int64(time))
      #expect(log.records.count < CallLog.limit * 2)
    }
    #expect(log.records.last?.method == "m4999")
    #expect(log.records.count >= CallLog.limit)
    #expect(log.forgotten + log.records.count == 5000)
  }

  @Test func endsAreOfTheRightCall() {
    var log = CallLog()
    let (one, two) = (Connection(), Connection())
    log.arrived("first", on: ObjectIdentifier(one), at: 1)
    log.arrived("second", on: ObjectIdentifier(two), at: 2)
    log.answered(on: ObjectIdentifier(one), at: 3)
    // Twice, as when an answered connection is closed.
    log.answered(on: ObjectIdentifier(one), at: 4)
    #expect(log.records.map(\.endedAt) == [3, nil])
    #expect(log.records.map(\.inFlight) == [1, 2])
  }

  @Test func endOfAForgottenCallIsIgnored() {
    var log = CallLog()
    let (old, new) = (Connection(), Connection())
    log.arrived("old", on: ObjectIdentifier(old), at: 0)
    for time in 1..<3000 { log.arrived("new", on: ObjectIdentifier(new), at: Int64(time)) }
    log.answered(on: ObjectIdentifier(old), at: 9999)
    #expect(!log.records.contains { $0.endedAt == 9999 })
  }
}
