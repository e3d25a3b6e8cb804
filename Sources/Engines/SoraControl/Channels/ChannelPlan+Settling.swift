import Media

/// Creations without an answer, and the channels that may be theirs.
extension ChannelPlan {
  /// The bridge ended between a creation and its answer.
  mutating func noteUnfinishedCreation() {
    guard let intent = page.intent else { return }
    page.noteUnanswered()
    news.append(.unanswered(at: intent.at, reason: "the bridge ended before the answer"))
  }

  /// A channel is the bridge's: no list makes it that of another creation, not even one that still
  /// has it after its deletion.
  mutating func noteOwn(_ id: String) {
    ownIDs = (ownIDs + [id]).suffix(Self.ownIDLimit)
  }

  /// What the last list says about creations without an answer: what is new since may be their
  /// channels, or somebody else's.
  ///
  /// A creation that no list explains is not settled: the server may still be at it. It is looked
  /// for until it is `settlingTime` old.
  mutating func settle(at time: WallClockAnchor) {
    guard !page.unsettled.isEmpty else { return }
    let others = book.pages.filter {
      $0.account.apiURL == settings.account.apiURL && $0.account != settings.account
    }
    let ours = Set(
      page.channelIDs + page.unclaimed + ownIDs + others.flatMap(\.channelIDs)
        + (inUse.map { [$0] } ?? []))
    let candidates = listed.subtracting(ours)
    var appeared: Set<String> = []
    // Each creation made one channel at most.
    var explaining: Set<String> = []
    var open: [ChannelBook.Intent] = []
    for intent in page.unsettled {
      let new = intent.known.map { candidates.subtracting($0) } ?? []
      appeared.formUnion(new)
      if let channel = new.subtracting(explaining).min() {
        explaining.insert(channel)
      } else {
        open.append(intent)
      }
    }
    let now = time.unixSeconds
    // A clock that was set far away must not keep one for ever.
    let old = open.filter { ($0.at &- now).magnitude >= UInt64(Self.settlingTime) }
    page.unsettled = open.filter { !old.contains($0) }
    page.unclaimed += appeared.sorted()
    if !appeared.isEmpty { news.append(.unclaimed(appeared.sorted())) }
    // Of the others it is known that no channel appeared.
    news += old.filter { $0.known == nil }.map { .unexplained(at: $0.at) }
  }
}
