import Foundation
import Media
import NIOCore
import TestSupport
import Testing

@testable import LiveviewBridge

@Suite struct PictureDestinationTests {
  @Test func theNameSaysTheFormat() throws {
    for name in ["a.jpg", "b.JPEG", "/x/c.d.jpg", "-"] {
      #expect(try PictureDestination(path: name).format == .jpeg)
    }
    for name in ["a.h264", "b.264"] {
      #expect(try PictureDestination(path: name).format == .h264)
    }
    for name in ["", "a", "a.png", "jpg", "/dev/null"] {
      #expect { try PictureDestination(path: name) } throws: {
        ($0 as? SnapshotError)?.exitStatus == .usage
      }
    }
  }

  @Test func aPictureReplacesWhatWasThere() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "picture.jpg")
    try Data("older and longer than any picture".utf8).write(to: file)
    let destination = try PictureDestination(path: file.path)
    try destination.check()
    let bytes = SampleJPEG(size: PictureSize(width: 64, height: 48)).bytes
    let saved = try destination.save(ByteBuffer(bytes: bytes), age: .milliseconds(3))
    #expect([UInt8](try Data(contentsOf: file)) == bytes)
    #expect(saved.byteCount == bytes.count)
    #expect(saved.size == PictureSize(width: 64, height: 48))
    #expect(saved.age == .milliseconds(3))
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(left == ["picture.jpg"])
  }

  @Test func aMissingFolderIsNoticedBeforehand() throws {
    let destination = try PictureDestination(path: "/nowhere/at/all/picture.jpg")
    #expect { try destination.check() } throws: {
      ($0 as? SnapshotError)?.exitStatus == .cannotCreate
    }
    #expect { try destination.save(ByteBuffer()) } throws: {
      ($0 as? SnapshotError)?.exitStatus == .cannotCreate
    }
  }
}
