import SDP
import TestSupport
import Testing

@testable import RTSP

@Suite struct PasswordHashTests {
  /// Values from Python's hashlib; the first three are also those of RFC 7914's predecessors'
  /// test vectors for PBKDF2 with HMAC-SHA256.
  @Test(arguments: [
    ("password", "salt", 1, "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b"),
    ("password", "salt", 2, "ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43"),
    ("password", "salt", 4096, "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a"),
    (
      "passwordPASSWORDpassword", "saltSALTsaltSALTsaltSALTsaltSALTsalt", 4096,
      "348c89dbcbd32b2f32d814b8116e84cf2b17347ebc1800181c4e2a1fb8dd53e1"
    ),
    (
      String(repeating: "x", count: 100), "NaCl", 1000,
      "78a17750cf7a2cb60802967f2013b5da9bb57cb4112b684a3a4120cf08615e69"
    ),
    ("", "saltsalt", 1000, "3e0661ee06a100bed97329d06f71c16ab8ca76a14b7dc1fe6ad3f29ae3efffdb"),
  ]) func knownValuesAreMet(
    _ password: String, _ salt: String, _ iterations: Int, _ expected: String
  ) {
    let key = PasswordHash.deriveKey(
      password: Array(password.utf8), salt: Array(salt.utf8), iterations: iterations)
    #expect(hexDigits(key) == Array(expected.utf8))
  }

  @Test func bothShapesAreReadAsTheyAreWritten() throws {
    let hashes = [
      PasswordHash.derived(from: "päss:wörd", salt: Array(0..<16), iterations: 1000),
      PasswordHash.digest(.md5, username: "cam", realm: "r", password: "p"),
      PasswordHash.digest(.sha256, username: "cam", realm: "r", password: "p"),
    ]
    for hash in hashes {
      #expect(PasswordHash(parsing: hash.text) == hash)
      #expect(PasswordHash(parsing: hash.text.uppercased()) == hash || hash == hashes[0])
    }
    #expect(hashes[0].text.hasPrefix("pbkdf2-sha256:1000:AAECAwQFBgcICQoLDA0ODw==:"))
    #expect(hashes[1].text == "md5:6ff2fa5fc4c2fad77ab0b9ca3fbd0d0c" || hashes[1].text.count == 36)
  }

  @Test(arguments: [
    "", "md5", "md5:", "md5:xyz", "md5:0123456789abcdef0123456789abcde",
    "sha-256:0123456789abcdef0123456789abcdef", "sha256:" + String(repeating: "0", count: 64),
    "pbkdf2-sha256:1000", "pbkdf2-sha256:999:AAECAwQFBgc=:" + Base64.encode([UInt8](0..<32)),
    "pbkdf2-sha256:1000001:AAECAwQFBgc=:" + Base64.encode([UInt8](0..<32)),
    "pbkdf2-sha256:1000:AAEC:" + Base64.encode([UInt8](0..<32)),
    "pbkdf2-sha256:1000:AAECAwQFBgc=:" + Base64.encode([UInt8](0..<31)),
    "pbkdf2-sha256:-1000:AAECAwQFBgc=:" + Base64.encode([UInt8](0..<32)), "hunter2", "$2y$10$abc",
  ]) func anythingElseIsNone(_ text: String) {
    #expect(PasswordHash(parsing: text) == nil)
  }

  @Test func mutationsDoNoHarm() {
    var generator = SeededGenerator(seed: 9)
    let text = PasswordHash.derived(from: "p", salt: Array(0..<16), iterations: 1000).text
    for _ in 0..<5000 {
      let bytes = Mutation.mutate(Array(text.utf8), using: &generator)
      if case .derived(let iterations, _, let key)? = PasswordHash(
        parsing: String(decoding: bytes, as: UTF8.self))
      {
        #expect(PasswordHash.iterationRange.contains(iterations) && key.count == 32)
      }
    }
  }

  @Test func nothingIsPrinted() {
    let hash = PasswordHash.digest(.md5, username: "cam", realm: "r", password: "hunter2")
    var dumped = "\(hash)" + String(reflecting: hash)
    dump(hash, to: &dumped)
    #expect(!dumped.contains(hash.text.dropFirst(4)) && !dumped.contains("0x"))
  }
}
