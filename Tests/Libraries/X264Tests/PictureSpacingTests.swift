import Testing

@testable import X264

@Suite struct PictureSpacingTests {
  @Test(arguments: [10, 20, 55, 100, 400])
  func settlesOnTheRealSpacing(_ milliseconds: Int) {
    var spacing = PictureSpacing(seconds: 1.0 / 30)
    for _ in 0..<80 { spacing.pictureFollowed(after: .milliseconds(milliseconds)) }
    let wanted = Double(milliseconds) / 1000
    #expect(abs(spacing.mean / wanted - 1) <= 0.01)
  }

  @Test func pauseDoesNotPassForASlowCamera() {
    var spacing = PictureSpacing(seconds: 0.04)
    spacing.pictureFollowed(after: .seconds(3600))
    #expect(spacing.mean <= 0.04 * 1.11)
    for _ in 0..<30 { spacing.pictureFollowed(after: .milliseconds(40)) }
    #expect(spacing.mean <= 0.04 * 1.01)
  }

  @Test func staysInRange() {
    var spacing = PictureSpacing(seconds: 0.04)
    for _ in 0..<500 { spacing.pictureFollowed(after: .nanoseconds(1)) }
    #expect(spacing.mean >= 0.005)
    for _ in 0..<500 { spacing.pictureFollowed(after: .seconds(1_000_000_000_000)) }
    #expect(spacing.mean <= 1)
  }
}
