import JSON
import Media
import TestSupport
import Testing

@testable import SoraControl

/// A Sora that does what Sora does, with publishers that come and go, restarts, lost answers and
/// an end at any moment.
@Suite struct ForwardingChaosTests {
  enum Kind: CaseIterable {
    /// As Sora is; then without a list of connections; then with nothing that tells who is there.
    case listing, counting, blind
    /// Blind, and starts what runs already, as often as it is asked.
    case doubling

    var isBlind: Bool { self == .blind || self == .doubling }
  }

  private struct Sora {
    var random: SeededGenerator
    var publishers: [String: Int] = [:]
    /// By publisher, how often it is forwarded.
    var counts: [String: Int] = [:]
    var forwardings: Set<String> { Set(counts.keys) }
    var total = 0
    /// Connections of before a restart never come back.
    var serial = 0
    var isAway = false
    /// How many of 100 answers are lost, and how often things happen.
    var trouble: Int
    var kind: Kind

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
        counts[gone] = nil
      case 3:
        (publishers, counts, total) = ([:], [:], 0)
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
        guard kind == .listing else { return refusal("MissingTarget") }
        return .success(
          .array(publishers.map { Rehearsal.connection($0.key, created: $0.value) }))
      case .channelStatistics:
        guard !kind.isBlind else { return refusal("MissingTarget") }
        return .success(.array(publishers.keys.map { Rehearsal.statistics($0) }))
      case .statisticsReport:
        // Somebody else comes and goes, too.
        if kind.isBlind { total += 1 }
        return .success(["total_connection_created": .integer(total)])
      case .connectionStatistics: return .success(["stats": []])
      case .start(let record):
        guard let id = record.connectionID ?? publishers.keys.min(), publishers[id] != nil else {
          return refusal("ConnectionNotFound")
        }
        guard kind == .doubling || counts[id] == nil else { return refusal("AlreadyForwarding") }
        counts[id, default: 0] += 1
        return .success(["sdp": "v=0\r\n"])
      case .stop(let record):
        guard let id = record.connectionID ?? counts.keys.min(), let count = counts[id] else {
          return refusal("NotForwarding")
        }
        counts[id] = count > 1 ? count - 1 : nil
        return .success(.object(call.parameters))
      case .requestKeyframe: return .success(.object(call.parameters))
      }
    }
  }

  @Test(arguments: Kind.allCases)
  func nothingRunsThatTheFileDoesNotNameAndTheRightOneRunsInTheEnd(kind: Kind) {
    for seed in 0..<400 as Range<UInt64> {
      var sora = Sora(
        random: SeededGenerator(seed: seed), trouble: Int(seed % 4) * 12, kind: kind)
      var rehearsal = Rehearsal()
      for step in 0..<200 {
        sora.live()
        guard let call = rehearsal.call() else {
          Issue.record("seed \(seed): stuck at step \(step)")
          return
        }
        let answer = sora.hear(call)
        expectNamed(sora, rehearsal, "seed \(seed), step \(step)")
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
    (sora.publishers, sora.counts) = ([:], [:])
    sora.publish()
    if sora.kind.isBlind {
      // That another publishes may not be found out; that nothing runs twice must be.
      rehearse(&sora, &rehearsal, calls: 60)
      #expect(sora.counts.values.allSatisfy { $0 == 1 }, "seed \(seed)")
      rehearsal.plan.restartAsked(now: rehearsal.now)
    }
    rehearse(&sora, &rehearsal, calls: 60)
    #expect(Array(sora.counts.values) == [1], "seed \(seed)")
    #expect(sora.forwardings == Set(sora.publishers.keys), "seed \(seed)")
    #expect(rehearsal.plan.report.situation == .forwarding, "seed \(seed)")
  }

  private func rehearse(_ sora: inout Sora, _ rehearsal: inout Rehearsal, calls: Int) {
    for _ in 0..<calls {
      guard let call = rehearsal.call() else { break }
      rehearsal.take(sora.hear(call))
    }
  }

  /// What was started without a name may be that of any publisher.
  private func expectNamed(_ sora: Sora, _ rehearsal: Rehearsal, _ place: String) {
    if rehearsal.file.contains(where: { $0.connectionID == nil }) { return }
    let named = Set(rehearsal.file.compactMap(\.connectionID))
    #expect(sora.forwardings.isSubset(of: named), "\(place)")
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
    expectNamed(sora, rehearsal, "seed \(seed)")
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
