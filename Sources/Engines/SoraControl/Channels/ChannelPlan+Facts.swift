import Media

/// Facts in, orders out.
extension ChannelPlan {
  /// Takes what came of the last order, and says what to do next.
  public mutating func handle(_ fact: ChannelFact, at time: WallClockAnchor) -> ChannelOrder {
    switch state {
    case .idle, .over: misused()
    case .surveying: surveyed(fact, at: time)
    case .saving(let rest, let next): saved(fact, rest: rest, next: next, at: time)
    case .deleting(let deletion): deletionAnswered(fact, deletion, at: time)
    case .doubting(let deletion, let reason):
      doubtAnswered(fact, deletion, reason: reason, at: time)
    case .savingIntent: intentSaved(fact, at: time)
    case .creating: creationAnswered(fact, at: time)
    case .savingChannel(let channel): channelSaved(fact, channel, at: time)
    case .retracting(let channel, let reason):
      retractionAnswered(fact, channel, reason: reason, at: time)
    case .waitingForAllowance: isStopping ? close(at: time) : survey()
    case .serving: woke(at: time)
    case .checking: checked(fact, at: time)
    case .askingPlaylists: playlistsAnswered(fact, at: time)
    }
  }

  // MARK: What there is

  private mutating func survey() -> ChannelOrder {
    state = .surveying
    return .list
  }

  private mutating func surveyed(_ fact: ChannelFact, at time: WallClockAnchor) -> ChannelOrder {
    switch (fact, settings.source) {
    case (.listed(let ids), let source):
      take(ids)
      adoptFromOtherTokens()
      settleIntent()
      nextCheck = time.mediaTime.advanced(by: settings.checkInterval)
      switch source {
      case .created: return save(rest: nil, next: .create, at: time)
      case .given(let channel) where listed.contains(channel.id):
        return save(rest: nil, next: .serve, at: time)
      case .given(let channel):
        return save(rest: nil, next: .end(.givenChannelMissing(channel.id)), at: time)
      }
    case (.listRefused(let reason), .created):
      news.append(.checkFailed(reason))
      nextCheck = time.mediaTime.advanced(by: settings.checkInterval)
      return save(rest: nil, next: .create, at: time)
    case (.listFailed(let reason), .created):
      return end(.cannotList(reason))
    case (.listRefused(let reason), .given), (.listFailed(let reason), .given):
      news.append(.checkFailed(reason))
      nextCheck = time.mediaTime.advanced(by: settings.checkInterval)
      return serve(at: time)
    default: return misused()
    }
  }

  /// What the account's list says about the book.
  ///
  /// Channels of ours that are not listed stay in the book until their deletion says the same: a
  /// list that comes too early must not make us forget one.
  mutating func take(_ ids: [String]) {
    let known = Set(ids)
    listed = known
    page.unclaimed.removeAll { !known.contains($0) }
  }

  /// An id in the book under another token of the same API, which this token lists, is of this
  /// account: the token was renewed.
  private mutating func adoptFromOtherTokens() {
    for other in book.pages
    where other.account.apiURL == settings.account.apiURL && other.account != settings.account {
      let ours = other.channels.filter { listed.contains($0.channelID) }
      guard !ours.isEmpty else { continue }
      book[other.account].channels.removeAll { ours.contains($0) }
      page.channels += ours
      isSaved = false
    }
  }

  /// A creation without an answer: what appeared since may be its channel, or somebody else's.
  private mutating func settleIntent() {
    guard let intent = page.intent else { return }
    let explained = Set(intent.known + page.channelIDs + page.unclaimed)
    let appeared = listed.subtracting(explained).sorted()
    page.unclaimed += appeared
    page.intent = nil
    if !appeared.isEmpty { news.append(.unclaimed(appeared)) }
  }

  // MARK: Saving and deleting

  /// Writes the book if need be, and goes on by deleting `rest`; nil: all that is left over.
  mutating func save(rest: [String]?, next: Next, at time: WallClockAnchor) -> ChannelOrder {
    let rest = rest ?? leftovers
    guard !isSaved else { return delete(rest, next: next, at: time) }
    state = .saving(rest: rest, next: next)
    return .write(book)
  }

  private mutating func saved(
    _ fact: ChannelFact, rest: [String], next: Next, at time: WallClockAnchor
  ) -> ChannelOrder {
    switch fact {
    case .written: isSaved = true
    case .writeFailed(let reason): news.append(.cannotRecord(reason))
    default: return misused()
    }
    return delete(rest, next: next, at: time)
  }

  private mutating func delete(
    _ ids: [String], next: Next, at time: WallClockAnchor
  ) -> ChannelOrder {
    if isStopping, current != nil || !isEnd(next) { return close(at: time) }
    guard let id = ids.first else { return proceed(to: next, at: time) }
    state = .deleting(Deletion(id: id, rest: Array(ids.dropFirst()), next: next))
    return .delete(id)
  }

  private func isEnd(_ next: Next) -> Bool {
    if case .end = next { true } else { false }
  }

