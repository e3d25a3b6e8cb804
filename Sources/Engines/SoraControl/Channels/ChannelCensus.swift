/// All channels of an account and of the book, and whose they are.
public struct ChannelCensus: Sendable, Hashable {
  public enum Origin: String, Sendable, Hashable, CaseIterable {
    /// In the book, and a bridge runs that keeps the book: in use, or about to be deleted by it.
    case inUse
    /// In the book, and no bridge runs: left over from a crash or a deletion that failed.
    case leftOver
    /// It appeared around a creation whose answer never came.
    case unfinishedCreation
    /// Nothing is known about it: another program's, or a person's.
    case notOurs
    /// In the book under another API or access token, which alone can say whether it exists.
    case otherAccount
  }

  public struct Item: Sendable, Hashable {
    public var channelID: String
    public var origin: Origin
    /// Whether ImageFlux lists it; nil if this account cannot know.
    public var exists: Bool?
    /// Seconds since 1970; nil if it is not known.
    public var createdAt: Int64?
    /// The API of another account.
    public var apiURL: String?
  }

  public var items: [Item]
  /// Whether ImageFlux listed the account's channels.
  public var isListed: Bool
  /// When creations had no usable answer, seconds since 1970: each may have made a channel that no
  /// list has explained yet.
  public var unsettledCreations: [Int64]

  /// - Parameters:
  ///   - list: The account's channels, as ImageFlux lists them; nil if it does not.
  ///   - isBridgeRunning: Whether a running bridge keeps the book.
  public init(
    book: ChannelBook, account: ChannelAccount, listed list: [String]?, isBridgeRunning: Bool
  ) {
    let existing = Set(list ?? [])
    let page = book[account]
    isListed = list != nil
    unsettledCreations = page.unsettled.map(\.at) + (page.intent.map { [$0.at] } ?? [])
    items = page.channels.map { entry in
      Item(
        channelID: entry.channelID, origin: isBridgeRunning ? .inUse : .leftOver,
        exists: list.map { $0.contains(entry.channelID) }, createdAt: entry.createdAt)
    }
    for other in book.pages where other.account != account {
      // Under a token of the same API that was renewed: this one lists it, so it is the account's.
      let isSameAPI = other.account.apiURL == account.apiURL
      items += other.channels.map { entry in
        let isListed = isSameAPI && existing.contains(entry.channelID)
        return Item(
          channelID: entry.channelID,
          origin: !isListed ? .otherAccount : isBridgeRunning ? .inUse : .leftOver,
          exists: isListed ? true : nil, createdAt: entry.createdAt,
          apiURL: isListed ? nil : other.account.apiURL)
      }
    }
    let inBook = Set(items.map(\.channelID))
    let intents = page.unsettled + (page.intent.map { [$0] } ?? [])
    let appeared = intents.compactMap(\.known).flatMap { existing.subtracting($0) }
    let suspects = Set(appeared + page.unclaimed)
    items += existing.subtracting(inBook).sorted().map { id in
      Item(
        channelID: id, origin: suspects.contains(id) ? .unfinishedCreation : .notOurs,
        exists: true)
    }
  }

  /// The channels that may be deleted without being named.
  public var leftOver: [String] {
    items.filter { $0.origin == .leftOver }.map(\.channelID)
  }

  public subscript(channelID: String) -> Item? {
    items.first { $0.channelID == channelID }
  }
}

extension ChannelBook {
  /// Takes a channel out of all accounts of an API: it is deleted.
  public mutating func remove(_ channelID: String, fromAccountsOf apiURL: String) {
    for account in pages.map(\.account) where account.apiURL == apiURL {
      self[account].channels.removeAll { $0.channelID == channelID }
      self[account].unclaimed.removeAll { $0 == channelID }
    }
  }
}
