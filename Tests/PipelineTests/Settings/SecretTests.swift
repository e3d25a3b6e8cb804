import Configuration
import Foundation
import Testing

@testable import Pipeline

@Suite struct SecretTests {
  private let ledger = SettingsLedger()

  /// Runs `body` with a file of these bytes.
  private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "secret-\(UUID())")
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    try body(url.path)
  }

  private func secret(
    arguments: [String] = [], environment: [String: String] = [:],
    file: [String: ConfigContent] = [:]
  ) -> Secret? {
    settingsReader(arguments: arguments, environment: environment, file: file, ledger: ledger)
      .secret("password", fileKey: "passwordFile")
  }

  @Test func doesNotPrintItself() {
    let secret = Secret("open sesame")
    var dumped = ""
    dump(secret, to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), "\([secret])", dumped] {
      #expect(!text.contains("sesame"), "\(text)")
    }
    #expect(secret.value == "open sesame")
  }

  @Test func comesFromFileOrEnvironmentDirectly() {
    #expect(secret(file: ["password": .string("a")])?.value == "a")
    #expect(secret(environment: ["PASSWORD": "b"])?.value == "b")
    #expect(secret() == nil)
    #expect(ledger.problems.isEmpty)
  }

  @Test func isRefusedOnTheCommandLineWithoutBeingShown() {
    #expect(secret(arguments: ["--password", "hunter2"]) == nil)
    #expect(ledger.problems.map(\.key) == ["password"])
    #expect(!ledger.problems.map(\.description).joined().contains("hunter2"))
  }

  @Test(arguments: ["a b c", "a b c\n", "a b c\r\n"])
  func comesFromAFileWithoutItsNewline(content: String) throws {
    try withFile(Array(content.utf8)) { path in
      #expect(secret(file: ["passwordFile": .string(path)])?.value == "a b c")
      #expect(secret(arguments: ["--password-file", path])?.value == "a b c")
    }
    #expect(ledger.problems.isEmpty)
  }

  @Test(arguments: [
    ("\u{FEFF}a b\r\n\n", "a b", "a b"), (" a \n", " a ", "a"), ("\n\ta\t\r\n", "\n\ta\t", "a"),
    ("\n", "", ""), (" \u{FEFF}a", " \u{FEFF}a", "\u{FEFF}a"),
  ]) func onlyTokensLoseTheirBlanks(file: String, password: String, token: String) {
    #expect(Secret.content(of: file.utf8, isToken: false) == Array(password.utf8))
    #expect(Secret.content(of: file.utf8, isToken: true) == Array(token.utf8))
  }

  @Test func theSystemSaysWhatIsWrongWithAFile() {
    for path in ["/nonexistent", "/"] {
      #expect(secret(file: ["passwordFile": .string(path)]) == nil)
    }
    let texts = ledger.problems.map(\.description).joined(separator: "\n")
    #expect(texts.contains("(No such file or directory)") && texts.contains("(Is a directory)"))
  }

  @Test(arguments: [0, 4097])
  func aFileOfTheWrongSizeIsAProblem(size: Int) throws {
    try withFile([UInt8](repeating: 0x61, count: size)) { path in
      #expect(secret(file: ["passwordFile": .string(path)]) == nil)
    }
    #expect(ledger.problems.map(\.key) == ["passwordFile"])
  }

  @Test func theLargestFileIsRead() throws {
    try withFile([UInt8](repeating: 0x61, count: 4096)) { path in
      #expect(secret(file: ["passwordFile": .string(path)])?.value.count == 4096)
    }
  }

  @Test(arguments: [[0x0A], [0x0D, 0x0A]] as [[UInt8]])
  func aFileWithANewlineOnlyIsAProblem(bytes: [UInt8]) throws {
    try withFile(bytes) { path in
      #expect(secret(file: ["passwordFile": .string(path)]) == nil)
    }
    #expect(ledger.problems.count == 1)
  }

  @Test func aMissingFileIsAProblem() {
    #expect(secret(file: ["passwordFile": .string("/nonexistent/secret")]) == nil)
    #expect(ledger.problems.map(\.value) == ["/nonexistent/secret"])
  }

  @Test func bothWaysAtOnceAreAProblem() throws {
    try withFile(Array("x".utf8)) { path in
      let both: [String: ConfigContent] = [
        "password": .string("y"), "passwordFile": .string(path),
      ]
      #expect(secret(file: both) == nil)
    }
    #expect(ledger.problems.map(\.key) == ["passwordFile"])
  }

  @Test func theStrongerSourceCountsWhicheverWayItGivesIt() throws {
    try withFile(Array("inFile".utf8)) { path in
      let named: [String: ConfigContent] = [
        "password": .string(""), "passwordFile": .string(path),
      ]
      #expect(secret(file: named)?.value == "inFile")
      #expect(secret(environment: ["PASSWORD": "b"], file: named)?.value == "b")
      #expect(
        secret(environment: ["PASSWORD_FILE": path], file: ["password": .string("a")])?.value
          == "inFile")
      #expect(
        secret(arguments: ["--password-file", path], environment: ["PASSWORD": "b"])?.value
          == "inFile")
      #expect(ledger.problems.isEmpty)
      // Both ways in one source, though a weaker one gives it, too.
      let both = ["PASSWORD": "b", "PASSWORD_FILE": path]
      #expect(secret(environment: both, file: ["password": .string("a")]) == nil)
    }
    #expect(ledger.problems.map(\.key) == ["passwordFile"])
  }
}