  private mutating func deletionAnswered(
    _ fact: ChannelFact, _ deletion: Deletion, at time: WallClockAnchor
  ) -> ChannelOrder {
    switch fact {
    case .deleted: return deleted(deletion, at: time)
    case .deletionRefused(let reason):
      state = .doubting(deletion, reason: reason)
      return .list
    case .deletionFailed(let reason): return notDeleted(deletion, reason: reason, at: time)
    default: return misused()
    }
  }

  private mutating func doubtAnswered(
    _ fact: ChannelFact, _ deletion: Deletion, reason: String, at time: WallClockAnchor
  ) -> ChannelOrder {
    switch fact {
    case .listed(let ids) where !ids.contains(deletion.id): return deleted(deletion, at: time)
    // An API that knows the account, deletes nothing and lists nothing most likely has nothing.
    case .listRefused: return deleted(deletion, at: time)
    case .listed, .listFailed: return notDeleted(deletion, reason: reason, at: time)
    default: return misused()
    }
  }

  private mutating func deleted(_ deletion: Deletion, at time: WallClockAnchor) -> ChannelOrder {
    page.channels.removeAll { $0.channelID == deletion.id }
    news.append(.deleted(deletion.id))
    deletionPause = Self.deletionPause
    return save(rest: deletion.rest, next: deletion.next, at: time)
  }

  private mutating func notDeleted(
    _ deletion: Deletion, reason: String, at time: WallClockAnchor
  ) -> ChannelOrder {
    news.append(.deletionFailed(deletion.id, reason: reason))
    return delete(deletion.rest, next: deletion.next, at: time)
  }

  private mutating func proceed(to next: Next, at time: WallClockAnchor) -> ChannelOrder {
    if !leftovers.isEmpty {
      nextDeletion = time.mediaTime.advanced(by: deletionPause)
      deletionPause = min(deletionPause * 2, Self.longestDeletionPause)
    }
    switch next {
    case .create: return create(at: time)
    case .serve: return serve(at: time)
    case .end(let reason): return end(reason)
    }
  }

  /// Deletes the channel in use if it is ours, then what is left over, and ends.
  mutating func close(at time: WallClockAnchor) -> ChannelOrder {
    let own = current.flatMap { page.channelIDs.contains($0.id) ? $0.id : nil }
    let isGiven = settings.source != .created
    current = nil
    let others = leftovers.filter { $0 != own }
    return save(
      rest: isGiven ? [] : (own.map { [$0] } ?? []) + others, next: .end(.stopped), at: time)
  }

  // MARK: Creating

  private mutating func create(at time: WallClockAnchor) -> ChannelOrder {
    let now = time.unixSeconds
    // A clock that was set far away must not forbid creations for ever.
    page.creations.removeAll { ($0 &- now).magnitude >= 3600 }
    if leftovers.count >= Self.leftoverLimit { return end(.tooManyLeftovers(leftovers.count)) }
    if page.creations.count >= settings.channelsPerHour {
      let pause = Duration.seconds(max(1, (page.creations.min() ?? now) &+ 3600 &- now))
      news.append(.limited(perHour: settings.channelsPerHour, wait: pause))
      state = .waitingForAllowance
      return .wait(until: time.mediaTime.advanced(by: pause))
    }
    page.creations.append(now)
    page.intent = ChannelBook.Intent(at: now, known: listed.sorted())
    state = .savingIntent
    return .write(book)
  }

  private mutating func intentSaved(_ fact: ChannelFact, at time: WallClockAnchor) -> ChannelOrder {
    switch fact {
    case .written:
      isSaved = true
      if isStopping { return withdrawIntent(.end(.stopped), at: time) }
      state = .creating
      return .create
    case .writeFailed(let reason):
      page.intent = nil
      page.creations.removeLast()
      return end(.cannotRecord(reason))
    default: return misused()
    }
  }

  private mutating func creationAnswered(
    _ fact: ChannelFact, at time: WallClockAnchor
  ) -> ChannelOrder {
    switch fact {
    case .created(let channel):
      page.channels.append(
        ChannelBook.Entry(channelID: channel.id, createdAt: time.unixSeconds))
      page.intent = nil
      if channel.soraURL.isEmpty {
        let why = "the answer has no sora_url"
        return save(rest: [channel.id], next: .end(.creationRefused(why)), at: time)
      }
      state = .savingChannel(channel)
      return .write(book)
    case .creationRefused(let reason):
      return withdrawIntent(.end(.creationRefused(reason)), at: time)
    case .creationUncertain(let reason):
      // The intent stays in the book; the next survey settles it.
      return end(.creationUncertain(reason))
    default: return misused()
    }
  }

  /// There will be no channel of this intent.
  private mutating func withdrawIntent(_ next: Next, at time: WallClockAnchor) -> ChannelOrder {
    page.intent = nil
    return save(rest: [], next: next, at: time)
  }

  private mutating func channelSaved(
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

  private mutating func retractionAnswered(
    _ fact: ChannelFact, _ channel: ImageFluxChannel, reason: String, at time: WallClockAnchor
  ) -> ChannelOrder {
    switch fact {
    case .deleted:
      page.channels.removeAll { $0.channelID == channel.id }
      news.append(.deleted(channel.id))
    case .deletionRefused(let why), .deletionFailed(let why):
      news.append(.deletionFailed(channel.id, reason: why))
    default: return misused()
    }
    return end(.cannotRecord(reason))
  }
}
