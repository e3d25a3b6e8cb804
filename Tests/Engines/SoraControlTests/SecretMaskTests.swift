import JSON
import NIOCore
import TestSupport
import Testing

@testable import SoraControl

@Suite struct SecretMaskTests {
  private static let key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC/\"x\"\n空😀-----END"

  @Test(arguments: [
    ("say geheim, geheim", "say <secret>, <secret>"), ("geheimgeheim", "<secret>"),
    ("gehei m", "gehei m"), ("", ""), ("a\\", "a\\"), ("\\ud83d\\u12", "\\ud83d\\u12"),
    ("\\u0067eheim\\", "<secret>\\"), ("x\\\\u0067eheim", "x<secret>"), ("abc", "abc"),
  ]) func shortSecretsAreHiddenAsAWhole(text: String, shown: String) {
    #expect(SecretMask(["geheim", "abc"]).hiding(in: text) == shown)
  }

  @Test func allWritingsOfASecretAreHidden() {
    let mask = SecretMask([Self.key])
    var json = ByteBuffer()
    JSONValue.string(Self.key).encode(into: &json)
    let escaped = String(String(buffer: json).dropFirst().dropLast())
    var twice = ByteBuffer()
    JSONValue.string(escaped).encode(into: &twice)
    let numbers = Self.key.utf16.map { unit in
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
    for writing in [
      Self.key, escaped, escaped.replacing("/", with: "\\/"),
      String(String(buffer: twice).dropFirst().dropLast()), numbers,
      numbers.uppercased().replacing("\\U", with: "\\u"),
    ] {
      #expect(mask.hiding(in: "<" + writing + ">").contains("MIIE") == false)
      #expect(mask.hiding(in: "see: " + writing + " .").hasPrefix("see: <secret>"))
    }
  }

  @Test func partsOfALongSecretAreHidden() {
    let mask = SecretMask([Self.key])
    #expect(mask.hiding(in: "first: -----BEGIN KEY-----, bad") == "first: <secret>, bad")
    #expect(mask.hiding(in: "cut: MIIEvQIBADANBgkqhki…") == "cut: <secret>…")
    #expect(mask.hiding(in: "by chance: MIIEvQI") == "by chance: MIIEvQI")
  }

  @Test func aSecretThatTheCutGoesThroughIsHidden() {
    let secret = String((0..<9000).map { "abcdefghij0123456789_"[$0 * $0 % 21] })
    let text = ControlText.cleaned("no: \(secret)", hiding: SecretMask([secret]), limit: 100)
    #expect(text == "no: <secret>")
    let body = ByteBuffer(string: "no: \(secret)")
    #expect(
      ControlText.excerpt(of: body, hiding: SecretMask([secret]), mayQuote: true)
        == "no: <secret>")
  }

  @Test func anyTextIsTaken() {
    let mask = SecretMask([Self.key, "geheim"])
    let sample = Array(#"a \u0067eheim \ud83d\ude00 \\n \/ "geheim" -----BEGIN KEY-----\nMII"#.utf8)
    var generator = SeededGenerator(seed: 0x4D41_534B)
    for _ in 0..<2000 {
      let text = String(
        decoding: Mutation.mutate(sample, using: &generator), as: UTF8.self)
      #expect(!mask.hiding(in: text).contains("geheim"))
    }
  }
}

extension String {
  fileprivate subscript(offset: Int) -> Character { self[index(startIndex, offsetBy: offset)] }
}
