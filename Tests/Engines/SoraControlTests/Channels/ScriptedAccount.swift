import JSON
import Media
import SoraControl

/// An account of ImageFlux, a disk and a bridge that can crash, for a plan to act on.
struct ScriptedAccount {
  /// How the next order goes.
  enum Outcome: CaseIterable {
    case good
    /// Done, but nobody is told: a reply that is lost.
    case doneWithoutReply
    case refused
    /// Done, or refused for good in words that do not fit; for a creation an answer without an id.
    case odd
    /// Not done, and nobody answers.
    case failed
  }

  static let account = ChannelAccount(apiURL: "https://api.example/", tokenDigest: "d1")

  var settings = ChannelPlan.Settings(account: account)
  var plan: ChannelPlan
  /// Channels that exist.
  var channels: Set<String> = []
  /// Whether its API has no list of channels.
  var listsNothing = false
  /// What the disk holds: the book as JSON, as after a crash.
  var disk = ChannelBook().json
  var news: [ChannelNews] = []
  /// Every channel that was created here, and for whom a reply was given.
  var created: [String] = []
  var creationTimes: [Int64] = []
  var deletions: [String] = []
  var orders: [ChannelOrder] = []
  var playlists: [ChannelPlaylist] = []
  var now = WallClockAnchor(
    mediaTime: MediaTime(nanoseconds: 0), unixNanoseconds: 1_700_000_000_000_000_000)
  private var order: ChannelOrder?

  init(settings: ChannelPlan.Settings = ChannelPlan.Settings(account: account)) {
    self.settings = settings
    plan = ChannelPlan(settings: settings, book: ChannelBook())
  }

  var book: ChannelBook {
    var problems: [ChannelBookError] = []
    return (try? ChannelBook(json: disk, problems: &problems)) ?? ChannelBook()
  }

  /// The channels the disk knows for the account.
  var idsOnDisk: [String] { book[settings.account].channelIDs }

  var isOver: Bool { if case .finish = order { true } else { order == nil } }
  var isWaiting: Bool { if case .wait = order { true } else { false } }
  var end: ChannelEnd? { if case .finish(let end) = order { end } else { nil } }

  mutating func begin() { accept(plan.begin(at: now)) }

  mutating func stop() {
    plan.stop()
    if isWaiting { accept(plan.handle(.woke, at: now)) }
  }

  /// A wait is broken off.
  mutating func wake() {
    if isWaiting { accept(plan.handle(.woke, at: now)) }
  }

  /// Everything in memory is lost.
  mutating func crash() {
    order = nil
    plan = ChannelPlan(settings: settings, book: book)
  }

  /// Carries out the present order, but does not tell the plan: the moment before a crash.
  mutating func carryOut() { _ = fact(of: .good) }

  mutating func pass(_ time: Duration) {
    now.mediaTime = now.mediaTime.advanced(by: time)
    now.unixNanoseconds += time.wholeNanoseconds
  }

  /// Carries out one order and tells the plan; a wait passes its time.
  mutating func step(_ outcome: Outcome = .good) {
    if case .wait(let until) = order { pass(max(.zero, now.mediaTime.duration(to: until))) }
    guard let fact = fact(of: outcome) else { return }
    accept(plan.handle(fact, at: now))
  }

  /// Goes on until the plan waits or ends.
  mutating func run(_ outcome: (ChannelOrder) -> Outcome = { _ in .good }) {
    var steps = 0
    while let order, !isWaiting, !isOver, steps < 200 {
      step(outcome(order))
      steps += 1
    }
  }

  private mutating func accept(_ next: ChannelOrder) {
    order = next
    orders.append(next)
    news += plan.takeNews()
  }

  private mutating func fact(of outcome: Outcome) -> ChannelFact? {
    switch order {
    case .write(let book): return write(book, outcome)
    case .list: return list(outcome)
    case .create: return create(outcome)
    case .delete(let id): return delete(id, outcome)
    case .listPlaylists: return outcome == .good ? .playlistsFound(playlists) : .playlistsFailed("")
    case .wait: return .woke
    case .finish, nil: return nil
    }
  }

  private func list(_ outcome: Outcome) -> ChannelFact {
    guard outcome == .good else { return .listFailed("down") }
    return listsNothing ? .listRefused("unknown operation") : .listed(channels.sorted())
  }

  private mutating func write(_ book: ChannelBook, _ outcome: Outcome) -> ChannelFact {
    // The directory's fsync can fail after the renaming.
    if outcome == .good || outcome == .doneWithoutReply { disk = book.json }
    return outcome == .good ? .written : .writeFailed("full")
  }

  private mutating func create(_ outcome: Outcome) -> ChannelFact {
    if outcome == .refused { return .creationRefused("no") }
    if outcome == .failed { return .creationUncertain("no answer") }
    let id = "channel-\(creationTimes.count)"
    channels.insert(id)
    creationTimes.append(now.unixNanoseconds / 1_000_000_000)
    if outcome == .odd { return .creationUnusable("no channel_id") }
    guard outcome == .good else { return .creationUncertain("reply lost") }
    created.append(id)
    return .created(ImageFluxChannel(id: id, soraURL: "wss://sora.example/signaling"))
  }

  private mutating func delete(_ id: String, _ outcome: Outcome) -> ChannelFact {
    switch outcome {
    case .good:
      deletions.append(id)
      return channels.remove(id) == nil
        ? .deletionRefused("unknown channel", isUnknown: true) : .deleted
    case .doneWithoutReply:
      deletions.append(id)
      channels.remove(id)
      return .deletionFailed("reply lost")
    case .refused, .odd: return .deletionRefused("not now", isUnknown: false)
    case .failed: return .deletionFailed("no answer")
    }
  }
}
