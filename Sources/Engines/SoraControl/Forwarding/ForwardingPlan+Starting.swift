import JSON
import Media

/// From a look at the channel to a forwarding that runs.
extension ForwardingPlan {
  // MARK: Stop what may run

  mutating func clear(then next: AfterClearing) {
    inFlight = nil
    if let record = records.first {
      state = .clearing(next: next)
      pending = .stop(record)
      return
    }
    switch next {
    case .seek: seek()
    case .start(let attempt): start(attempt)
    case .wait(let awaited, let now): wait(for: awaited, now)
    case .fail(let failure, let now): fail(failure, now: now)
    }
  }

  mutating func stopAnswered(
    _ result: Result<JSONValue?, ControlError>, next: AfterClearing, _ now: MediaTime
  ) {
    guard let record = records.first else { return clear(then: next) }
    switch result {
    case .success:
      if toldStops.insert(record).inserted { events.append(.stopped(record)) }
    case .failure(let error) where error.isOurs:
      events.append(.unusableRecord(record, error))
    case .failure(let error) where error.isRefusal || error.isUnknownOperation:
      events.append(.nothingToStop(record, error))
    case .failure(let error):
      if !error.isUnreachable { stopFailures += 1 }
      guard stopFailures >= rules.stopAttempts, next.leadsToStart else {
        // One that cannot be stopped keeps no other from being stopped.
        if !next.leadsToStart { records.append(records.removeFirst()) }
        return fail(
          ForwardingFailure(operation: ForwardingCall.stop(record).operationName, error: error),
          now: now)
      }
      leftForLater.append(record)
      events.append(.leftForLater(record, error))
    }
    stopFailures = 0
    forgetFirst()
    clear(then: next)
  }

  // MARK: Find the publisher

  mutating func seek(_ now: MediaTime? = nil) {
    inFlight = nil
    state = .seeking
    switch lookUp {
    case .connections: pending = .listConnections(channelID: goal.channelID)
    case .statistics: pending = .channelStatistics(channelID: goal.channelID)
    case .nowhere:
      let publisher = ForwardingPublisher(connectionID: goal.connectionID, isListed: false)
      clear(then: .start(Attempt(publisher: publisher)))
    }
  }

  mutating func lookUpAnswered(
    _ result: Result<JSONValue?, ControlError>, _ call: ForwardingCall, _ now: MediaTime
  ) {
    switch result {
    case .success(let json): choose(from: occupants(json), now)
    case .failure(let error) where error.isUnknownOperation:
      doWithout(call)
      seek(now)
    case .failure(let error) where error.saysNobodyIsThere:
      rest(until: goal.connectionID.map { .connection($0) } ?? .publisher, now)
    case .failure(let error):
      let failure = ForwardingFailure(operation: call.operationName, error: error)
      if error.isUnreachable { return fail(failure, now: now) }
      clearAll(then: .fail(failure, now))
    }
  }

  mutating func doWithout(_ call: ForwardingCall) {
    noteUnknown(call.operationName)
    lookUp = lookUp == .connections ? .statistics : .nowhere
  }

  func occupants(_ json: JSONValue?) -> ChannelOccupants {
    lookUp == .connections
      ? ChannelOccupants(connections: json)
      : ChannelOccupants(
        statistics: json, kind: goal.destination.videoPort == nil ? "audio" : "video")
  }

  private mutating func choose(from occupants: ChannelOccupants, _ now: MediaTime) {
    if let connectionID = goal.connectionID {
      if let connection = occupants[connectionID] {
        return clear(then: .start(Attempt(publisher: connection)))
      }
      // Clients that report no statistics are in the channel all the same.
      guard lookUp == .statistics else { return rest(until: .connection(connectionID), now) }
      let publisher = ForwardingPublisher(connectionID: connectionID, isListed: false)
      return clear(then: .start(Attempt(publisher: publisher)))
    }
    guard let publisher = occupants.publishers.first else { return rest(until: .publisher, now) }
    guard occupants.publishers.count == 1 else {
      return rest(until: .onePublisherOf(occupants.publishers.count), now)
    }
    clear(then: .start(Attempt(publisher: publisher)))
  }

  /// Nothing can be started now.
  private mutating func rest(until awaited: ForwardingSituation.Awaited, _ now: MediaTime) {
    clearAll(then: .wait(awaited, now))
  }

  /// Nothing is started for a while, so there is time for what could not be stopped before.
  private mutating func clearAll(then next: AfterClearing) {
    records += leftForLater
    leftForLater = []
    clear(then: next)
  }

  private mutating func wait(for awaited: ForwardingSituation.Awaited, _ now: MediaTime) {
    report.situation = .waiting(awaited)
    retry = rules.firstRetry
    state = .pausing(until: now.advanced(by: rules.checkInterval))
  }

  // MARK: Start

