import Foundation
import JSON
import Testing

@testable import LiveviewBridge

@Suite(.timeLimit(.minutes(1))) struct ControlReportTests {
  private static let cases: [(JSONValue?, String)] = [
    (nil, "done"), ([], "(none)"), ([:], "(empty)"), ("x", "x"), (["a", 1, .null], "a\n1\nnull"),
    (
      ["channel_id": "sora", "rid": "r1", "a": true, "list": [1, 2]],
      """
      channel_id  sora
      a           true
      list        1, 2
      rid         r1
      """
    ),
    (
      [
        ["channel_id": "sora", "multistream": true, "audio": ["codec_type": "OPUS"]],
        ["channel_id": "akane", "multistream": false, "late": .null],
      ],
      """
      channel_id  audio.codec_type  late  multistream
      sora        OPUS                    true
      akane                         null  false
      """
    ),
    (["a": "x=0\r\ns=-\r\n"], "a\n  x=0\n  s=-"),
    (
      ["channel_id": "c", "stats": [["type": "rtp", "deep": ["a": ["b": .number(1.5)]]]]],
      """
      channel_id  c
      stats
        [0]
          type  rtp
          deep
            a
              b  1.5
      """
    ),
    (["a": "x\u{1B}[2Jy", "b\u{7}c": "1\n2\u{1B}"], "a  x [2Jy\nb c\n  1\n  2"),
  ]

  @Test(arguments: cases.indices) func answersAreReadable(index: Int) {
    #expect(ControlReport.text(Self.cases[index].0) == Self.cases[index].1)
  }

  /// In the time that its size is worth, not the square of it.
  @Test func manyKeysAreWritten() {
    let count = 10_000
    let rows = ControlReport.text(.array((0..<count).map { ["k\($0)": .integer($0)] }))
    #expect(rows.hasSuffix("[\(count - 1)]\n  k\(count - 1)  \(count - 1)"))
    let names = (0..<count).map { ("k\($0)", JSONValue.object(["a": [["b": [[:]]]]])) }
    let parts = ControlReport.text(.object(Dictionary(names) { $1 }))
    #expect(parts.components(separatedBy: "\n").count { $0.hasPrefix("k") } == count)
    var members = Dictionary((0..<count).map { ("k\($0)", JSONValue.null) }) { $1 }
    members[String(repeating: "x", count: 50_000)] = .null
    #expect(ControlReport.text(.object(members)).utf8.count < 200 * count)
  }

  @Test func wideTablesAreWrittenOneByOne() {
    let wide = JSONValue.object(
      Dictionary(uniqueKeysWithValues: (0..<30).map { ("name\($0)", JSONValue.integer($0)) }))
    let text = ControlReport.text([wide, wide])
    #expect(text.hasPrefix("[0]\n  name0   0\n") && text.contains("\n[1]\n"))
  }
}
