import JSON

/// Why a text is no book of channels, or a part of it none.
public enum ChannelBookError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is at `path`, for example `accounts[0].channels`, is not what should be there, for
  /// example `a list`.
  case unexpected(path: String, expected: String)
  /// A later version of the program wrote it, and knows what it says.
  case ofLaterVersion(Int)

  public var description: String {
    switch self {
    case .unexpected(let path, let expected): "\(path) is not \(expected)"
    case .ofLaterVersion(let version):
      "it is of version \(version), of a later liveview-bridge; this one knows version "
        + "\(ChannelBook.version)"
    }
  }
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
  ///
  /// One entry that is wrong must not make the others forgotten: it is left out.
  ///
  /// - Parameter problems: What was left out is appended.
  /// - Throws: If there is no book at all.
  public init(
    json: JSONValue, problems: inout [ChannelBookError]
  ) throws(ChannelBookError) {
    guard let version = json["version"]?.integer, version >= 1 else {
      throw .unexpected(path: "version", expected: "\(Self.version)")
    }
    guard version == Self.version else { throw .ofLaterVersion(version) }
    guard let accounts = json["accounts"]?.array else {
      throw .unexpected(path: "accounts", expected: "a list")
    }
    var reader = ChannelBookReader()
    for (index, value) in accounts.enumerated() { reader.account(value, "accounts[\(index)]") }
    pages = reader.pages
    problems += reader.problems
  }
}

/// Takes a book apart, and leaves out what is none.
private struct ChannelBookReader {
  var pages: [ChannelBook.Page] = []
  var problems: [ChannelBookError] = []

  mutating func account(_ json: JSONValue, _ path: String) {
    guard let apiURL = text(json["apiURL"], path + ".apiURL"),
      let digest = text(json["tokenDigest"], path + ".tokenDigest")
    else { return }
    let account = ChannelAccount(apiURL: apiURL, tokenDigest: digest)
    // Two pages of one account cannot be told apart later: they become one.
    let index = pages.firstIndex { $0.account == account } ?? pages.count
    if index == pages.count { pages.append(ChannelBook.Page(account: account)) }
    pages[index].channels += list(json["channels"], path + ".channels") { reader, value, path in
      reader.channel(value["channelID"], path + ".channelID").map {
        // Without its time a channel costs no less.
        ChannelBook.Entry(
          channelID: $0, createdAt: reader.time(value["createdAt"], path + ".createdAt") ?? 0)
      }
    }
    pages[index].unclaimed += channels(json["unclaimed"], path + ".unclaimed")
    pages[index].creations += times(json["creations"], path + ".creations")
    if let value = json["intent"] { pages[index].intent = intent(value, path + ".intent") }
    if let values = json["unsettled"] {
      pages[index].unsettled += list(values, path + ".unsettled") { reader, value, path in
        reader.intent(value, path)
      }
    }
    if let values = json["unanswered"] {
      pages[index].unanswered += times(values, path + ".unanswered")
    }
  }

  /// One without its time was a creation in doubt all the same, a very old one.
  private mutating func intent(_ json: JSONValue, _ path: String) -> ChannelBook.Intent {
    ChannelBook.Intent(
      at: time(json["at"], path + ".at") ?? 0,
      known: json["known"].flatMap { known in
        guard known.array != nil else { return nil }
        return channels(known, path + ".known")
      })
  }

  private mutating func list<Element>(
    _ json: JSONValue?, _ path: String,
    _ read: (inout ChannelBookReader, JSONValue, String) -> Element?
  ) -> [Element] {
    guard let values = json?.array else { return wrong(path, "a list") ?? [] }
    var elements: [Element] = []
    for (index, value) in values.enumerated() {
      if let element = read(&self, value, "\(path)[\(index)]") { elements.append(element) }
    }
    return elements
  }

  private mutating func channels(_ json: JSONValue?, _ path: String) -> [String] {
    list(json, path) { reader, value, path in reader.channel(value, path) }
  }

  private mutating func times(_ json: JSONValue?, _ path: String) -> [Int64] {
    list(json, path) { reader, value, path in reader.time(value, path) }
  }

  private mutating func channel(_ json: JSONValue?, _ path: String) -> String? {
    guard let id = json?.string, ImageFluxChannel.isUsableID(id) else {
      return wrong(path, "a channel")
    }
    return id
  }

  private mutating func text(_ json: JSONValue?, _ path: String) -> String? {
    guard let text = json?.string, !text.isEmpty else { return wrong(path, "a text") }
    return text
  }

  private mutating func time(_ json: JSONValue?, _ path: String) -> Int64? {
    json?.integer.map { Int64($0) } ?? wrong(path, "a number of seconds")
  }

  private mutating func wrong<Value>(_ path: String, _ expected: String) -> Value? {
    problems.append(.unexpected(path: path, expected: expected))
    return nil
  }
}
