import Media

/// Creating a channel, and noting it.
extension ChannelPlan {
  mutating func create(at time: WallClockAnchor) -> ChannelOrder {
    let now = time.unixSeconds
    // A clock that was set far away must not forbid creations for ever.
    page.creations.removeAll { ($0 &- now).magnitude >= 3600 }
    let doubtful = leftovers.count + page.unclaimed.count
    if doubtful >= Self.leftoverLimit { return end(.tooManyLeftovers(doubtful)) }
    if let end = suspensionEnd(at: now) {
      let pause = Duration.seconds(end &- now)
      return pauseCreations(
        until: end, .suspended(unanswered: page.unanswered.count, wait: pause), at: time)
    }
    if page.creations.count >= settings.channelsPerHour {
      let end = max(now &+ 1, (page.creations.min() ?? now) &+ 3600)
      let pause = Duration.seconds(end &- now)
      return pauseCreations(
        until: end, .limited(perHour: settings.channelsPerHour, wait: pause), at: time)
    }
    toldAllowance = nil
    page.creations.append(now)
    page.intent = ChannelBook.Intent(at: now, known: hasList ? listed.sorted() : nil)
    state = .savingIntent
    return .write(book)
  }

  /// Until when no channel is created because the last creations had no usable answer.
  private func suspensionEnd(at now: Int64) -> Int64? {
    let excess = page.unanswered.count - Self.unansweredLimit
    guard excess >= 0, let last = page.unanswered.last else { return nil }
    let seconds = min(Self.suspension << Int64(min(excess, 8)), Self.longestSuspension)
    // A clock that was set far away must not forbid creations for ever.
    return (now &- last).magnitude < seconds ? last &+ seconds : nil
  }

  /// Waits, at most until what is left over is to be deleted again.
  private mutating func pauseCreations(
    until end: Int64, _ item: ChannelNews, at time: WallClockAnchor
  ) -> ChannelOrder {
    if toldAllowance != end { news.append(item) }
    toldAllowance = end
    state = .waitingForAllowance
    let allowed = time.mediaTime.advanced(by: .seconds(end &- time.unixSeconds))
    return .wait(until: leftovers.isEmpty ? allowed : min(allowed, nextDeletion))
  }

  mutating func intentSaved(_ fact: ChannelFact, at time: WallClockAnchor) -> ChannelOrder {
    switch fact {
    case .written:
      isSaved = true
      if isStopping { return withdrawIntent(.end(.stopped), at: time) }
      state = .creating
      return .create
    case .writeFailed(let reason):
      takeIntentBack()
      return end(.cannotRecord(reason))
    default: return misused()
    }
  }

  mutating func creationAnswered(
    _ fact: ChannelFact, at time: WallClockAnchor
  ) -> ChannelOrder {
    switch fact {
    case .created(let channel):
      page.channels.append(
        ChannelBook.Entry(channelID: channel.id, createdAt: time.unixSeconds))
      noteOwn(channel.id)
      page.intent = nil
      page.unanswered = []
      if channel.soraURL.isEmpty {
        let why = "the answer has no sora_url"
        return save(rest: [channel.id], next: .end(.creationRefused(why)), at: time)
      }
      state = .savingChannel(channel)
      return .write(book)
    case .creationRefused(let reason):
      return withdrawIntent(.end(.creationRefused(reason)), at: time)
    case .creationUncertain(let reason):
      return unanswered(.creationUncertain(reason), reason: reason, at: time)
    case .creationUnusable(let reason):
      return unanswered(.creationUnusable(reason), reason: reason, at: time)
    default: return misused()
    }
  }

  /// The creation stays in the book until a list explains it, or none did for long enough.
  private mutating func unanswered(
    _ reason: ChannelEnd, reason text: String, at time: WallClockAnchor
  ) -> ChannelOrder {
    news.append(.unanswered(at: page.intent?.at ?? time.unixSeconds, reason: text))
    page.noteUnanswered()
    return save(rest: [], next: .end(reason), at: time)
  }

  /// There will be no channel of this intent.
  private mutating func withdrawIntent(_ next: Next, at time: WallClockAnchor) -> ChannelOrder {
    takeIntentBack()
    return save(rest: [], next: next, at: time)
  }

  /// What was not created does not count.
  private mutating func takeIntentBack() {
    let at = page.intent?.at
    if let index = page.creations.lastIndex(where: { $0 == at }) {
      page.creations.remove(at: index)
    }
    page.intent = nil
  }

  mutating func channelSaved(
    _ fact: ChannelFact, _ channel: ImageFluxChannel, at time: WallClockAnchor
  ) -> ChannelOrder {
    switch fact {
    case .written:
      isSaved = true
      current = channel
      listed.insert(channel.id)
      if isStopping { return close(at: time) }
      news.append(.ready(channel))
      nextCheck = time.mediaTime.advanced(by: settings.checkInterval)
      nextPlaylists = time.mediaTime.advanced(by: Self.playlistInterval)
      return serve(at: time)
    case .writeFailed(let reason):
      state = .retracting(channel, reason: reason)
      return .delete(channel.id)
    default: return misused()
    }
  }

  mutating func retractionAnswered(
    _ fact: ChannelFact, _ channel: ImageFluxChannel, reason: String, at time: WallClockAnchor
  ) -> ChannelOrder {
    switch fact {
    case .deleted:
      page.channels.removeAll { $0.channelID == channel.id }
      news.append(.deleted(channel.id))
    case .deletionRefused(let why, _), .deletionFailed(let why):
      news.append(.deletionFailed(channel.id, reason: why))
    default: return misused()
    }
    return end(.cannotRecord(reason))
  }
}
