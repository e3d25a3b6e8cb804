import Media
import SoraControl
import Testing

@Suite struct ChannelPlanTests {
  private typealias Account = ScriptedAccount

  private func kinds(_ orders: [ChannelOrder]) -> [String] {
    orders.map { order in
      switch order {
      case .write: "write"
      case .list: "list"
      case .create: "create"
      case .delete(let id): "delete \(id)"
      case .listPlaylists: "playlists"
      case .wait: "wait"
      case .finish: "finish"
      }
    }
  }

  @Test func aSessionIsOneChannelFromBeginToEnd() {
    var account = Account()
    account.begin()
    account.run()
    #expect(account.plan.current?.id == "channel-0")
    #expect(account.idsOnDisk == ["channel-0"])
    account.stop()
    account.run()
    #expect(account.end == .stopped)
    #expect(account.channels == [])
    #expect(account.idsOnDisk == [])
    #expect(
      kinds(account.orders) == [
        "list", "write", "create", "write", "wait", "delete channel-0", "write", "finish",
      ])
    #expect(account.news.count == 2)
  }

  @Test func theIntentIsOnTheDiskBeforeTheCreationAndTheIDBeforeItsUse() {
    var account = Account()
    account.channels = ["other"]
    account.begin()
    account.step()
    #expect(account.book[Account.account].intent == nil)
    account.step()
    #expect(account.book[Account.account].intent?.known == ["other"])
    account.step()
    #expect(account.created == ["channel-0"])
    #expect(account.plan.current == nil)
    account.step()
    #expect(account.idsOnDisk == ["channel-0"])
    #expect(account.book[Account.account].intent == nil)
    #expect(account.plan.current?.id == "channel-0")
  }

  @Test func aChannelThatSomebodyDeletedIsReplaced() {
    var account = Account()
    account.begin()
    account.run()
    account.channels = []
    account.step()
    account.run()
    #expect(account.plan.current != nil, "one list without it is not believed")
    account.step()
    account.run()
    #expect(account.end == .gone("channel-0"))
    #expect(account.plan.current == nil)
    account.begin()
    account.run()
    #expect(account.plan.current?.id == "channel-1")
    #expect(account.idsOnDisk == ["channel-1"])
  }

  @Test func anAccountThatListsNothingHasItsChannelAllTheSame() {
    var account = Account()
    account.listsNothing = true
    account.begin()
    account.run()
    #expect(account.plan.current?.id == "channel-0")
    for _ in 0..<5 {
      account.step()
      account.run()
    }
    #expect(account.plan.current?.id == "channel-0")
    account.crash()
    account.begin()
    account.run()
    #expect(account.channels == ["channel-1"])
    // Somebody else deletes it: our deletion is refused, and there is no list to ask.
    account.channels = []
    account.stop()
    account.run()
    #expect(account.end == .stopped)
    #expect(account.idsOnDisk == [])
  }

  @Test func aChannelIsLookedForAtOnceIfAsked() {
    var account = Account()
    account.begin()
    account.run()
    account.channels = []
    let before = account.now.mediaTime
    account.plan.checkNow()
    account.wake()
    account.run()
    #expect(account.plan.current != nil)
    #expect(account.now.mediaTime == before)
    account.step()
    account.run()
    #expect(account.end == .gone("channel-0"))
    #expect(before.duration(to: account.now.mediaTime) == .seconds(5))
  }

  @Test func aListThatFailsSaysNothingAboutTheChannel() {
    var account = Account()
    account.begin()
    account.run()
    for _ in 0..<10 {
      account.step()
      account.run { _ in .failed }
      #expect(account.plan.current?.id == "channel-0")
    }
    #expect(account.news.count { $0 == .checkFailed("down") } == 10)
  }

  @Test func noFaultCreatesChannelsInALoop() {
    var account = Account()
    for _ in 0..<60 {
      account.begin()
      account.run()
      account.channels = []
      if account.plan.current == nil { break }
      account.step()
      account.run()
      account.step()
      account.run()
      #expect(account.isOver)
    }
    #expect(account.creationTimes.count == 12)
    guard case .limited(12, let wait)? = account.news.last else {
      Issue.record("\(account.news)")
      return
    }
    #expect(wait < .seconds(3600))
    #expect(account.isWaiting)
    // A restart does not help.
    account.crash()
    account.begin()
    account.run()
    #expect(account.creationTimes.count == 12)
    // Time does.
    account.step()
    account.run()
    #expect(account.creationTimes.count == 13)
    #expect(account.plan.current != nil)
  }

  @Test func aClockSetFarAwayDoesNotForbidCreations() {
    var account = Account()
    account.settings.channelsPerHour = 1
    account.crash()
    account.begin()
    account.run()
    account.stop()
    account.run()
    account.now.unixNanoseconds = 0
    account.begin()
    account.run()
    #expect(account.plan.current?.id == "channel-1")
  }

  @Test func aDeletionThatFailsIsRepeatedAndStaysOnTheDisk() {
    var account = Account()
    account.begin()
    account.run()
    account.stop()
    account.run { if case .delete = $0 { .failed } else { .good } }
    #expect(account.end == .stopped)
    #expect(account.idsOnDisk == ["channel-0"])
    account.crash()
    account.begin()
    account.run { if case .delete = $0 { .refused } else { .good } }
    #expect(account.plan.current?.id == "channel-1")
    #expect(account.plan.leftovers == ["channel-0"])
    #expect(account.idsOnDisk == ["channel-0", "channel-1"])
    account.step()
    account.run()
    #expect(account.channels == ["channel-1"])
    #expect(account.idsOnDisk == ["channel-1"])
    #expect(account.plan.leftovers == [])
  }

  @Test func deletionsAreRepeatedWithGrowingPauses() {
    var account = Account()
    account.settings.checkInterval = .seconds(100_000)
    account.disk =
      ChannelBook(pages: [
        Self.page(channels: ["old"])
      ]).json
    account.channels = ["old"]
    account.crash()
    account.begin()
    let noDeletion: (ChannelOrder) -> Account.Outcome = {
      if case .delete = $0 { .failed } else { .good }
    }
    account.run(noDeletion)
    var pauses: [Duration] = []
    for _ in 0..<7 {
      let before = account.now.mediaTime
      account.step()
      pauses.append(before.duration(to: account.now.mediaTime))
      account.run(noDeletion)
    }
    #expect(pauses == [30, 60, 120, 240, 480, 600, 600].map { .seconds($0) })
    #expect(account.plan.current != nil)
  }

  @Test func channelsThatCannotBeDeletedEndTheCreations() {
    var account = Account()
    let left = (0..<8).map { "old-\($0)" }
    account.disk = ChannelBook(pages: [Self.page(channels: left)]).json
    account.channels = Set(left)
    account.crash()
    account.begin()
    account.run { if case .delete = $0 { .failed } else { .good } }
    #expect(account.end == .tooManyLeftovers(8))
    #expect(account.creationTimes == [])
    account.begin()
    account.run()
    #expect(account.channels == ["channel-0"])
  }

  @Test func anUnknownChannelIsGivenUp() {
    var account = Account()
    account.disk = ChannelBook(pages: [Self.page(channels: ["never-there"])]).json
    account.crash()
    account.begin()
    account.run()
    #expect(account.deletions == ["never-there"])
    #expect(account.idsOnDisk == ["channel-0"])
    #expect(account.news.contains(.givenUp("never-there", reason: "unknown channel")))
    #expect(!account.news.contains(.deleted("never-there")))
  }

  @Test func aChannelThatCannotBeNotedIsDeletedAtOnceAndNeverShown() {
    var account = Account()
    account.begin()
    var hasCreated = false
    account.run { order in
      if order == .create { hasCreated = true }
      if case .write = order, hasCreated { return .failed }
      return .good
    }
    #expect(account.end == .cannotRecord("full"))
    #expect(account.channels == [])
    #expect(account.plan.current == nil)
    #expect(!account.news.contains { if case .ready = $0 { true } else { false } })
  }

  @Test func nothingIsCreatedWithoutADisk() {
    var account = Account()
    account.begin()
    account.run { if case .write = $0 { .failed } else { .good } }
    #expect(account.end == .cannotRecord("full"))
    #expect(account.creationTimes == [])
  }

  @Test func aRefusedCreationLeavesNothingBehind() {
    var account = Account()
    account.begin()
    account.run { $0 == .create ? .refused : .good }
    #expect(account.end == .creationRefused("no"))
    #expect(account.book[Account.account].intent == nil)
    #expect(account.book[Account.account].creations == [])
  }

  @Test func aCreationWithoutAnAnswerIsToldAndLeftAlone() {
    var account = Account()
    account.channels = ["other"]
    account.begin()
    account.run { $0 == .create ? .doneWithoutReply : .good }
    #expect(account.end == .creationUncertain("reply lost"))
    #expect(account.book[Account.account].unsettled.map(\.known) == [["other"]])
    #expect(account.news.contains(.unanswered(at: 1_700_000_000, reason: "reply lost")))
    // Somebody else creates one, too; nobody can tell them apart.
    account.channels.insert("new-of-others")
    account.begin()
    account.run()
    #expect(account.news.contains(.unclaimed(["channel-0", "new-of-others"])))
    #expect(account.plan.unclaimed == ["channel-0", "new-of-others"])
    #expect(account.book[Account.account].unclaimed == ["channel-0", "new-of-others"])
    #expect(account.plan.current?.id == "channel-1")
    account.channels.remove("channel-0")
    account.step()
    account.run()
    #expect(account.plan.unclaimed == ["new-of-others"])
    account.stop()
    account.run()
    #expect(account.channels == ["other", "new-of-others"])
  }

  @Test func aGivenChannelIsNeverCreatedNorDeleted() {
    let given = ImageFluxChannel(id: "given", soraURL: "wss://x/signaling")
    var settings = ChannelPlan.Settings(account: Account.account)
    settings.source = .given(given)
    var account = Account(settings: settings)
    // It was created by this bridge once, and two more.
    account.disk = ChannelBook(pages: [Self.page(channels: ["old", "given"])]).json
    account.channels = ["given", "old"]
    account.crash()
    account.begin()
    #expect(account.plan.current == given)
    account.run()
    #expect(account.channels == ["given"])
    account.step()
    account.run()
    account.stop()
    account.run()
    #expect(account.end == .stopped)
    #expect(account.channels == ["given"])
    #expect(account.creationTimes == [])
  }

  @Test func aGivenChannelThatIsMissingIsAnError() {
    var settings = ChannelPlan.Settings(account: Account.account)
    settings.source = .given(ImageFluxChannel(id: "given", soraURL: "wss://x/signaling"))
    var account = Account(settings: settings)
    account.begin()
    account.run()
    #expect(account.end == .givenChannelMissing("given"))
    // Without an answer it is used.
    account.begin()
    account.run { _ in .failed }
    #expect(account.plan.current?.id == "given")
    #expect(account.isWaiting)
  }

  @Test func otherAccountsChannelsAreKeptAndLeftAlone() {
    var account = Account()
    let others = [
      ChannelAccount(apiURL: "https://other.example/", tokenDigest: "d1"),
      ChannelAccount(apiURL: Account.account.apiURL, tokenDigest: "d2"),
    ]
    account.disk =
      ChannelBook(
        pages: others.map { Self.page(of: $0, channels: ["of \($0.apiURL) \($0.tokenDigest)"]) }
      ).json
    account.crash()
    account.begin()
    account.run()
    account.stop()
    account.run()
    #expect(account.deletions == ["channel-0"])
    #expect(account.plan.otherAccountsChannels.count == 2)
    #expect(others.allSatisfy { account.book[$0].channelIDs.count == 1 })
  }

  @Test func aRenewedTokenStillDeletesWhatTheOldOneLeft() {
    var account = Account()
    let old = ChannelAccount(apiURL: Account.account.apiURL, tokenDigest: "old")
    account.disk = ChannelBook(pages: [Self.page(of: old, channels: ["a", "b"])]).json
    account.channels = ["a"]
    account.crash()
    account.begin()
    account.run()
    #expect(account.channels == ["channel-0"])
    #expect(account.book[old].channelIDs == ["b"])
  }

  @Test func playlistsAreAskedForUntilThereAreSome() {
    var settings = ChannelPlan.Settings(account: Account.account)
    settings.asksForPlaylists = true
    var account = Account(settings: settings)
    account.begin()
    account.run()
    for _ in 0..<3 {
      account.step()
      account.run()
    }
    #expect(account.orders.count { $0 == .listPlaylists("channel-0") } == 3)
    let playlist = ChannelPlaylist(connectionID: "c", url: "https://x/y.m3u8")
    account.playlists = [playlist]
    account.step()
    account.run()
    #expect(account.plan.current?.playlists == [playlist])
    #expect(account.news.last == .playlistsChanged([playlist]))
    let before = account.now.mediaTime
    account.step()
    #expect(before.duration(to: account.now.mediaTime) > .seconds(30))
  }

  static func page(
    of account: ChannelAccount = ScriptedAccount.account, channels: [String]
  ) -> ChannelBook.Page {
    var page = ChannelBook.Page(account: account)
    page.channels = channels.map { ChannelBook.Entry(channelID: $0, createdAt: 1) }
    return page
  }
}
