import JSON
import Testing

@testable import LiveviewBridge

@Suite struct ControlReportTests {
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

  @Test func wideTablesAreWrittenOneByOne() {
    let wide = JSONValue.object(
      Dictionary(uniqueKeysWithValues: (0..<30).map { ("name\($0)", JSONValue.integer($0)) }))
    let text = ControlReport.text([wide, wide])
    #expect(text.hasPrefix("[0]\n  name0   0\n") && text.contains("\n[1]\n"))
  }
}
