/// The channels the bridge has to delete one day, account by account: what the state file holds.
///
/// Times are seconds since 1970.
public struct ChannelBook: Sendable, Hashable {
  /// A channel that was created and not deleted yet.
  public struct Entry: Sendable, Hashable {
    public var channelID: String
    public var createdAt: Int64

    public init(channelID: String, createdAt: Int64) {
      self.channelID = channelID
      self.createdAt = createdAt
    }
  }

  /// A creation that was about to be asked for. While it is in the book, a channel may exist that
  /// the bridge was never told of.
  public struct Intent: Sendable, Hashable {
    public var at: Int64
    /// All channels of the account before it; nil if the API did not tell.
    public var known: [String]?

    public init(at: Int64, known: [String]?) {
      self.at = at
      self.known = known
    }
  }

  /// What concerns one account.
  public struct Page: Sendable, Hashable {
    public var account: ChannelAccount
    public var channels: [Entry] = []
    public var intent: Intent?
    /// Creations without a usable answer that no list of the channels has explained since, and that
    /// are not so old that none will; see ``ChannelPlan``.
    public var unsettled: [Intent] = []
    /// When there was no usable answer, since the last creation that had one.
    public var unanswered: [Int64] = []
    /// Channels that appeared around a creation without an answer. They may be somebody else's, so
    /// the bridge leaves them alone.
    public var unclaimed: [String] = []
    /// When channels were created in the last hour, or may have been.
    public var creations: [Int64] = []

    public init(account: ChannelAccount) {
      self.account = account
    }

    public var channelIDs: [String] { channels.map(\.channelID) }

    var isEmpty: Bool {
      channels.isEmpty && intent == nil && unclaimed.isEmpty && creations.isEmpty
        && unsettled.isEmpty && unanswered.isEmpty
    }

    /// Most creations without an answer that are remembered.
    static let unansweredLimit = 100

    /// The creation that was asked for had no usable answer.
    mutating func noteUnanswered() {
      guard let intent else { return }
      unsettled = (unsettled + [intent]).suffix(Self.unansweredLimit)
      unanswered = (unanswered + [intent.at]).suffix(Self.unansweredLimit)
      self.intent = nil
    }
  }

  public var pages: [Page]

  public init(pages: [Page] = []) {
    self.pages = pages
  }

  /// The page of an account; empty if there is none.
  public subscript(account: ChannelAccount) -> Page {
    get { pages.first { $0.account == account } ?? Page(account: account) }
    set {
      let index = pages.firstIndex { $0.account == account }
      switch (index, newValue.isEmpty) {
      case (let index?, false): pages[index] = newValue
      case (let index?, true): pages.remove(at: index)
      case (nil, false): pages.append(newValue)
      case (nil, true): break
      }
    }
  }
}
