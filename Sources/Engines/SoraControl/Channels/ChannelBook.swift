import JSON

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
    /// Creations without a usable answer that no list of the channels has explained since.
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

/// Why a text is no book of channels.
public struct ChannelBookError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where it is wrong, for example `accounts[0].channels`.
  public var path: String
  /// What should be there, for example `a list`.
  public var expected: String

  public var description: String { "\(path) is not \(expected)" }
}

extension ChannelBook {
  /// Form of the file. A program that finds a higher one leaves the file alone.
  static let version = 1

  public var json: JSONValue {
    .object([
      "version": .integer(Self.version), "accounts": .array(pages.map(Self.json(of:))),
    ])
  }

  private static func json(of page: Page) -> JSONValue {
    var members: [String: JSONValue] = [
      "apiURL": .string(page.account.apiURL),
      "tokenDigest": .string(page.account.tokenDigest),
      "channels": .array(
        page.channels.map { entry in
          .object([
            "channelID": .string(entry.channelID), "createdAt": .integer(Int(entry.createdAt)),
          ])
        }),
      "unclaimed": .array(page.unclaimed.map { .string($0) }),
      "creations": .array(page.creations.map { .integer(Int($0)) }),
    ]
    if let intent = page.intent { members["intent"] = json(of: intent) }
    if !page.unsettled.isEmpty { members["unsettled"] = .array(page.unsettled.map(json(of:))) }
    if !page.unanswered.isEmpty {
      members["unanswered"] = .array(page.unanswered.map { .integer(Int($0)) })
    }
    return .object(members)
  }

  private static func json(of intent: Intent) -> JSONValue {
    var members: [String: JSONValue] = ["at": .integer(Int(intent.at))]
    if let known = intent.known { members["known"] = .array(known.map { .string($0) }) }
    return .object(members)
  }

  /// Takes a book from a file; members it does not know are let go.
  public init(json: JSONValue) throws(ChannelBookError) {
    guard json["version"]?.integer == Self.version else {
      throw ChannelBookError(path: "version", expected: "\(Self.version)")
    }
    pages = []
    for (index, value) in try Self.list(json["accounts"], "accounts").enumerated() {
      let page = try Self.page(value, "accounts[\(index)]")
      // Two pages of one account cannot be told apart later.
      guard !pages.contains(where: { $0.account == page.account }) else {
        throw ChannelBookError(path: "accounts[\(index)]", expected: "the account's only one")
      }
      pages.append(page)
    }
  }

  private static func page(_ json: JSONValue, _ path: String) throws(ChannelBookError) -> Page {
    let account = ChannelAccount(
      apiURL: try text(json["apiURL"], path + ".apiURL"),
      tokenDigest: try text(json["tokenDigest"], path + ".tokenDigest"))
    var page = Page(account: account)
    for (index, value) in try list(json["channels"], path + ".channels").enumerated() {
      let path = "\(path).channels[\(index)]"
      let entry = Entry(
        channelID: try text(value["channelID"], path + ".channelID"),
        createdAt: try time(value["createdAt"], path + ".createdAt"))
      page.channels.append(entry)
    }
    page.unclaimed = try texts(json["unclaimed"], path + ".unclaimed")
    for value in try list(json["creations"], path + ".creations") {
      page.creations.append(try time(value, path + ".creations"))
    }
    if let value = json["intent"] { page.intent = try intent(value, path + ".intent") }
    if let values = json["unsettled"] {
      for (index, value) in try list(values, path + ".unsettled").enumerated() {
        page.unsettled.append(try intent(value, "\(path).unsettled[\(index)]"))
      }
    }
    if let values = json["unanswered"] {
      for value in try list(values, path + ".unanswered") {
        page.unanswered.append(try time(value, path + ".unanswered"))
      }
    }
    return page
  }

  private static func intent(
    _ json: JSONValue, _ path: String
  ) throws(ChannelBookError) -> Intent {
    let at = try time(json["at"], path + ".at")
    guard let known = json["known"] else { return Intent(at: at, known: nil) }
    return Intent(at: at, known: try texts(known, path + ".known"))
  }

  private static func list(
    _ json: JSONValue?, _ path: String
  ) throws(ChannelBookError) -> [JSONValue] {
    guard let values = json?.array else { throw ChannelBookError(path: path, expected: "a list") }
    return values
  }

  private static func text(_ json: JSONValue?, _ path: String) throws(ChannelBookError) -> String {
    guard let text = json?.string, !text.isEmpty else {
      throw ChannelBookError(path: path, expected: "a text")
    }
    return text
  }

  private static func texts(
    _ json: JSONValue?, _ path: String
  ) throws(ChannelBookError) -> [String] {
    var result: [String] = []
    for value in try list(json, path) { result.append(try text(value, path)) }
    return result
  }

  private static func time(_ json: JSONValue?, _ path: String) throws(ChannelBookError) -> Int64 {
    guard let seconds = json?.integer else {
      throw ChannelBookError(path: path, expected: "a number of seconds")
    }
    return Int64(seconds)
  }
}
