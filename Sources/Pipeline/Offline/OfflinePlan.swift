import Media

/// Decides whether viewers are shown the camera or the offline picture.
///
/// ```
///        demand                 no fresh picture in time
/// idle ─────────▶ watching ─────────────────────────────▶ offline
///   ▲                │   ◀───────────────────────────────   │
///   └── no demand ───┴──────────── fresh picture ───────────┘
/// ```
///
/// Viewers must never take an old picture for a live one: one that came before they did is shown
/// only if it is at most `freshAge` old. How long they wait for a better one depends on what the
/// input knows: while the camera is there or wakes, `freshWithin`; while it is away, `after`,
/// counted from its last picture, so that who comes to a camera long gone does not wait at all.
/// Who has seen the camera already is told of a silent one sooner, after `stalledAfter`.
/// Once offline, they stay so until a fresh picture was really shown: a camera that seems to come
/// back does not make the slate disappear.
///
/// The offline picture is shown once a second, and more often for who has just come: see
/// `NewcomerBurst`.
///
/// Facts and time are passed in; the owner asks for `nextDeadline` and calls `timePassed(at:)`.
struct OfflinePlan: Sendable {
  /// What the settings say.
  struct Rules: Sendable, Hashable {
    var mode: OfflineSettings.Mode = .slate
    /// Time without a picture that viewers of an absent camera bear.
    var after: Duration = .seconds(2)
    /// Time that viewers wait for a camera which is there or wakes.
    var freshWithin: Duration = .seconds(8)
    /// Time without a picture after which viewers who saw a camera are told that it is silent,
    /// though nobody knows that it is away; at least `after`.
    var stalledAfter: Duration = .seconds(4)
  }

  /// What is to be done when no picture of the camera can be shown.
  enum Action: Sendable, Hashable {
    /// Show the offline picture now.
    case show
    /// Viewers were sent away; said once a period.
    case refuse
  }

  private enum Phase: Sendable, Hashable {
    case idle
    /// Somebody has wanted video since then.
    case watching(since: MediaTime)
    /// The offline picture has been shown since `began`; nil: no more of them (`refuse`).
    case offline(watchingSince: MediaTime, began: MediaTime, nextPicture: MediaTime?)
  }

  /// A picture this old is still shown as the camera's.
  static let freshAge: Duration = .seconds(2)
  /// From one offline picture to the next, but for newcomers. Players give up after some seconds
  /// without any; more of the same would only cost processor time.
  static let pictureInterval: Duration = .seconds(1)
  /// Who comes so soon after others were refused is refused, too.
  static let refusalMemory: Duration = .seconds(5)
  /// A camera that wakes for so long is said to; a shorter attempt would only make the words of the
  /// slate flicker.
  static let wakingShownAfter: Duration = .seconds(3)

  let rules: Rules
  private(set) var presence = CameraPresence(.away(.searching))
  /// When `presence.state` became what it is.
  private(set) var presenceSince: MediaTime
  /// Since when the camera has been neither well nor asleep; nil while it is.
  private(set) var troubledSince: MediaTime?
  /// Why the camera was away last, during this trouble.
  private var lastAwayReason: AwayReason?
  private var lastPicture: MediaTime?
  /// True while pictures come that cannot be decoded: they are none.
  private var isBadRun = false
  /// True if those who watch have seen the camera.
  private var hasShown = false
  private var burst = NewcomerBurst()
  /// When the offline picture was shown last.
  private var lastOfflinePicture: MediaTime?
  /// When viewers were refused last; nil if the camera has given a picture since.
  private var refusedSince: MediaTime?
  private var phase = Phase.idle
  /// Times that viewers lost sight of the camera.
  private(set) var periods: UInt64 = 0
  /// Offline pictures shown.
  private(set) var pictures: UInt64 = 0

  /// - Parameter now: When the line was made; until the input reports, the camera is away.
  init(rules: Rules = Rules(), at now: MediaTime) {
    self.rules = rules
    presenceSince = now
    troubledSince = now
  }

  // MARK: Facts

  mutating func presenceReported(_ presence: CameraPresence, at now: MediaTime) {
    if presence.state != self.presence.state { presenceSince = now }
    self.presence = presence
    switch presence.state {
    case .present, .asleep:
      troubledSince = nil
      lastAwayReason = nil
    case .waking: troubledSince = troubledSince ?? now
    case .away(let reason):
      troubledSince = troubledSince ?? now
      lastAwayReason = reason
    }
  }

  mutating func demandBegan(at now: MediaTime) {
    guard case .idle = phase else { return }
    phase = .watching(since: now)
    hasShown = false
  }

  /// A viewer came who needs many pictures; the first one may do so before its demand is known.
  mutating func viewerJoined(at now: MediaTime) {
    burst.viewerJoined()
    guard case .offline(let since, let began, let next?) = phase else { return }
    let soonest = latest(lastOfflinePicture?.advanced(by: NewcomerBurst.spacing), now)
    phase = .offline(watchingSince: since, began: began, nextPicture: min(next, soonest))
  }

  mutating func demandEnded() {
    phase = .idle
    isBadRun = false
    hasShown = false
    burst.end()
  }

  mutating func pictureArrived(at time: MediaTime) {
    guard !isBadRun else { return }
    lastPicture = max(lastPicture ?? time, time)
    if case .idle = phase { refusedSince = nil }
  }

  /// Viewers see the camera.
  mutating func pictureShown(arrived time: MediaTime) {
    isBadRun = false
    hasShown = true
    burst.pictureShown(isRequestedIDR: false)
    refusedSince = nil
    lastPicture = max(lastPicture ?? time, time)
    if case .offline(let since, _, _) = phase { phase = .watching(since: since) }
  }

