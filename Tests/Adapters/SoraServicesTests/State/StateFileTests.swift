import Foundation
import JSON
import TestSupport
import Testing

@testable import SoraServices

@Suite(.timeLimit(.minutes(1))) struct StateFileTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.url.appending(path: "state/bridge/channels.json").path
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOf: URL(filePath: path), encoding: .utf8)
  }

  private func mode(_ path: String) throws -> Int {
    let facts = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(facts[.posixPermissions] as? Int)
  }

  private func write(_ bytes: Data) throws {
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try bytes.write(to: URL(filePath: path))
  }

  @Test func whatIsWrittenIsReadByAnother() async throws {
    let value: JSONValue = ["ids": ["a", "b"], "time": 17]
    #expect(try await StateFile(path: path).read() == nil)
    try await StateFile(path: path).replace(with: value)
    #expect(try await StateFile(path: path).read() == value)
    try await StateFile(path: path).replace(with: [:])
    #expect(try await StateFile(path: path).read() == [:])
  }

  @Test func onlyTheOwnerMayLook() async throws {
    let file = StateFile(path: path)
    try await file.lock()
    try await file.replace(with: [])
    #expect(try mode(path) == 0o600)
    #expect(try mode(path + ".lock") == 0o600)
    #expect(try mode((path as NSString).deletingLastPathComponent) == 0o700)
  }

  @Test func aCrashBeforeTheRenamingLeavesTheOldContent() async throws {
    let file = StateFile(path: path)
    try await file.replace(with: ["content": "old"])
    try Data(#"{"content":"ne"#.utf8).write(to: URL(filePath: path + ".new"))
    #expect(try await file.read() == ["content": "old"])
    try await file.replace(with: ["content": "newer"])
    #expect(try await file.read() == ["content": "newer"])
    #expect(!FileManager.default.fileExists(atPath: path + ".new"))
  }

  /// A reader is as good as a crash: it stops the writer at any moment and sees what there is.
  @Test func thereIsNeverAPartOfTheContent() async throws {
    let path = path
    let writer = StateFile(path: path)
    func value(_ number: Int) -> JSONValue {
      .array(Array(repeating: .integer(number), count: 300))
    }
    try await writer.replace(with: value(0))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for _ in 0..<100 {
          let items = try #require(try await StateFile(path: path).read()?.array)
          #expect(items.count == 300)
          #expect(Set(items).count == 1)
        }
      }
      for number in 1...100 { try await writer.replace(with: value(number)) }
      try await group.waitForAll()
    }
    #expect(try await writer.read() == value(100))
  }

  @Test func aWriterThatIsCancelledWritesAllTheSame() async throws {
    let path = path
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await StateFile(path: path).replace(with: "kept")
    }
    try await task.value
    #expect(try await StateFile(path: path).read() == "kept")
  }

  @Test(arguments: ["", "{", "\u{0}\u{0}\u{0}\u{0}", #"{"a":1}}"#, "nonsense"])
  func whatIsNoJSONIsKeptAside(content: String) async throws {
    try write(Data(content.utf8))
    let file = StateFile(path: path)
    await #expect(throws: StateFileError.unusable(path: path, reason: "it is not JSON")) {
      try await file.read()
    }
    #expect(try await file.keepAside() == path + ".broken-1")
    #expect(try text(path + ".broken-1") == content)
    #expect(try await file.read() == nil)
    try write(Data("other".utf8))
    #expect(try await file.keepAside() == path + ".broken-2")
    #expect(try text(path + ".broken-1") == content)
  }

  @Test func whereThereAreNoLinksABrokenFileIsRenamed() throws {
    func noLinks(_: String, _: String) -> Int32 {
      errno = EPERM
      return -1
    }
    try write(Data("first".utf8))
    #expect(try StateFiles.keepAside(path, limit: 9, link: noLinks) == path + ".broken-1")
    try write(Data("second".utf8))
    #expect(try StateFiles.keepAside(path, limit: 9, link: noLinks) == path + ".broken-2")
    #expect(try text(path + ".broken-1") == "first")
    #expect(try text(path + ".broken-2") == "second")
    #expect(StateFiles.keptAside(path, limit: 9) == [path + ".broken-1", path + ".broken-2"])
    #expect(!FileManager.default.fileExists(atPath: path))
    try write(Data("third".utf8))
    #expect(throws: StateFileError.self) {
      try StateFiles.keepAside(path, limit: 2, link: noLinks)
    }
    #expect(throws: StateFileError.self) {
      try StateFiles.keepAside(path, limit: 9) { _, _ in
        errno = EACCES
        return -1
      }
    }
    #expect(try text(path) == "third")
  }

  @Test func aFileBeyondTheLimitIsNotRead() async throws {
    try write(Data(repeating: UInt8(ascii: " "), count: StateFile.limitBytes + 1))
    let file = StateFile(path: path)
    await #expect(throws: StateFileError.self) { try await file.read() }
    let tooMuch = String(repeating: "x", count: StateFile.limitBytes)
    await #expect(throws: StateFileError.self) {
      try await file.replace(with: .string(tooMuch))
    }
    #expect(!FileManager.default.fileExists(atPath: path + ".new"))
  }

  @Test func whatIsNoFileIsAnError() async throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    await #expect(throws: StateFileError.cannotRead(path: path, reason: "it is not a file")) {
      try await StateFile(path: path).read()
    }
    await #expect(throws: StateFileError.self) {
      try await StateFile(path: path).replace(with: [])
    }
    await #expect(throws: StateFileError.self) {
      try await StateFile(path: "/dev/null/channels.json").lock()
    }
  }

  @Test func aPipeDoesNotKeepAReaderWaiting() async throws {
    try write(Data())
    unlink(path)
    #expect(mkfifo(path, 0o600) == 0)
    await #expect(throws: StateFileError.self) { try await StateFile(path: path).read() }
  }

  @Test func theLockIsExclusiveUntilItIsLetGo() async throws {
    let second = StateFile(path: path)
    do {
      let first = StateFile(path: path)
      try await first.lock()
      try await first.lock()
      await #expect(throws: StateFileError.inUse(path: path)) { try await second.lock() }
      await first.unlock()
      try await second.lock()
      await second.unlock()
      try await first.lock()
    }
    try await second.lock()
  }

  @Test func aLockOfAnotherProcessEndsWithIt() async throws {
    let file = StateFile(path: path)
    try await file.lock()
    await file.unlock()
    let other = try ExternalProgram(
      URL(filePath: "/usr/bin/flock"),
      ["--no-fork", path + ".lock", "sh", "-c", "echo taken; exec sleep 50"])
    #expect(await other.line(containing: "taken") != nil)
    let error = await #expect(throws: StateFileError.self) { try await file.lock() }
    #expect(error == .inUse(path: path))
    #expect(error?.description.contains("another bridge") == true)
    other.kill()
    _ = await other.exit()
    try await file.lock()
  }
}
