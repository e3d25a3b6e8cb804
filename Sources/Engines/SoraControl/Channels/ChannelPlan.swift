import Media

/// Keeps one channel of ImageFlux alive for a session, and none beyond it.
///
/// ```
/// begin ─▶ surveying ─▶ saving ─▶ deleting what is left over ─▶ saving the intent ─▶ creating
///                                     │        ▲      │                                 │
///                                doubting   saving    └─▶ waitingForAllowance    saving the channel
///                                                                                       │
///          over ◀─ deleting it ◀─ stop ─── serving ◀─────────────────────────────────────┘
///                                          │     ▲
///                             checking, askingPlaylists, deleting what is left over
/// ```
///
/// What a crash must not forget is in the book before it happens: the intent before a creation, the
/// id before it is used or shown, and it stays there until the channel is known to be deleted. A
/// channel whose id never arrived is looked for in every list for ten minutes, and left alone, as
/// another program with the same token may own it; after two of these in a row the next creation waits for an hour and more, across restarts.
///
/// Source: ImageFlux's documents: one channel for each broadcast, deleted afterwards; a channel that
/// is left over can cost money.
public struct ChannelPlan: Sendable {
  public struct Settings: Sendable, Hashable {
    /// Where the channel comes from.
    public enum Source: Sendable, Hashable {
      /// Created for each session, and deleted after it.
      case created
      /// Somebody else's, never created and never deleted.
      case given(ImageFluxChannel)
    }

    public var account: ChannelAccount
    public var source: Source
    /// Time between two looks whether the channel still exists.
    public var checkInterval: Duration
    public var channelsPerHour: Int
    /// Whether playlists have to be asked for.
    public var asksForPlaylists: Bool

    public init(
      account: ChannelAccount, source: Source = .created, checkInterval: Duration = .seconds(60),
      channelsPerHour: Int = 12, asksForPlaylists: Bool = false
    ) {
      self.account = account
      self.source = source
      self.checkInterval = checkInterval
      self.channelsPerHour = channelsPerHour
      self.asksForPlaylists = asksForPlaylists
    }
  }

  /// What comes after deletions and their notes.
  enum Next: Sendable, Hashable {
    case create
    case serve
    case end(ChannelEnd)
  }

  /// A channel that is being deleted, and those to be deleted after it.
  struct Deletion: Sendable {
    var id: String
    var rest: [String]
    var next: Next
  }

  enum State {
    case idle
    case surveying
    /// The book is being written; then the rest is deleted.
    case saving(rest: [String], next: Next)
    case deleting(Deletion)
    /// A deletion was refused: does the channel exist at all?
    case doubting(Deletion, reason: String, isUnknown: Bool)
    case savingIntent
    case creating
    case savingChannel(ImageFluxChannel)
    /// A new channel that could not be noted is deleted at once.
    case retracting(ImageFluxChannel, reason: String)
    case waitingForAllowance
    case serving
    case checking
    case askingPlaylists
    case over
  }

  /// Pause before the first repetition of a deletion that failed; it doubles.
  static let deletionPause: Duration = .seconds(30)
  static let longestDeletionPause: Duration = .seconds(600)
  /// Time between two questions for playlists until there is one.
  static let playlistInterval: Duration = .seconds(5)
  /// A channel that is not listed is looked for once more after this before it counts as gone.
  static let secondLookPause: Duration = .seconds(5)
  /// Channels left over or unclaimed beyond which no more are created.
  static let leftoverLimit = 8
  /// Creations in a row without a usable answer after which the next one waits.
  static let unansweredLimit = 2
  /// Seconds that it waits; each further one without an answer doubles them.
  static let suspension: Int64 = 3600
  static let longestSuspension: Int64 = 86_400

  /// Seconds after which a creation without an answer makes no channel any more: longer than a call
  /// may take here (120 s at most), and than proxies and servers usually hold one that its caller
  /// has given up.
  static let settlingTime: Int64 = 600
  /// Channels of this run that are remembered beyond their deletion: many more than a list can be
  /// late for.
  static let ownIDLimit = 100

  let settings: Settings
  var state = State.idle
  var book: ChannelBook
  /// Whether the file says what `book` says.
  var isSaved = true
  var isStopping = false
  /// All channels of the account as of the last list.
  var listed: Set<String> = []
  /// Whether the API told them.
  var hasList = false
  /// Whether the deletion of what another token of this API left was tried, where no list tells
  /// whose it is: once in a run.
  var hasTriedOtherTokens = false
  /// Until when no channel is created, seconds since 1970, as it was told last.
  var toldAllowance: Int64?
  var nextCheck = MediaTime(nanoseconds: 0)
  var nextPlaylists = MediaTime(nanoseconds: 0)
  var nextDeletion = MediaTime(nanoseconds: 0)
  var deletionPause = Self.deletionPause
  /// Lists in a row without the channel in use.
  var missedChecks = 0
  /// Channels that are or were the bridge's, the newest last.
  var ownIDs: [String]
  var news: [ChannelNews] = []
  /// The channel to use now.
  public internal(set) var current: ImageFluxChannel?

  /// - Parameter book: What the state file holds.
  public init(settings: Settings, book: ChannelBook) {
    self.settings = settings
    self.book = book
    ownIDs = book[settings.account].channelIDs.suffix(Self.ownIDLimit)
  }

  /// What concerns this account.
  var page: ChannelBook.Page {
    get { book[settings.account] }
    set {
      guard newValue != book[settings.account] else { return }
      book[settings.account] = newValue
      isSaved = false
    }
  }

  /// The channels that are still to be deleted, without the one in use.
  public var leftovers: [String] { page.channelIDs.filter { $0 != inUse } }

  /// Channels that may be the bridge's and are left alone.
  public var unclaimed: [String] { page.unclaimed }

  /// When creations had no usable answer, since the last one that had one; seconds since 1970.
  public var unansweredCreations: [Int64] { page.unanswered }

  /// Channels in the book that belong to other accounts.
  public var otherAccountsChannels: [String] {
    book.pages.filter { $0.account != settings.account }.flatMap(\.channelIDs)
  }

  /// Channels created in the last hour.
  public func recentCreations(at time: WallClockAnchor) -> Int {
    page.creations.count { ($0 &- time.unixSeconds).magnitude < 3600 }
  }

  /// What is to be told since this was asked last.
  public mutating func takeNews() -> [ChannelNews] {
    defer { news = [] }
    return news
  }

  /// Begins a session.
  public mutating func begin(at time: WallClockAnchor) -> ChannelOrder {
    switch state {
    case .idle, .over: break
    default: return misused()
    }
    isStopping = false
    missedChecks = 0
    if case .given(let channel) = settings.source {
      current = channel
      news.append(.ready(channel))
    }
    state = .surveying
    return .list
  }

  /// The session is to end. If the present order is to wait, report `woke` now; anything else is
  /// finished first.
  public mutating func stop() {
    isStopping = true
  }

  mutating func misused() -> ChannelOrder {
    assertionFailure("fact does not fit the state")
    return end(.stopped)
  }

  mutating func end(_ reason: ChannelEnd) -> ChannelOrder {
    current = nil
    state = .over
    return .finish(isStopping ? .stopped : reason)
  }

  /// The channel that must not be deleted just now.
  var inUse: String? {
    if let current { return current.id }
    if case .given(let channel) = settings.source { return channel.id }
    return nil
  }
}

extension WallClockAnchor {
  /// Whole seconds since 1970.
  var unixSeconds: Int64 { unixNanoseconds / 1_000_000_000 }
}