  /// What came was no picture.
  mutating func pictureRejected() { isBadRun = true }

  /// Harmless if no deadline is due.
  mutating func timePassed(at now: MediaTime) {
    guard case .watching(let since) = phase, viewersGiveUp(watchingSince: since) <= now else {
      return
    }
    periods &+= 1
    phase = .offline(watchingSince: since, began: now, nextPicture: now)
  }

  /// What to do now in place of a picture of the camera; nil: nothing.
  ///
  /// - Parameter isRequested: True if somebody needs an IDR and cannot wait for the next turn. In
  ///   a burst the next turn is soon enough.
  mutating func takeAction(at now: MediaTime, isRequested: Bool) -> Action? {
    guard case .offline(let since, let began, let next?) = phase else { return nil }
    if rules.mode == .refuse {
      phase = .offline(watchingSince: since, began: began, nextPicture: nil)
      refusedSince = now
      return .refuse
    }
    guard next <= now || (isRequested && !burst.isOn) else { return nil }
    burst.pictureShown(isRequestedIDR: isRequested)
    let interval = burst.isOn ? NewcomerBurst.spacing : Self.pictureInterval
    phase = .offline(
      watchingSince: since, began: began, nextPicture: now.advanced(by: interval))
    lastOfflinePicture = now
    pictures &+= 1
    return .show
  }

  // MARK: Questions

  /// When `timePassed(at:)` or `takeAction(at:isRequested:)` has something to do next.
  var nextDeadline: MediaTime? {
    switch phase {
    case .idle: nil
    case .watching(let since): viewersGiveUp(watchingSince: since)
    case .offline(_, _, let next): next
    }
  }

  /// When those who have watched since `since` get the offline picture.
  private func viewersGiveUp(watchingSince since: MediaTime) -> MediaTime {
    let patience = givesUp(waitingSince: since)
    guard hasShown, let lastPicture else { return patience }
    return min(patience, lastPicture.advanced(by: max(rules.after, rules.stalledAfter)))
  }

  /// When somebody who has waited for a picture since `since` gets the offline picture instead.
  func givesUp(waitingSince since: MediaTime) -> MediaTime {
    switch presence.state {
    // A camera that wakes is busy for a while; it is given the time of one that says nothing.
    case .away(.busy)
    where (troubledSince ?? since) >= since && (lastPicture.map { $0 < since } ?? true):
      return since.advanced(by: rules.freshWithin)
    case .away:
      let missing = latest(lastPicture, min(troubledSince ?? since, since))
      return missing.advanced(by: rules.after)
    case .present, .waking, .asleep:
      return latest(lastPicture, since).advanced(by: rules.freshWithin)
    }
  }

  /// Whether a picture nobody has seen yet can be shown as the camera's: one that came before the
  /// viewers did as long as it passes for live, a later one as long as they bear to wait.
  func isFresh(arrived time: MediaTime, at now: MediaTime) -> Bool {
    switch phase {
    case .idle: false
    case .watching(let since), .offline(let since, _, _):
      time.duration(to: now) <= (time < since ? Self.freshAge : max(Self.freshAge, rules.after))
    }
  }

  /// Whether a picture viewers have seen can be shown again as the camera's.
  func isRepeatable(arrived time: MediaTime, at now: MediaTime) -> Bool {
    if case .watching = phase { Self.isRecent(time, at: now) } else { false }
  }

  /// Whether a picture of that moment passes for what the camera sees now.
  static func isRecent(_ time: MediaTime, at now: MediaTime) -> Bool {
    time.duration(to: now) <= freshAge
  }

  /// Since when viewers have been shown the offline picture, or refused; nil if they are not.
  var offlineSince: MediaTime? {
    if case .offline(_, let began, _) = phase { began } else { nil }
  }

  /// Whether somebody who comes now is to be refused.
  func refuses(at now: MediaTime) -> Bool {
    guard rules.mode == .refuse else { return false }
    switch phase {
    case .offline: return true
    case .watching: return false
    case .idle:
      if let refusedSince, refusedSince.duration(to: now) < Self.refusalMemory { return true }
      guard case .away = presence.state else { return false }
      return givesUp(waitingSince: now) <= now
    }
  }

  /// What the slate says.
  func card(at now: MediaTime) -> OfflineCard {
    var presence = presence
    if case .waking = presence.state, let lastAwayReason, offlineSince != nil,
      presenceSince.duration(to: now) < Self.wakingShownAfter
    {
      presence.state = .away(lastAwayReason)
    }
    return OfflineCard(presence: presence, since: missingSince)
  }

  /// Since when there has been no picture: the last one if that was shortly before the trouble
  /// began, or after; who asks for a camera that slept misses it since then.
  private var missingSince: MediaTime {
    guard let troubledSince else {
      switch phase {
      case .idle: return latest(lastPicture, presenceSince)
      case .watching(let since), .offline(let since, _, _): return latest(lastPicture, since)
      }
    }
    guard let lastPicture, lastPicture.duration(to: troubledSince) <= rules.freshWithin else {
      return troubledSince
    }
    return lastPicture
  }

  private func latest(_ first: MediaTime?, _ second: MediaTime) -> MediaTime {
    max(first ?? second, second)
  }
}

/// What a slate says: what is known of the camera, and since when there has been no picture.
struct OfflineCard: Sendable, Hashable {
  var presence: CameraPresence
  var since: MediaTime
}
