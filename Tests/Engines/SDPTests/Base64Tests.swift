import SDP
import TestSupport
import Testing

@Suite struct Base64Tests {
  /// The test vectors of RFC 4648 §10 and two that need the last characters of the alphabet.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"), ("~~?", "fn4/"), ("~~>", "fn4+"),
  ])
  func vectorsGoBothWays(plain: String, encoded: String) {
    #expect(Base64.encode(plain.utf8) == encoded)
    #expect(Base64.decode(encoded) == Array(plain.utf8))
  }

  @Test func anyBytesComeBack() {
    var generator = SeededGenerator(seed: 4)
    for count in 0..<200 {
      let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
      #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    }
  }

  @Test func missingPaddingIsAccepted() {
    #expect(Base64.decode("Zg") == [0x66])
    #expect(Base64.decode("Zm8") == [0x66, 0x6F])
  }

  @Test(arguments: ["Z", "Zm9vZ", "Zg===", "Z=g=", "Zm-v", "Zm v", "ÄÄÄÄ"])
  func otherTextIsRefused(text: String) {
    #expect(Base64.decode(text) == nil)
  }
}
