import Foundation
import Media
import Testing

@testable import LiveviewBridge

@Suite struct SnapshotReportTests {
  private let begin = ContinuousClock.now

  private func report() -> SnapshotReport {
    var report = SnapshotReport(begin: begin)
    report.reached("connect", at: begin + .microseconds(1_500))
    report.reachedPicture("picture", at: begin + .microseconds(21_500))
    report.reached("save", at: begin + .microseconds(22_000))
    return report
  }

  private let picture = SavedPicture(
    path: "a.jpg", format: .jpeg, byteCount: 31_279, size: PictureSize(width: 640, height: 424),
    age: .milliseconds(35))

  @Test func textHasALinePerStep() {
    #expect(
      report().text(source: "rtsp://cam/live", outcome: .saved(picture)) == """
        rtsp://cam/live
          connect             1.5 ms
          picture            20.0 ms
          save                0.5 ms
          total              22.0 ms
        a.jpg: JPEG 640x424, 31279 bytes, 35 ms old when sent, here after 21.5 ms
        """)
  }

  @Test(arguments: [
    (PictureSubstitute.slate, "offline picture: the camera gives none"),
    (.frozen, "offline picture: the last one there was, the camera gives none"),
  ])
  func anOfflinePictureIsCalledSo(substitute: PictureSubstitute, notice: String) throws {
    var picture = picture
    picture.age = nil
    picture.substitute = substitute
    let text = report().text(source: "x", outcome: .saved(picture))
    #expect(text.contains("31279 bytes, \(notice), here after"))
    let json = report().json(source: "x", outcome: .saved(picture))
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(object["substitute"] as? String == substitute.rawValue)
  }

  @Test func aWaitThatLedNowhereCounts() {
    var report = SnapshotReport(begin: begin)
    report.reached("connect", at: begin + .milliseconds(1))
    report.ended(at: begin + .seconds(10))
    #expect(
      report.text(source: "rtsp://cam/live", outcome: .failed("too slow")) == """
        rtsp://cam/live
          connect             1.0 ms
          total           10000.0 ms
        """)
  }

  @Test func jsonHasTheSameNumbers() throws {
    let text = report().json(source: "rtsp://cam/live", outcome: .saved(picture))
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["source"] as? String == "rtsp://cam/live")
    #expect(object["file"] as? String == "a.jpg")
    #expect(object["format"] as? String == "JPEG")
    #expect(object["width"] as? Int == 640 && object["height"] as? Int == 424)
    #expect(object["byteCount"] as? Int == 31_279)
    #expect(object["ageMilliseconds"] as? Double == 35)
    #expect(object["pictureAfterMilliseconds"] as? Double == 21.5)
    #expect(object["totalMilliseconds"] as? Double == 22)
    #expect(object["error"] == nil && object["substitute"] == nil)
    let steps = try #require(object["steps"] as? [[String: Any]])
    #expect(steps.map { $0["name"] as? String } == ["connect", "picture", "save"])
    #expect(steps.map { $0["milliseconds"] as? Double } == [1.5, 20, 0.5])
  }

  @Test func jsonTellsOfFailures() throws {
    let text = SnapshotReport(begin: begin).json(source: "x", outcome: .failed("a \"b\""))
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["error"] as? String == "a \"b\"")
    #expect(object["file"] == nil)
    #expect((object["steps"] as? [Any])?.isEmpty == true)
  }
}
