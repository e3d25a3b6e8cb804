import SoraControl
import Testing

@Suite struct ChannelCensusTests {
  private static let account = ScriptedAccount.account
  private static let renewed = ChannelAccount(apiURL: account.apiURL, tokenDigest: "old")
  private static let elsewhere = ChannelAccount(
    apiURL: "https://other.example/", tokenDigest: account.tokenDigest)

  private var book: ChannelBook {
    var page = ChannelPlanTests.page(channels: ["ours", "gone"])
    page.intent = ChannelBook.Intent(at: 1, known: ["ours", "stranger"])
    page.unclaimed = ["suspect", "deleted-suspect"]
    return ChannelBook(pages: [
      page, ChannelPlanTests.page(of: Self.renewed, channels: ["renewed", "unknown"]),
      ChannelPlanTests.page(of: Self.elsewhere, channels: ["elsewhere"]),
    ])
  }

  private func census(isBridgeRunning: Bool) -> ChannelCensus {
    ChannelCensus(
      book: book, account: Self.account,
      listed: ["ours", "renewed", "suspect", "newcomer", "stranger"],
      isBridgeRunning: isBridgeRunning)
  }

  @Test func everyChannelHasItsOrigin() {
    let origins = census(isBridgeRunning: false).items.map { ($0.channelID, $0.origin) }
    let expected: [String: ChannelCensus.Origin] = [
      "ours": .leftOver, "gone": .leftOver, "renewed": .leftOver, "unknown": .otherAccount,
      "elsewhere": .otherAccount, "suspect": .unfinishedCreation,
      "newcomer": .unfinishedCreation, "stranger": .notOurs,
    ]
    #expect(Dictionary(origins) { first, _ in first } == expected)
    #expect(origins.count == expected.count)
  }

  @Test func aRunningBridgesChannelsAreInUse() {
    let census = census(isBridgeRunning: true)
    #expect(census.leftOver == [])
    #expect(census["ours"]?.origin == .inUse)
    #expect(census["renewed"]?.origin == .inUse)
    #expect(census["suspect"]?.origin == .unfinishedCreation)
  }

  @Test func whetherItExistsIsSaidOnlyIfItIsKnown() {
    let census = census(isBridgeRunning: false)
    #expect(census["ours"]?.exists == true)
    #expect(census["gone"]?.exists == false)
    #expect(census["elsewhere"]?.exists == nil)
    #expect(census["elsewhere"]?.apiURL == "https://other.example/")
    #expect(census["stranger"]?.exists == true)
  }

  @Test func aDeletedChannelIsTakenOutOfItsAPIsAccountsOnly() {
    var book = book
    for id in ["ours", "renewed", "suspect", "elsewhere"] {
      book.remove(id, fromAccountsOf: Self.account.apiURL)
    }
    #expect(book[Self.account].channelIDs == ["gone"])
    #expect(book[Self.account].unclaimed == ["deleted-suspect"])
    #expect(book[Self.renewed].channelIDs == ["unknown"])
    #expect(book[Self.elsewhere].channelIDs == ["elsewhere"])
  }
}
