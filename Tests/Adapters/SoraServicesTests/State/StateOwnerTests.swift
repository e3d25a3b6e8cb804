import Foundation
import JSON
import NIOCore
import TestSupport
import Testing

@testable import SoraServices

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What root writes beside a bridge of another user stays that one's.
@Suite(.enabled(if: geteuid() == 0), .timeLimit(.minutes(1))) struct StateOwnerTests {
  private let folder: TemporaryFolder
  private let directory: String
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    directory = folder.url.appending(path: "state").path
    path = directory + "/channels.json"
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
  }

  private func owner(_ path: String) -> [UInt32] {
    var facts = stat()
    guard lstat(path, &facts) == 0 else { return [] }
    return [facts.st_uid, facts.st_gid]
  }

  @Test func aReplacedFileStaysItsOwners() async throws {
    try await StateFile(path: path).replace(with: ["a": 1])
    #expect(owner(path) == [0, getegid()])
    try #require(chown(path, 54_321, 54_322) == 0)
    try await StateFile(path: path).replace(with: ["a": 2])
    #expect(owner(path) == [54_321, 54_322])
    #expect(try await StateFile(path: path).read() == ["a": 2])
  }

  /// A backup that root put back into the bridge's directory.
  @Test func whatRootPutThereBecomesTheDirectorysOwners() async throws {
    try await StateFile(path: path).replace(with: ["a": 1])
    try #require(chown(directory, 54_321, 54_322) == 0)
    #expect(owner(path) == [0, getegid()])
    try await StateFile(path: path).replace(with: ["a": 2])
    #expect(owner(path) == [54_321, 54_322])
  }

  @Test func whatIsMadeBelongsToTheDirectorysOwner() async throws {
    try #require(chown(directory, 54_321, 54_322) == 0)
    let file = StateFile(path: directory + "/of/the/bridge/channels.json")
    try await file.lock()
    try await file.replace(with: [])
    for made in ["/of", "/of/the", "/of/the/bridge", "/of/the/bridge/channels.json"] {
      #expect(owner(directory + made) == [54_321, 54_322], "\(made)")
    }
    #expect(owner(file.path + ".lock") == [54_321, 54_322])
  }

  @Test func aLockThatIsThereIsNotGivenAway() async throws {
    try #require(chown(directory, 54_321, 54_322) == 0)
    try Data().write(to: URL(filePath: path + ".lock"))
    try await StateFile(path: path).lock()
    #expect(owner(path + ".lock") == [0, getegid()])
  }

  @Test func whatIsForOthersToReadIsItsWritersOwn() throws {
    try #require(chown(directory, 54_321, 54_322) == 0)
    try StateFiles.replace(path, with: ByteBuffer(string: "v=0"), mode: 0o644)
    #expect(owner(path) == [0, getegid()])
  }

  /// Not even root can give away a file by a descriptor that is for its path only.
  @Test func whatCannotBeGivenIsSaid() throws {
    try #require(chown(directory, 54_321, 54_322) == 0)
    let owner = try #require(StateOwner(in: directory))
    // O_PATH, which is a GNU extension.
    let descriptor = open("/", 0o10_000_000 | O_CLOEXEC)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let failure = try #require(owner.take(descriptor))
    #expect(failure.contains("user 0 and not to user 54321"))
  }
}
