import Media
import SoraControl
import Testing

/// Creations and deletions of which it is not known what came of them.
@Suite struct ChannelDoubtTests {
  private typealias Account = ScriptedAccount

  @Test func refusedCreationsDoNotUseUpTheHour() {
    var account = Account()
    for _ in 0..<30 {
      account.begin()
      account.run { $0 == .create ? .refused : .good }
      #expect(account.end == .creationRefused("no"))
      #expect(account.plan.recentCreations(at: account.now) == 0)
    }
    account.begin()
    account.run()
    #expect(account.plan.current != nil)
    #expect(account.plan.recentCreations(at: account.now) == 1)
  }

  @Test func aStopBeforeTheCreationDoesNotCount() {
    var account = Account()
    account.begin()
    account.step()
    account.stop()
    account.run()
    #expect(account.end == .stopped)
    #expect(account.book.pages == [])
  }

  @Test(arguments: [ScriptedAccount.Outcome.doneWithoutReply, .odd], [false, true])
  func creationsWithoutAUsableAnswerAreSuspended(
    outcome: ScriptedAccount.Outcome, listsNothing: Bool
  ) {
    var account = Account()
    account.listsNothing = listsNothing
    for _ in 0..<40 {
      // Restarts do not help.
      account.crash()
      account.begin()
      account.run { $0 == .create ? outcome : .good }
    }
    #expect(account.creationTimes.count == 2)
    #expect(account.isWaiting)
    #expect(account.news.count { if case .unanswered = $0 { true } else { false } } == 2)
    #expect(account.news.contains(.suspended(unanswered: 2, wait: .seconds(3600))))
    #expect(account.plan.unclaimed.count == (listsNothing ? 0 : 2))
    #expect(account.book[Account.account].unsettled.count == (listsNothing ? 2 : 0))
    #expect(account.plan.unansweredCreations == [1_700_000_000, 1_700_000_000])
    // An hour later there is one, and the next pause is twice as long.
    account.step()
    account.run { $0 == .create ? outcome : .good }
    account.begin()
    account.run()
    #expect(account.creationTimes.count == 3)
    #expect(account.news.last == .suspended(unanswered: 3, wait: .seconds(7200)))
    account.step()
    account.run()
    #expect(account.plan.current?.id == "channel-3")
    #expect(account.plan.unansweredCreations == [])
    account.stop()
    account.run()
    #expect(account.channels == ["channel-0", "channel-1", "channel-2"])
  }

  @Test func aCreationThatTheBridgeDidNotSurviveIsToldAndCounted() {
    var account = Account()
    account.listsNothing = true
    account.begin()
    account.step()
    account.step()
    account.carryOut()
    account.crash()
    account.begin()
    account.run()
    let reason = "the bridge ended before the answer"
    #expect(account.news.contains(.unanswered(at: 1_700_000_000, reason: reason)))
    #expect(account.plan.current?.id == "channel-1")
    // It is found as soon as there is a list, as far as that can be told.
    #expect(account.book[Account.account].unsettled.map(\.at) == [1_700_000_000])
  }

  @Test func aListThatComesBackSettlesAllCreations() {
    var account = Account()
    account.channels = ["other"]
    account.begin()
    account.run { $0 == .create ? .odd : .good }
    #expect(account.end == .creationUnusable("no channel_id"))
    account.listsNothing = true
    account.begin()
    account.run { $0 == .create ? .odd : .good }
    #expect(account.book[Account.account].unsettled.map(\.known) == [["other"], nil])
    account.listsNothing = false
    account.begin()
    account.run()
    #expect(account.plan.unclaimed == ["channel-0", "channel-1"])
    #expect(account.isWaiting)
  }

  /// A creation without an answer that the server has not carried out yet, and a session after it.
  private func accountWithALateCreation(
    listsNothing: Bool = false, settings: (inout ChannelPlan.Settings) -> Void = { _ in }
  ) -> Account {
    var account = Account()
    settings(&account.settings)
    account.crash()
    account.listsNothing = listsNothing
    account.channels = ["other"]
    account.begin()
    account.run { $0 == .create ? .failed : .good }
    #expect(account.end == .creationUncertain("no answer"))
    account.pass(.seconds(1))
    account.listsNothing = false
    account.begin()
    account.run()
    #expect(account.plan.current?.id == "channel-0")
    #expect(account.plan.unclaimed == [])
    #expect(account.book[Account.account].unsettled.map(\.at) == [1_700_000_000])
    return account
  }

  @Test func aChannelThatComesLateIsFoundByTheChecks() {
    var account = accountWithALateCreation()
    // Two checks without it, one with it, which is not taken for what the session itself made.
    for _ in 0..<2 {
      account.step()
      account.run()
    }
    account.channels.insert("late")
    account.step()
    account.run()
    #expect(account.plan.unclaimed == ["late"])
    #expect(account.news.contains(.unclaimed(["late"])))
    #expect(account.book[Account.account].unclaimed == ["late"])
    #expect(account.book[Account.account].unsettled == [])
    // What comes after it is somebody else's.
    account.channels.insert("later")
    account.step()
    account.run()
    #expect(account.plan.unclaimed == ["late"])
    account.stop()
    account.run()
    #expect(account.channels == ["other", "late", "later"])
  }

  @Test func aChannelThatComesLateIsFoundAfterARestart() {
    var account = accountWithALateCreation()
    account.stop()
    account.run()
    account.crash()
    account.pass(.seconds(3600))
    account.channels.insert("late")
    let census = ChannelCensus(
      book: account.book, account: Account.account, listed: account.channels.sorted(),
      isBridgeRunning: false)
    #expect(census["late"]?.origin == .unfinishedCreation)
    #expect(census["other"]?.origin == .notOurs)
    account.begin()
    account.run()
    #expect(account.plan.unclaimed == ["late"])
    #expect(account.book[Account.account].unsettled == [])
  }

