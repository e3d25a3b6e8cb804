import Foundation
import TestSupport
import Testing

@testable import Outputs

@Suite struct DescriptionFileTests {
  @Test func fileIsReplacedAndNothingIsLeftBeside() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.sdp")
    try DescriptionFile.write("a longer first text", to: path)
    try DescriptionFile.write("second", to: path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "second")
    #expect(try folder.contents() == ["a.sdp"])
  }

  /// In a directory for all, such a link may be anybody's.
  @Test func aLinkBesideIsNotFollowed() throws {
    let folder = try TemporaryFolder()
    let (path, other) = (folder.path("a.sdp"), folder.path("other"))
    try "precious".write(toFile: other, atomically: false, encoding: .utf8)
    try FileManager.default.createSymbolicLink(
      atPath: path + ".new", withDestinationPath: other)
    try DescriptionFile.write("v=0", to: path)
    #expect(try String(contentsOfFile: other, encoding: .utf8) == "precious")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "v=0")
    #expect(try folder.contents().sorted() == ["a.sdp", "other"])
  }

  @Test func missingFolderIsNamed() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("missing/a.sdp")
    let error = #expect(throws: RTPPushError.self) { try DescriptionFile.write("x", to: path) }
    #expect("\(try #require(error))".contains(path))
  }

  @Test func folderInTheWayLeavesNothingBehind() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.sdp")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    #expect(throws: RTPPushError.self) { try DescriptionFile.write("x", to: path) }
    #expect(try folder.contents() == ["a.sdp"])
  }
}
