import Testing

@testable import X264

@Suite struct PictureSpacingTests {
  @Test(arguments: [10, 20, 55, 100, 400])
  func settlesOnTheRealSpacing(_ milliseconds: Int) {
    var spacing = PictureSpacing(seconds: 1.0 / 30)
    for _ in 0..<80 { _ = spacing.pictureFollowed(after: .milliseconds(milliseconds)) }
    let wanted = Double(milliseconds) / 1000
    #expect(abs(spacing.inUse / wanted - 1) <= 0.11)
  }

  @Test func regularPicturesChangeNothing() {
    var spacing = PictureSpacing(seconds: 0.04)
    for _ in 0..<500 {
      let isChanged = spacing.pictureFollowed(after: .milliseconds(41))
      #expect(!isChanged)
    }
    #expect(spacing.inUse == 0.04)
  }

  @Test func pauseDoesNotPassForASlowCamera() {
    var spacing = PictureSpacing(seconds: 0.04)
    _ = spacing.pictureFollowed(after: .seconds(3600))
    #expect(spacing.inUse <= 0.04 * 1.11)
    for _ in 0..<10 { _ = spacing.pictureFollowed(after: .milliseconds(40)) }
    #expect(spacing.inUse <= 0.04 * 1.11)
  }

  @Test func staysInRange() {
    var spacing = PictureSpacing(seconds: 0.04)
    for _ in 0..<500 { _ = spacing.pictureFollowed(after: .nanoseconds(1)) }
    #expect(spacing.inUse >= 0.005)
    for _ in 0..<500 { _ = spacing.pictureFollowed(after: .seconds(1_000_000_000_000)) }
    #expect(spacing.inUse <= 1)
  }
}
