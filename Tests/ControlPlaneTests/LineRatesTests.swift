import Media
import Pipeline
import Testing

@testable import ControlPlane

@Suite struct LineRatesTests {
  private func sample(_ seconds: Double, pictures: UInt64, bytes: UInt64 = 0) -> LineRates.Sample {
    LineRates.Sample(
      time: MediaTime(nanoseconds: Int64(seconds * 1e9)), pictures: pictures, inputBytes: bytes,
      replaced: 0, encoded: 0, encodedBytes: 0, codecTime: .zero)
  }

  private func member(_ name: String, _ status: StatusValue) -> StatusValue? {
    guard case .object(let members) = status else { return nil }
    return members[name]
  }

  @Test func nullWithoutAnythingToCompareWith() {
    var rates = LineRates()
    #expect(rates.status(now: sample(1, pictures: 5)) == .null)
    rates.note(sample(1, pictures: 5))
    #expect(rates.status(now: sample(1, pictures: 5)) == .null, "no time has passed")
  }

  @Test func countsPerSecond() {
    var rates = LineRates()
    rates.note(sample(10, pictures: 100, bytes: 1_000_000))
    let status = rates.status(now: sample(14, pictures: 200, bytes: 1_500_000))
    #expect(member("inputPicturesPerSecond", status) == .double(25))
    #expect(member("inputKbps", status) == .double(1000))
    #expect(member("encodedPicturesPerSecond", status) == .double(0))
    #expect(member("overSeconds", status) == .double(4))
  }

  @Test func looksBackTenSecondsOnly() {
    var rates = LineRates()
    for second in 0...60 {
      rates.note(sample(Double(second), pictures: second < 50 ? 0 : UInt64(second - 50) * 20))
    }
    let status = rates.status(now: sample(60, pictures: 200))
    #expect(member("overSeconds", status) == .double(10))
    #expect(member("inputPicturesPerSecond", status) == .double(20))
  }

  @Test func theEncodersShareOfOneCore() {
    var rates = LineRates()
    var (before, after) = (sample(0, pictures: 0), sample(2, pictures: 0))
    before.codecTime = .milliseconds(500)
    after.codecTime = .milliseconds(700)
    rates.note(before)
    #expect(member("encoderBusyPercent", rates.status(now: after)) == .double(10))
  }
}
