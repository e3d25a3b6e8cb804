import Testing

@testable import Pipeline

@Suite struct SlateWordingTests {
  private func wording(_ state: CameraPresence.State, _ language: SlateLanguage) -> SlateWording {
    SlateWording(
      state, since: UTCMinute(unixNanoseconds: SlateSample.since), language: language)
  }

  @Test(arguments: SlateLanguage.allCases)
  func everyStateIsDrawnWithoutFallback(language: SlateLanguage) {
    for (name, state) in SlateSample.states {
      let wording = wording(state, language)
      for character in wording.headline {
        #expect(SlateFont.embedded.glyph(character, .bold) != nil, "\(name): \(character)")
      }
      for character in wording.since + wording.sentences.joined() {
        #expect(SlateFont.embedded.glyph(character, .regular) != nil, "\(name): \(character)")
      }
    }
  }

  @Test(arguments: SlateLanguage.allCases)
  func everyMonthIsDrawnWithoutFallback(language: SlateLanguage) {
    for month in 0..<12 {
      let moment = UTCMinute(unixNanoseconds: Int64(month) * 30_500_000_000 * 86_400)
      for character in SlateWording(.waking, since: moment, language: language).since {
        #expect(SlateFont.embedded.glyph(character, .regular) != nil, "\(character)")
      }
    }
  }

  @Test(arguments: SlateLanguage.allCases)
  func everyStateHasItsOwnReason(language: SlateLanguage) {
    let reasons = SlateSample.states.map { wording($0.state, language).sentences }
    #expect(Set(reasons).count == SlateSample.states.count)
    #expect(reasons.allSatisfy { !$0.isEmpty && $0.allSatisfy { !$0.isEmpty } })
  }

  @Test func tellsSinceWhen() {
    let state = CameraPresence.State.away(.unreachable)
    #expect(wording(state, .english).headline == "Camera away")
    #expect(wording(state, .english).since == "since 21 Nov, 14:05 UTC")
    #expect(wording(state, .japanese).headline == "カメラ未接続")
    #expect(wording(state, .japanese).since == "11月21日 14:05 UTC から")
  }

  @Test(arguments: [AwayReason.cameraError, .busy, .stalled, .taken])
  func aCameraInReachIsNotCalledAway(reason: AwayReason) {
    #expect(wording(.away(reason), .english).headline == "No live picture")
    #expect(wording(.away(reason), .japanese).headline == "映像が届いていません")
  }
}
