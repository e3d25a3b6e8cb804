import JSON
import Media
import TestSupport
import Testing

@testable import SoraControl

/// A Sora that does what Sora does, with publishers that come and go, restarts, lost answers and
/// an end at any moment.
@Suite struct ForwardingChaosTests {
  private struct Sora {
    var random: SeededGenerator
    var publishers: [String: Int] = [:]
    var forwardings: Set<String> = []
    var total = 0
    /// Connections of before a restart never come back.
    var serial = 0
    var isAway = false
    /// How many of 100 answers are lost, and how often things happen.
    var trouble: Int
    var hasList: Bool

    mutating func chance(_ percent: Int) -> Bool {
      Int.random(in: 0..<100, using: &random) < percent
    }

    mutating func publish() {
      total += 1
      serial += 1
      publishers["P\(serial)"] = serial
    }

    mutating func live() {
      guard chance(trouble) else { return }
      switch Int.random(in: 0..<5, using: &random) {
      case 0:
        publish()
      case 1, 2:
        guard let gone = publishers.keys.sorted().randomElement(using: &random) else { return }
        publishers[gone] = nil
        forwardings.remove(gone)
      case 3:
        (publishers, forwardings, total) = ([:], [], 0)
      default: isAway.toggle()
      }
    }

    /// What Sora answers; `isDone` says whether it heard the call.
    mutating func hear(_ call: ForwardingCall) -> Result<JSONValue?, ControlError> {
      if isAway { return .failure(Rehearsal.away) }
      // A call can be lost on the way there, or its answer on the way back.
      if chance(trouble / 4) { return .failure(Rehearsal.lost) }
      let answer = answer(call)
      if chance(trouble / 4) { return .failure(.connectionClosed(reason: "reset")) }
      return answer
    }

    private func refusal(_ type: String) -> Result<JSONValue?, ControlError> {
      .failure(.refused(ControlRefusal(status: 400, type: type)))
    }

    private mutating func answer(_ call: ForwardingCall) -> Result<JSONValue?, ControlError> {
      switch call {
      case .listConnections:
        guard hasList else { return refusal("MissingTarget") }
        return .success(
          .array(publishers.map { Rehearsal.connection($0.key, created: $0.value) }))
      case .channelStatistics:
        return .success(.array(publishers.keys.map { Rehearsal.statistics($0) }))
      case .statisticsReport: return .success(["total_connection_created": .integer(total)])
      case .connectionStatistics: return .success(["stats": []])
      case .start(let record):
        guard let id = record.connectionID, publishers[id] != nil else {
          return refusal("ConnectionNotFound")
        }
        guard forwardings.insert(id).inserted else { return refusal("AlreadyForwarding") }
        return .success(["sdp": "v=0\r\n"])
      case .stop(let record):
        guard let id = record.connectionID, forwardings.remove(id) != nil else {
          return refusal("NotForwarding")
        }
        return .success(.object(call.parameters))
      case .requestKeyframe: return .success(.object(call.parameters))
      }
    }
  }

  @Test(arguments: [true, false])
  func nothingRunsThatTheFileDoesNotNameAndTheRightOneRunsInTheEnd(hasList: Bool) {
    for seed in 0..<400 as Range<UInt64> {
      var sora = Sora(
        random: SeededGenerator(seed: seed), trouble: Int(seed % 4) * 12, hasList: hasList)
      var rehearsal = Rehearsal()
      for step in 0..<200 {
        sora.live()
        guard let call = rehearsal.call() else {
          Issue.record("seed \(seed): stuck at step \(step)")
          return
        }
        let answer = sora.hear(call)
        let named = Set(rehearsal.file.compactMap(\.connectionID))
        #expect(sora.forwardings.isSubset(of: named), "seed \(seed), step \(step)")
        if sora.chance(3) { rehearsal.plan.restartAsked(now: rehearsal.now) }
        rehearsal.take(answer)
      }
      settle(&sora, &rehearsal, seed)
      end(&sora, &rehearsal, seed)
    }
  }

  /// When the trouble is over, the only publisher is forwarded.
  private func settle(_ sora: inout Sora, _ rehearsal: inout Rehearsal, _ seed: UInt64) {
    sora.trouble = 0
    sora.isAway = false
    for gone in sora.publishers.keys { sora.forwardings.remove(gone) }
    sora.publishers = [:]
    sora.publish()
    for _ in 0..<60 {
      guard let call = rehearsal.call() else { break }
      rehearsal.take(sora.hear(call))
    }
    #expect(sora.forwardings == Set(sora.publishers.keys), "seed \(seed)")
    #expect(rehearsal.plan.report.situation == .forwarding, "seed \(seed)")
  }

  /// The end comes at any call, answered or not: what still runs is in the file.
  private func end(_ sora: inout Sora, _ rehearsal: inout Rehearsal, _ seed: UInt64) {
    sora.trouble = Int(seed % 3) * 40
    for _ in 0..<Int(seed % 9) {
      guard let call = rehearsal.call() else { break }
      rehearsal.take(sora.hear(call))
    }
    let call = rehearsal.call()
    let begin = rehearsal.now
    rehearsal.plan.shutdownAsked(now: begin)
    if let call { rehearsal.take(sora.hear(call)) }
    for _ in 0..<20 {
      guard let call = rehearsal.call() else { break }
      rehearsal.take(sora.hear(call))
    }
    #expect(rehearsal.hasFinished() == true, "seed \(seed)")
    #expect(begin.duration(to: rehearsal.now) <= .milliseconds(1200), "seed \(seed)")
    let named = Set(rehearsal.file.compactMap(\.connectionID))
    #expect(sora.forwardings.isSubset(of: named), "seed \(seed)")
    if sora.trouble == 0 { #expect(sora.forwardings.isEmpty, "seed \(seed)") }
  }
}

extension Rehearsal {
  fileprivate mutating func take(_ answer: Result<JSONValue?, ControlError>) {
    switch answer {
    case .success(let json): self.answer(json)
    case .failure(let error): fail(error)
    }
  }
}
