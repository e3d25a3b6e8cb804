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
    case .doubting(let deletion, let reason, let isUnknown):
      doubtAnswered(fact, deletion, reason: reason, isUnknown: isUnknown, at: time)
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

  mutating func survey() -> ChannelOrder {
    state = .surveying
    return .list
  }

  private mutating func surveyed(_ fact: ChannelFact, at time: WallClockAnchor) -> ChannelOrder {
    switch (fact, settings.source) {
    case (.listed(let ids), let source):
      take(ids)
      adoptFromOtherTokens()
      noteUnfinishedCreation()
      settle(at: time)
      nextCheck = time.mediaTime.advanced(by: settings.checkInterval)
      switch source {
      case .created: return save(rest: nil, next: .create, at: time)
      case .given(let channel) where listed.contains(channel.id):
        return save(rest: nil, next: .serve, at: time)
      case .given(let channel):
        return save(rest: nil, next: .end(.givenChannelMissing(channel.id)), at: time)
      }
    case (.listRefused(let reason), .created):
      (listed, hasList) = ([], false)
      noteUnfinishedCreation()
      news.append(.checkFailed(reason))
      nextCheck = time.mediaTime.advanced(by: settings.checkInterval)
      let others = hasTriedOtherTokens ? [] : ofOtherTokens
      hasTriedOtherTokens = true
      return save(rest: leftovers + others, next: .create, at: time)
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
  /// list that comes too early must not make us forget one. An id that no call can name is left
  /// out: none of ours is such a one, and the book must not hold it.
  mutating func take(_ ids: [String]) {
    let known = Set(ids.filter(ImageFluxChannel.isUsableID))
    (listed, hasList) = (known, true)
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
      for channel in ours { noteOwn(channel.channelID) }
      isSaved = false
    }
  }

  /// What other tokens of this API left.
  private var ofOtherTokens: [String] {
    book.pages.filter {
      $0.account.apiURL == settings.account.apiURL && $0.account != settings.account
    }.flatMap(\.channelIDs)
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
    case .deletionRefused(let reason, let isUnknown):
      // This token may be of another account, to which the id means nothing.
      guard page.channelIDs.contains(deletion.id) else {
        return notDeleted(deletion, reason: reason, at: time)
      }
      state = .doubting(deletion, reason: reason, isUnknown: isUnknown)
      return .list
    case .deletionFailed(let reason): return notDeleted(deletion, reason: reason, at: time)
    default: return misused()
    }
  }

  private mutating func doubtAnswered(
    _ fact: ChannelFact, _ deletion: Deletion, reason: String, isUnknown: Bool,
    at time: WallClockAnchor
  ) -> ChannelOrder {
    switch fact {
    case .listed(let ids) where !ids.contains(deletion.id):
      return givenUp(deletion, reason: reason, at: time)
    case .listRefused where isUnknown: return givenUp(deletion, reason: reason, at: time)
    case .listed, .listRefused, .listFailed:
      return notDeleted(deletion, reason: reason, at: time)
    default: return misused()
    }
  }

  private mutating func deleted(_ deletion: Deletion, at time: WallClockAnchor) -> ChannelOrder {
    news.append(.deleted(deletion.id))
    return forget(deletion, at: time)
  }

  private mutating func givenUp(
    _ deletion: Deletion, reason: String, at time: WallClockAnchor
  ) -> ChannelOrder {
    news.append(.givenUp(deletion.id, reason: reason))
    return forget(deletion, at: time)
  }

  private mutating func forget(_ deletion: Deletion, at time: WallClockAnchor) -> ChannelOrder {
    book.remove(deletion.id, fromAccountsOf: settings.account.apiURL)
    isSaved = false
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
}
