import JSON
import NIOCore
import SonyCamera
import Testing

@testable import Inputs

@Suite struct DiagnosisReportTests {
  private typealias Entry = DiagnosisReport.Entry

  private static let report = DiagnosisReport(sections: [
    Entry(
      "camera",
      .record([
        Entry("name", .text("α6000\u{1B}[31m\nred")),
        Entry("firstPictureAfterSeconds", .decimal(0.112)),
        Entry("pictures", .whole(250)), Entry("namesDefaultLiveview", .flag(false)),
        Entry("apiVersions", .texts(["1.0", "1.1"])), Entry("services", .list([])),
        Entry("signalDBm", .missing),
        Entry("battery", .record([Entry("level", .decimal(3))])),
        Entry(
          "heard",
          .list([
            .record([Entry("kind", .text("answer")), Entry("location", .missing)])
          ])),
      ])),
    Entry("questions", .list([.text("1. who? nobody")])),
  ])

  @Test func readsWellAsText() {
    #expect(
      Self.report.text == """
        CAMERA
          name                            α6000 [31m red
          first picture after seconds     0.112
          pictures                        250
          names default liveview          no
          api versions                    1.0, 1.1
          services                        none
          signal dBm                      -
          battery
            level                         3
          heard
            - kind answer

        QUESTIONS
          - 1. who? nobody
        """)
  }

  @Test func isJSONInTheSameOrder() throws {
    let json = Self.report.json
    #expect(json.hasPrefix("{\n  \"camera\": {\n    \"name\": \"α6000\\u001b[31m\\u000ared\","))
    let value = try #require(JSONValue(parsing: ByteBuffer(string: json)))
    #expect(value["camera"]?["firstPictureAfterSeconds"] == .number(0.112))
    #expect(value["camera"]?["apiVersions"] == ["1.0", "1.1"])
    #expect(value["camera"]?["services"] == [])
    #expect(value["camera"]?["signalDBm"] == .null)
    #expect(value["camera"]?["heard"]?.array?.first?["kind"] == "answer")
    #expect(value["questions"] == ["1. who? nobody"])
  }

  @Test func longValuesAreWrapped() {
    let names = (1...40).map { "method\($0)" }
    let text = DiagnosisReport(
      sections: [Entry("methods", .record([Entry("known", .texts(names))]))]
    ).text
    let lines = text.split(separator: "\n")
    #expect(lines.count > 3)
    #expect(lines.allSatisfy { $0.count <= 100 })
    #expect(lines.dropFirst(2).allSatisfy { $0.hasPrefix(String(repeating: " ", count: 34)) })
    #expect(names.allSatisfy { text.contains($0) })
  }

  @Test func aHugeWordIsNotCut() {
    let word = String(repeating: "x", count: 300)
    let report = DiagnosisReport(sections: [Entry("a", .record([Entry("b", .text(word))]))])
    #expect(report.text.contains(word))
  }
}
