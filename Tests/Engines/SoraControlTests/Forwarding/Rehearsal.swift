import JSON
import Media

@testable import SoraControl

/// A plan, the clock and the state file, with the test in the part of Sora.
struct Rehearsal {
  var plan: ForwardingPlan
  var now = MediaTime(nanoseconds: 0)
  /// What the state file says.
  var file: [ForwardingRecord]
  var events: [ForwardingEvent] = []
  /// Everything asked of Sora and of the file, in order.
  var deeds: [String] = []
  private var number: UInt64 = 0

  init(
    connectionID: String? = nil, videoPort: Int? = 60003, audioPort: Int? = nil,
    leftovers: [ForwardingRecord] = [], rules: ForwardingRules = ForwardingRules()
  ) {
    let destination = ForwardingDestination(
      address: "192.0.2.7", videoPort: videoPort, audioPort: audioPort)
    plan = ForwardingPlan(
      goal: ForwardingGoal(
        channelID: "sora", connectionID: connectionID, destination: destination),
      rules: rules, leftovers: leftovers)
    file = leftovers
  }

  /// The next call, time passing as it must; nil if the plan is finished or waits for a fact.
  mutating func call(before limit: MediaTime = MediaTime(nanoseconds: .max)) -> ForwardingCall? {
    for _ in 0..<1000 {
      switch plan.poll(now: now) {
      case .report(let event): events.append(event)
      case .remember(let records):
        file = records
        deeds.append("file " + records.map { $0.connectionID ?? "?" }.joined(separator: " "))
        plan.remembered(failure: nil)
      case .call(let call, let number):
        self.number = number
        deeds.append(call.operationName)
        return call
      case .wait(until: let until?):
        guard until <= limit else { return nil }
        now = until
      case .wait(until: nil), .finished: return nil
      }
    }
    return nil
  }

  /// Whether there is nothing more to come, after everything due now is done.
  mutating func hasFinished() -> Bool {
    _ = call(before: now)
    return plan.poll(now: now) == .finished
  }

  mutating func pass(_ duration: Duration) { now = now.advanced(by: duration) }

  mutating func answer(_ json: JSONValue?) {
    plan.answered(number: number, .success(json), now: now)
  }

  mutating func fail(_ error: ControlError) {
    plan.answered(number: number, .failure(error), now: now)
  }

  mutating func refuse(_ type: String, _ reason: JSONValue? = nil) {
    fail(.refused(ControlRefusal(status: 400, type: type, reason: reason)))
  }

  /// Answers calls as a Sora does where all is well, until one of `name` comes.
  mutating func run(
    to name: String, publishers: [String] = ["A"], created: Int = 1, total: Int = 10
  ) -> ForwardingCall? {
    for _ in 0..<100 {
      guard let call = call() else { return nil }
      if call.operationName == name { return call }
      answer(Self.reply(to: call, publishers: publishers, created: created, total: total))
    }
    return nil
  }

  static func reply(
    to call: ForwardingCall, publishers: [String], created: Int = 1, total: Int = 10
  ) -> JSONValue? {
    switch call {
    case .listConnections:
      .array(publishers.map { connection($0, created: created) })
    case .channelStatistics: .array(publishers.map { statistics($0) })
    case .statisticsReport: ["total_connection_created": .integer(total)]
    case .connectionStatistics(_, let id): ["connection_id": .string(id), "stats": []]
    case .start: ["sdp": "v=0\r\n"]
    case .stop, .requestKeyframe: .object(call.parameters)
    }
  }

  static func connection(
    _ id: String, role: String = "sendonly", created: Int = 1, simulcast: Bool = false
  ) -> JSONValue {
    [
      "channel_id": "sora", "connection_id": .string(id), "role": .string(role),
      "created_time": .integer(created), "simulcast": .boolean(simulcast),
    ]
  }

  static func statistics(_ id: String, type: String = "outbound-rtp", kind: String = "video")
    -> JSONValue
  {
    [
      "channel_id": "sora", "connection_id": .string(id),
      "remote_stats": [["type": .string(type), "kind": .string(kind)]],
    ]
  }

  static func record(_ id: String?, channel: String = "sora") -> ForwardingRecord {
    ForwardingRecord(
      channelID: channel, connectionID: id,
      destination: ForwardingDestination(address: "192.0.2.7", videoPort: 60003))
  }

  static let away = ControlError.cannotConnect(url: "http://127.0.0.1:3000/", reason: "refused")
  static let lost = ControlError.timedOut(seconds: 5)
}
