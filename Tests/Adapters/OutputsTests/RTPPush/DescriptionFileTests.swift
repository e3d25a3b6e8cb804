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