  private mutating func start(_ attempt: Attempt) {
    var destination = goal.destination
    if discards.contains("audio_port"), destination.audioPort == nil {
      destination.audioPort = ForwardingDestination.discardPort
    }
    if discards.contains("video_port"), destination.videoPort == nil {
      destination.videoPort = ForwardingDestination.discardPort
    }
    let record = ForwardingRecord(
      channelID: goal.channelID, connectionID: attempt.publisher.connectionID,
      destination: destination)
    leftForLater.removeAll { $0.isSameForwarding(as: record) }
    records = [record]
    state = .starting(attempt)
    pending = .start(record)
  }

  mutating func startAnswered(
    _ result: Result<JSONValue?, ControlError>, _ attempt: Attempt, _ now: MediaTime
  ) {
    guard let record = records.first else { return clear(then: .start(attempt)) }
    switch result {
    case .success(let json):
      if let running = attempt.confirming { return notConfirmed(running, now) }
      started(record, attempt, now)
      describe(json)
      follow(record, attempt, now)
    case .failure(let error):
      if attempt.confirming == nil, let key = missingPort(error, record) {
        discards.insert(key)
        events.append(.discards(key: key))
        return start(attempt)
      }
      let failure = ForwardingFailure(
        operation: "StartForwardingRtp", error: error, isSimulcast: attempt.publisher.isSimulcast)
      let effect: ControlError.Effect = error.isUnknownOperation ? .none : error.effect
      if let running = attempt.confirming {
        return effect == .unknown
          ? confirmationLost(running, failure, now) : confirmed(running, failure, now)
      }
      switch effect {
      case .none:
        forgetFirst()
        fail(failure, now: now)
      case .refusal: startRefused(attempt, failure, now)
      case .unknown: startLost(attempt, failure, now)
      }
    }
  }

  private mutating func started(
    _ record: ForwardingRecord, _ attempt: Attempt, _ now: MediaTime
  ) {
    let connectionID = attempt.publisher.connectionID
    report.counters.starts &+= 1
    if loss != nil { report.counters.restores &+= 1 }
    events.append(.started(connectionID: connectionID, after: loss))
    report.since = now
    toldStops = []
    loss = nil
    refused = nil
    totals = nil
    retry = rules.firstRetry
    report.situation = .forwarding
    report.connectionID = connectionID
  }

  /// Takes the SDP of the answer to StartForwardingRtp.
  ///
  /// Sora forwards without one, too, but nobody knows how.
  private mutating func describe(_ json: JSONValue?) {
    // Source: RFC 8866, section 5: `v=` is the first line.
    if let text = json?["sdp"]?.string, text.hasPrefix("v=") {
      report.description = text
      reported.remove(Self.descriptionKey)
      return
    }
    report.description = nil
    report.counters.failures &+= 1
    report.lastFailure = ForwardingFailure(
      operation: "StartForwardingRtp",
      error: .replyUnusable(ControlReplyError(path: "sdp", expected: "a description (SDP)")))
    if isNews(Self.descriptionKey) { events.append(.noDescription) }
  }

  private static let descriptionKey = "sdp"

  private mutating func follow(
    _ record: ForwardingRecord, _ attempt: Attempt, _ now: MediaTime
  ) {
    let running = Running(
      publisher: attempt.publisher, record: record, nextCheck: now, nextStatistics: now,
      nextConfirmation: now.advanced(by: rules.confirmationInterval))
    let isWanted = rules.requestsKeyframe || keyframe.isWanted
    keyframe = KeyframeWish()
    if isWanted, attempt.publisher.connectionID != nil,
      !unknownOperations.contains("RequestKeyFrame")
    {
      requestKeyframe(running)
    } else {
      check(running, after: .keyframe, now)
    }
  }

  /// What was running before may still be: it is stopped, then started once more.
  private mutating func startRefused(
    _ attempt: Attempt, _ failure: ForwardingFailure, _ now: MediaTime
  ) {
    if !attempt.hasCleared, refused.map(attempt.publisher.isSameConnection) != true {
      var attempt = attempt
      attempt.hasCleared = true
      return clear(then: .start(attempt))
    }
    refused = attempt.publisher
    forgetFirst()
    fail(failure, now: now)
  }

  /// It may have begun: only what is known to be stopped may be started.
  ///
  /// At once for the first time, since an answer can be lost by chance; in a while if it happens
  /// again, or if a proxy says that Sora is away or overloaded.
  private mutating func startLost(
    _ attempt: Attempt, _ failure: ForwardingFailure, _ now: MediaTime
  ) {
    guard !attempt.wasLost, retry == rules.firstRetry, !failure.error.isGateways else {
      return fail(failure, now: now)
    }
    var attempt = attempt
    attempt.wasLost = true
    note(failure)
    clear(then: .start(attempt))
  }

  /// The port that Sora wants to be told, if it has not been.
  private func missingPort(_ error: ControlError, _ record: ForwardingRecord) -> String? {
    if record.destination.audioPort == nil, error.misses("audio_port") { return "audio_port" }
    if record.destination.videoPort == nil, error.misses("video_port") { return "video_port" }
    return nil
  }
}
