import Media
import SoraControl
import TestSupport
import Testing

/// What remains at ImageFlux whatever happens to the bridge, its disk and the network.
@Suite struct ChannelCrashTests {
  private typealias Account = ScriptedAccount

  /// Plays a session with a channel left over from before and stops it after `length` orders.
  private func session(upTo length: Int) -> ScriptedAccount {
    var account = Account()
    account.disk = ChannelBook(pages: [ChannelPlanTests.page(channels: ["old"])]).json
    account.channels = ["old", "other"]
    account.crash()
    account.begin()
    for step in 0..<length where !account.isOver {
      if step == 9 { account.stop() } else { account.step() }
    }
    return account
  }

  /// A crash before or after any order is carried out; then a good session, begun and stopped.
  @Test(arguments: 0..<14, [false, true])
  func afterACrashAnywhereNothingIsLeftOver(length: Int, afterTheOrder: Bool) {
    var account = session(upTo: length)
    if afterTheOrder { account.carryOut() }
    account.crash()
    account.begin()
    account.run()
    #expect(account.plan.current != nil)
    account.stop()
    account.run()
    #expect(account.end == .stopped)
    #expect(account.idsOnDisk == [])
    // Only a reply that was lost between the API and the disk leaves a channel, and it is told.
    let unclaimed = account.channels.subtracting(["other"])
    #expect(account.book[Account.account].unclaimed == unclaimed.sorted())
    #expect(unclaimed.isEmpty || afterTheOrder || account.creationTimes.count == 2)
    #expect(account.channels.contains("other"))
  }

  @Test func aSessionHasAsManyOrdersAsTheTestAssumes() {
    let account = session(upTo: 100)
    #expect(account.end == .stopped)
    #expect(account.orders.count <= 14)
    #expect(account.orders.count >= 10)
  }

  /// Any outcome of any order, stops and crashes in any order, then good weather.
  @Test(arguments: 0..<40, [false, true])
  func whateverHappensOnlyOwnChannelsAreDeletedAndAllOfThem(seed: Int, listsNothing: Bool) {
    for round in 0..<50 {
      let comment: Comment = "seed \(seed), round \(round)"
      var random = SeededGenerator(seed: UInt64(seed * 1000 + round))
      var account = Account()
      account.listsNothing = listsNothing
      account.settings.asksForPlaylists = Bool.random(using: &random)
      account.crash()
      account.channels = ["other-0"]
      play(&account, &random)
      // Good weather: one session that is stopped, after the day of the longest pause. A person has
      // deleted what the bridge may not.
      account.crash()
      let unclaimed = Set(account.book[Account.account].unclaimed)
      account.channels.subtract(unclaimed)
      account.pass(.seconds(86_401))
      account.begin()
      account.run()
      // Eight undeletable ones end a session before a creation; the next one works.
      if account.isOver {
        account.begin()
        account.run()
      }
      #expect(account.plan.current != nil, comment)
      account.stop()
      account.run()
      check(account, comment)
    }
  }

  private func play(_ account: inout Account, _ random: inout SeededGenerator) {
    account.begin()
    for step in 0..<120 {
      switch Int.random(in: 0..<24, using: &random) {
      case 0: account.crash()
      case 1:
        account.carryOut()
        account.crash()
      case 2: account.stop()
      case 3: account.channels.insert("other-\(step)")
      case 4: account.channels = account.channels.filter { $0.hasPrefix("other") }
      case 5..<10: account.step(Account.Outcome.allCases.randomElement(using: &random) ?? .good)
      default: account.step()
      }
      if account.isOver { account.begin() }
      // Never in use without being on the disk.
      if let current = account.plan.current {
        #expect(account.idsOnDisk.contains(current.id))
      }
    }
  }

  private func check(_ account: Account, _ comment: Comment) {
    #expect(account.end == .stopped, comment)
    #expect(account.deletions.allSatisfy { $0.hasPrefix("channel-") }, comment)
    #expect(account.idsOnDisk == [], comment)
    // What is left was never told to the bridge's disk, and is on the list for people.
    let left = account.channels.filter { $0.hasPrefix("channel-") }
    if account.listsNothing {
      // Nobody can know these; that there may be some is known for each.
      #expect(left.count <= account.book[Account.account].unsettled.count, comment)
    } else {
      #expect(left.isSubset(of: account.book[Account.account].unclaimed), comment)
    }
    // In no hour more creations than allowed.
    let times = account.creationTimes
    for (index, time) in times.enumerated() {
      #expect(times[...index].count { $0 > time - 3600 } <= 12, comment)
    }
  }
}
