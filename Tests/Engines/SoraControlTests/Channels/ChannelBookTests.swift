import JSON
import NIOCore
import SoraControl
import TestSupport
import Testing

@Suite struct ChannelBookTests {
  private static var full: ChannelBook {
    var page = ChannelPlanTests.page(channels: ["a", "b"])
    page.intent = ChannelBook.Intent(at: 17, known: ["a", "c"])
    page.unclaimed = ["d"]
    page.creations = [1, 17]
    page.unsettled = [
      ChannelBook.Intent(at: 3, known: ["a"]), ChannelBook.Intent(at: 4, known: nil),
    ]
    page.unanswered = [3, 4]
    let other = ChannelAccount(apiURL: "https://other.example/", tokenDigest: "d2")
    return ChannelBook(pages: [page, ChannelPlanTests.page(of: other, channels: ["z"])])
  }

  private func text(_ book: ChannelBook) -> ByteBuffer {
    var bytes = ByteBuffer()
    book.json.encode(into: &bytes)
    return bytes
  }

  /// A book and what is wrong with it.
  private func read(_ text: String) throws -> (book: ChannelBook, problems: [String]) {
    var problems: [ChannelBookError] = []
    let json = try #require(JSONValue(parsing: ByteBuffer(string: text)))
    let book = try ChannelBook(json: json, problems: &problems)
    return (book, problems.map(\.description))
  }

  @Test func aBookComesBackFromItsText() throws {
    for book in [ChannelBook(), Self.full] {
      let again = try read(String(buffer: text(book)))
      #expect(again.book == book)
      #expect(again.problems == [])
    }
  }

  @Test func aFileFromBeforeUnansweredCreationsIsUnderstood() throws {
    let text = """
      {"version":1,"accounts":[{"apiURL":"a","tokenDigest":"b","channels":[],"unclaimed":[],
      "creations":[2],"intent":{"at":2,"known":["c"]}}]}
      """
    let (book, problems) = try read(text)
    #expect(problems == [])
    #expect(book.pages.first?.intent == ChannelBook.Intent(at: 2, known: ["c"]))
    #expect(book.pages.first?.unanswered == [])
  }

  @Test func pagesThatSayNothingAreNotKept() {
    var book = ChannelBook()
    book[ScriptedAccount.account].unclaimed = ["a"]
    #expect(book.pages.count == 1)
    book[ScriptedAccount.account].unclaimed = []
    #expect(book.pages == [])
    #expect(book[ScriptedAccount.account].channels == [])
  }

  @Test(arguments: [
    ("[]", "version is not 1"), (#"{"version":0,"accounts":[]}"#, "version is not 1"),
    (#"{"version":"1","accounts":[]}"#, "version is not 1"),
    (#"{"version":1}"#, "accounts is not a list"),
    (
      #"{"version":2,"accounts":{}}"#,
      "it is of version 2, of a later liveview-bridge; this one knows version 1"
    ),
  ])
  func whatIsNoBookIsNamed(text: String, message: String) throws {
    let error = #expect(throws: ChannelBookError.self) { try read(text) }
    #expect(error?.description == message)
  }

  /// An empty id in the book once made the next start forget all the others.
  @Test(arguments: [
    (#""channels":[{"channelID":"","createdAt":1}]"#, "channels[0].channelID is not a channel"),
    (#""channels":["x"]"#, "channels[0].channelID is not a channel"),
    (
      #""channels":[{"channelID":"a\u0007","createdAt":1}]"#,
      "channels[0].channelID is not a channel"
    ),
    (#""channels":{}"#, "channels is not a list"),
    (#""unclaimed":["",1]"#, "unclaimed[0] is not a channel|unclaimed[1] is not a channel"),
    (#""creations":["x"]"#, "creations[0] is not a number of seconds"),
    (#""unanswered":[1.5]"#, "unanswered[0] is not a number of seconds"),
    (#""unsettled":7"#, "unsettled is not a list"),
  ])
  func oneWrongEntryDoesNotTakeTheOthersAlong(member: String, messages: String) throws {
    var members = [
      "apiURL": #""a""#, "tokenDigest": #""b""#, "channels": "[]", "unclaimed": "[]",
      "creations": "[]",
    ].map { #""\#($0)":\#($1)"# }
    members.removeAll { $0.hasPrefix(member.prefix { $0 != ":" }) }
    let wrong = "{" + (members + [member]).joined(separator: ",") + "}"
    let good =
      #"{"apiURL":"c","tokenDigest":"d","channels":[{"channelID":"paid","createdAt":5}],"#
      + #""unclaimed":["too"],"creations":[5]}"#
    let (book, problems) = try read(#"{"version":1,"accounts":[\#(wrong),{},\#(good)]}"#)
    #expect(
      problems
        == messages.split(separator: "|").map { "accounts[0]." + $0 } + [
          "accounts[1].apiURL is not a text"
        ])
    let page = try #require(book.pages.last)
    #expect(page.channels == [ChannelBook.Entry(channelID: "paid", createdAt: 5)])
    #expect(page.unclaimed == ["too"])
    #expect(book.pages.first?.channels == [])
  }

  @Test func entriesBesideAWrongOneAndChannelsWithoutATimeAreKept() throws {
    let long = String(repeating: "x", count: 256)
    let (book, problems) = try read(
      """
      {"version":1,"accounts":[
      {"apiURL":"a","tokenDigest":"b","channels":[{"channelID":"one","createdAt":3},
      {"channelID":"\(long)","createdAt":1},{"channelID":"two"}],"unclaimed":[],"creations":[],
      "intent":{"known":["",  "k"]}},
      {"apiURL":"a","tokenDigest":"b","channels":[{"channelID":"three","createdAt":4}],
      "unclaimed":[],"creations":[]}]}
      """)
    #expect(book.pages.count == 1)
    #expect(book.pages.first?.channelIDs == ["one", "two", "three"])
    #expect(book.pages.first?.intent == ChannelBook.Intent(at: 0, known: ["k"]))
    #expect(problems.count == 4, "\(problems)")
  }

  @Test func anyTextIsABookOrAnError() {
    let original = Array(text(Self.full).readableBytesView)
    var random = SeededGenerator(seed: 7)
    var problems: [ChannelBookError] = []
    var books = 0
    for _ in 0..<3000 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        bytes[index] =
          [UInt8(ascii: "9"), 0x22, 0x5B, UInt8(ascii: "x"), 0x2D][
            Int.random(in: 0..<5, using: &random)]
      }
      guard
        let json = JSONValue(parsing: ByteBuffer(bytes: bytes)),
        let book = try? ChannelBook(json: json, problems: &problems)
      else { continue }
      books += 1
      // Whatever it says, a session can begin with it.
      var account = ScriptedAccount()
      account.disk = book.json
      account.crash()
      account.begin()
      account.run()
      #expect(!account.orders.isEmpty)
    }
    #expect(books > 100)
    #expect(problems.count > 100)
  }
}
