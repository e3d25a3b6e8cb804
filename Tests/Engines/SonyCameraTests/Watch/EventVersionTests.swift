import SonyCamera
import Testing

@Suite struct EventVersionTests {
  @Test(arguments: [
    ([], EventVersion.minor0), (["1.0"], .minor0), (["1.0", "1.2", "1.1"], .minor2),
    (["1.0", "1.1", "1.2", "1.3", "1.4"], .minor4), (["9.9", "", "1.3"], .minor3),
    (["2.0"], .minor0),
  ])
  func theBestKnownIsChosen(names: [String], expected: EventVersion) {
    #expect(EventVersion.best(of: names) == expected)
  }

  @Test func thereIsAWayDown() {
    var version: EventVersion? = .minor4
    var seen: [String] = []
    while let present = version {
      seen.append(present.rawValue)
      version = present.previous
    }
    #expect(seen == ["1.4", "1.3", "1.2", "1.1", "1.0"])
  }
}
