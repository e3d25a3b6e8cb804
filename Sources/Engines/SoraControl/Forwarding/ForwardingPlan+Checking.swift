import JSON
import Media

/// Whether what runs still runs.
extension ForwardingPlan {
  /// Goes on with what a check asks after `done`; nil: begins one.
  mutating func check(_ running: Running, after done: Check?, _ now: MediaTime) {
    var running = running
    switch done {
    case nil, .keyframe:
      guard !unknownOperations.contains("GetStatsReport") else {
        // Nothing tells what goes on in the channel.
        if done == nil, lookUp == .nowhere { running.isInDoubt = true }
        return check(running, after: .totals, now)
      }
      ask(.statisticsReport, .totals, running)
    case .totals:
      switch lookUp {
      case .connections: ask(.listConnections(channelID: goal.channelID), .publisher, running)
      case .statistics: ask(.channelStatistics(channelID: goal.channelID), .publisher, running)
      case .nowhere: seen(running, now)
      }
    case .publisher:
      guard let interval = rules.statisticsInterval, running.nextStatistics <= now,
        !unknownOperations.contains("GetConnectionRemoteStats"),
        let connectionID = running.publisher.connectionID
      else { return check(running, after: .statistics, now) }
      running.nextStatistics = now.advanced(by: interval)
      ask(
        .connectionStatistics(channelID: goal.channelID, connectionID: connectionID), .statistics,
        running)
    case .statistics:
      // A Sora that is asked by starting again is left in peace for longer.
      let isBlind = lookUp == .nowhere && unknownOperations.contains("GetStatsReport")
      running.nextCheck = now.advanced(
        by: isBlind ? max(rules.checkInterval, rules.confirmationInterval) : rules.checkInterval)
      state = .running(running)
    }
  }

  mutating func ask(_ call: ForwardingCall, _ check: Check, _ running: Running) {
    state = .checking(running, check)
    pending = call
  }

  mutating func checkAnswered(
    _ result: Result<JSONValue?, ControlError>, _ running: Running, _ check: Check,
    _ call: ForwardingCall, _ now: MediaTime
  ) {
    switch (check, result) {
    case (.keyframe, _):
      keyframeAnswered(result, running, now)
    case (.totals, .success(let json)): compare(SoraTotals(report: json), running, now)
    case (.publisher, .success(let json)): look(for: running, in: occupants(json), now)
    case (.statistics, .success(let json)):
      report.statistics = PublisherStatistics(reply: json).json
      self.check(running, after: .statistics, now)
    case (.publisher, .failure(let error)) where error.isUnknownOperation:
      doWithout(call)
      self.check(running, after: .totals, now)
    case (.publisher, .failure(let error)) where error.saysNobodyIsThere:
      lose(running, .publisherLeft, isOver: false, now)
    case (.publisher, .failure(let error)):
      miss(running, ForwardingFailure(operation: call.operationName, error: error), now)
    case (_, .failure(let error)) where error.isUnreachable || error.isLost:
      miss(running, ForwardingFailure(operation: call.operationName, error: error), now)
    case (_, .failure(let error)):
      noteDispensable(call.operationName, error)
      self.check(running, after: check, now)
    }
  }

  mutating func noteDispensable(_ operation: String, _ error: ControlError) {
    if error.isUnknownOperation { return noteUnknown(operation) }
    guard isNews(operation) else { return }
    events.append(.dispensable(ForwardingFailure(operation: operation, error: error)))
  }

  /// Totals grow; if they do not, Sora was restarted and has forgotten what it was to forward.
  ///
  /// After a restart they stay low. Where several Soras answer in turn they do not: that is asked at
  /// once, and keeps totals from being a sign.
  private mutating func compare(_ totals: SoraTotals, _ running: Running, _ now: MediaTime) {
    guard let earlier = self.totals else {
      self.totals = totals
      return check(running, after: .totals, now)
    }
    var running = running
    if !areTotalsMixed, totals.wentBackwards(since: earlier) {
      running.lowReadings += 1
      guard running.lowReadings >= Self.lowReadingsOfARestart else {
        return ask(.statisticsReport, .totals, running)
      }
      // If it was none after all, nothing may run twice.
      return lose(running, .soraRestarted, isOver: false, now)
    }
    if running.lowReadings > 0 { areTotalsMixed = true }
    running.lowReadings = 0
    self.totals = totals
    if lookUp == .nowhere || !running.publisher.isListed, totals.showsTraffic(since: earlier) {
      running.isInDoubt = true
    }
    check(running, after: .totals, now)
  }