  @Test func aListThatStillHasWhatWasDeletedExplainsNothing() {
    var account = accountWithALateCreation()
    account.stop()
    account.run()
    #expect(account.deletions == ["channel-0"])
    account.channels.insert("channel-0")
    account.begin()
    account.run()
    #expect(account.plan.unclaimed == [])
    #expect(account.book[Account.account].unsettled.count == 1)
  }

  @Test func aCreationThatNoListExplainsIsLookedForForTenMinutes() {
    var account = accountWithALateCreation { $0.checkInterval = .seconds(300) }
    account.step()
    account.run()
    #expect(account.book[Account.account].unsettled.count == 1)
    account.step()
    account.run()
    #expect(account.now.unixNanoseconds >= 1_700_000_600_000_000_000)
    #expect(account.book[Account.account].unsettled == [])
    account.channels.insert("of-others")
    account.step()
    account.run()
    #expect(account.plan.unclaimed == [])
    // The list was there before and after it: there is no channel.
    #expect(!account.news.contains { if case .unexplained = $0 { true } else { false } })
  }

  @Test func aCreationFromBeforeAnyListIsKeptAndThenTold() {
    var account = accountWithALateCreation(listsNothing: true) {
      $0.checkInterval = .seconds(300)
    }
    #expect(account.book[Account.account].unsettled.map(\.known) == [nil])
    account.channels.insert("whose")
    account.step()
    account.run()
    #expect(account.book[Account.account].unsettled.count == 1)
    #expect(!account.news.contains(.unexplained(at: 1_700_000_000)))
    account.step()
    account.run()
    #expect(account.book[Account.account].unsettled == [])
    #expect(account.news.contains(.unexplained(at: 1_700_000_000)))
    #expect(account.plan.unclaimed == [])
  }

  @Test func oneChannelExplainsOneCreation() {
    var account = accountWithALateCreation()
    account.stop()
    account.run()
    account.begin()
    account.run { $0 == .create ? .failed : .good }
    account.channels.insert("late-1")
    account.begin()
    account.run()
    #expect(account.plan.unclaimed == ["late-1"])
    #expect(account.book[Account.account].unsettled.map(\.at) == [1_700_000_001])
    account.channels.insert("late-2")
    account.step()
    account.run()
    #expect(account.plan.unclaimed == ["late-1", "late-2"])
    #expect(account.book[Account.account].unsettled == [])
  }

  /// Ids that no call can name: nothing can be done about them, and the book cannot hold them.
  @Test func idsThatCannotBeNamedAreLeftOut() {
    var account = accountWithALateCreation()
    let long = String(repeating: "x", count: 256)
    account.channels.formUnion(["", long, "bell\u{7}", "late"])
    account.step()
    account.run()
    #expect(account.plan.unclaimed == ["late"])
    account.crash()
    account.begin()
    account.run()
    #expect(account.plan.current != nil)
    #expect(account.plan.unclaimed == ["late"])
  }

  @Test func unclaimedChannelsEndTheCreations() {
    var account = Account()
    var page = ChannelPlanTests.page(channels: ["a", "b", "c", "d"])
    page.unclaimed = ["e", "f", "g", "h"]
    account.disk = ChannelBook(pages: [page]).json
    account.channels = ["a", "b", "c", "d", "e", "f", "g", "h"]
    account.crash()
    account.begin()
    account.run { if case .delete = $0 { .failed } else { .good } }
    #expect(account.end == .tooManyLeftovers(8))
    #expect(account.creationTimes == [])
  }

  @Test func whatCannotBeDeletedIsKeptWhereNothingIsListed() {
    var account = Account()
    account.listsNothing = true
    account.disk = ChannelBook(pages: [ChannelPlanTests.page(channels: ["old"])]).json
    account.channels = ["old"]
    for outcome in [ScriptedAccount.Outcome.refused, .failed] {
      account.crash()
      account.news = []
      account.begin()
      account.run { $0 == .delete("old") ? outcome : .good }
      #expect(account.plan.leftovers == ["old"])
      #expect(!account.news.contains(.deleted("old")))
      #expect(account.news.contains { if case .deletionFailed = $0 { true } else { false } })
      account.stop()
      account.run { $0 == .delete("old") ? outcome : .good }
      #expect(account.idsOnDisk == ["old"])
    }
    // It is not there any more, and the API says so.
    account.channels = []
    account.begin()
    account.run()
    #expect(account.news.contains(.givenUp("old", reason: "unknown channel")))
    #expect(!account.news.contains(.deleted("old")))
    #expect(account.plan.leftovers == [])
  }

  @Test func aRenewedTokenTriesWhatTheOldOneLeftOnceWhereNothingIsListed() {
    var account = Account()
    account.listsNothing = true
    let old = ChannelAccount(apiURL: Account.account.apiURL, tokenDigest: "old")
    let elsewhere = ChannelAccount(apiURL: "https://other.example/", tokenDigest: "d1")
    account.disk =
      ChannelBook(pages: [
        ChannelPlanTests.page(of: old, channels: ["a", "b"]),
        ChannelPlanTests.page(of: elsewhere, channels: ["c"]),
      ]).json
    account.channels = ["a", "c"]
    account.crash()
    for _ in 0..<3 {
      account.begin()
      account.run()
      account.stop()
      account.run()
    }
    #expect(account.deletions == ["a", "b", "channel-0", "channel-1", "channel-2"])
    #expect(account.channels == ["c"])
    // It may be of another account, to which the id means something.
    #expect(account.book[old].channelIDs == ["b"])
    #expect(account.book[elsewhere].channelIDs == ["c"])
  }
}
