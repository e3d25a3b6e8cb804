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

  @Test func aBookComesBackFromItsText() throws {
    for book in [ChannelBook(), Self.full] {
      let json = try #require(JSONValue(parsing: text(book)))
      #expect(try ChannelBook(json: json) == book)
    }
  }

  @Test func aFileFromBeforeUnansweredCreationsIsUnderstood() throws {
    let text = """
      {"version":1,"accounts":[{"apiURL":"a","tokenDigest":"b","channels":[],"unclaimed":[],
      "creations":[2],"intent":{"at":2,"known":["c"]}}]}
      """
    let book = try ChannelBook(json: #require(JSONValue(parsing: ByteBuffer(string: text))))
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
    (#"[]"#, "version is not 1"), (#"{"version":2,"accounts":[]}"#, "version is not 1"),
    (#"{"version":1}"#, "accounts is not a list"),
    (#"{"version":1,"accounts":[{}]}"#, "accounts[0].apiURL is not a text"),
    (
      #"{"version":1,"accounts":[{"apiURL":"a","tokenDigest":"b","channels":[{"channelID":""}]}]}"#,
      "accounts[0].channels[0].channelID is not a text"
    ),
    (
      #"{"version":1,"accounts":[{"apiURL":"a","tokenDigest":"b","channels":[],"unclaimed":[1]}]}"#,
      "accounts[0].unclaimed is not a text"
    ),
  ])
  func whatIsWrongIsNamed(text: String, message: String) throws {
    let json = try #require(JSONValue(parsing: ByteBuffer(string: text)))
    let error = #expect(throws: ChannelBookError.self) { try ChannelBook(json: json) }
    #expect(error?.description == message)
  }

  @Test func anyTextIsABookOrAnError() {
    let original = Array(text(Self.full).readableBytesView)
    var random = SeededGenerator(seed: 7)
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
        let book = try? ChannelBook(json: json)
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
  }
}