  private mutating func look(
    for running: Running, in occupants: ChannelOccupants, _ now: MediaTime
  ) {
    guard let connectionID = running.publisher.connectionID else {
      // It was started when nobody could say who the publisher is.
      return lose(running, .apiWasAway, isOver: false, now)
    }
    guard let connection = occupants[connectionID] else {
      if lookUp == .statistics, !running.publisher.isListed { return seen(running, now) }
      // What remote statistics do not list may be there: it is stopped to be sure.
      return lose(running, .publisherLeft, isOver: lookUp == .connections, now)
    }
    guard connection.isSameConnection(as: running.publisher) else {
      return lose(running, .soraRestarted, isOver: true, now)
    }
    var running = running
    running.publisher = connection
    seen(running, now)
  }

  /// Everybody is where they were.
  private mutating func seen(_ running: Running, _ now: MediaTime) {
    if running.wasAway { return lose(running, .apiWasAway, isOver: false, now) }
    var running = running
    running.misses = 0
    retry = rules.firstRetry
    report.situation = .forwarding
    if running.isInDoubt, running.nextConfirmation <= now, unrefusedStarts < Self.doublesAccepted {
      running.isInDoubt = false
      running.nextConfirmation = now.advanced(by: rules.confirmationInterval)
      // Until it is refused, it may run twice.
      records = [running.record, running.record]
      state = .starting(Attempt(publisher: running.publisher, confirming: running))
      pending = .start(running.record)
    } else {
      check(running, after: .publisher, now)
    }
  }

  /// Sora was asked to start what may run already, and did not.
  mutating func confirmed(
    _ running: Running, _ failure: ForwardingFailure, _ now: MediaTime
  ) {
    records = [running.record]
    if failure.error.isRefusal {
      // It refuses what is not there, too.
      if !failure.error.saysNobodyIsThere { unrefusedStarts = 0 }
      check(running, after: .publisher, now)
    } else {
      miss(running, failure, now)
    }
  }

  /// Sora was asked to start what may run already, and did: it was over, or runs twice.
  mutating func notConfirmed(_ running: Running, _ now: MediaTime) {
    unrefusedStarts += 1
    if unrefusedStarts == Self.doublesAccepted { events.append(.startsTwice) }
    lose(running, .startedTwice, isOver: false, now)
  }

  /// Sora was asked to start what may run already, and nobody knows whether it did.
  mutating func confirmationLost(
    _ running: Running, _ failure: ForwardingFailure, _ now: MediaTime
  ) {
    note(failure)
    lose(running, .startUnanswered, isOver: false, now)
  }

  /// Readings of totals that have to be low in a row.
  private static let lowReadingsOfARestart = 3
  /// So many unrefused starts in a row are no chance: this Sora starts what runs already.
  private static let doublesAccepted = 2

  /// No answer. The forwarding may go on all the same; once is no news.
  mutating func miss(_ running: Running, _ failure: ForwardingFailure, _ now: MediaTime) {
    var running = running
    running.misses += 1
    // A proxy in front of a Sora that is away closes connections, or answers in its place; behind a
    // firewall nothing answers.
    if failure.error.isUnreachable || running.misses > 1 && !failure.error.isTimeout
      || running.misses > Self.slowAnswers
    {
      running.wasAway = true
    }
    if running.wasAway || running.misses > 1 { note(failure) }
    running.nextCheck = now.advanced(by: nextRetry())
    state = .running(running)
  }

  /// So many answers in a row may come too late without more being wrong.
  private static let slowAnswers = 3

  /// The forwarding is over, or has to be begun anew.
  ///
  /// - Parameter isOver: Sora does not forward it any more; otherwise it is stopped.
  mutating func lose(
    _ running: Running, _ loss: ForwardingLoss, isOver: Bool, _ now: MediaTime
  ) {
    self.loss = loss
    events.append(.lost(loss, connectionID: running.publisher.connectionID))
    report.since = nil
    report.connectionID = nil
    report.description = nil
    report.statistics = nil
    report.situation = .starting
    if case .requestKeyframe = inFlight ?? pending { keyframe.isWanted = true }
    pending = nil
    if isOver { records.removeAll { $0.isSameForwarding(as: running.record) } }
    switch loss {
    case .publisherLeft, .startedTwice, .startUnanswered: break
    case .soraRestarted, .apiWasAway, .restartAsked:
      // Another Sora may have other operations.
      lookUp = .connections
      unknownOperations = []
      refused = nil
      if loss != .restartAsked { unrefusedStarts = 0 }
      if loss != .soraRestarted { areTotalsMixed = false }
    }
    retry = rules.firstRetry
    clear(then: .seek)
  }
}
