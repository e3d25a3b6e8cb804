import Foundation
import Media
import NIOCore
import TestSupport
import Testing

@testable import LiveviewBridge

@Suite(.timeLimit(.minutes(2))) struct H264PictureDecoderTests {
  private let searchPath = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"

  /// One IDR of a flat grey of `level`, full range, made by x264.
  private func picture(level: Int) async throws -> ByteBuffer {
    let grey = String(format: "%02x", level)
    let outcome = try await ExternalProgram.run(
      "ffmpeg",
      [
        "-v", "error", "-f", "lavfi", "-i", "color=0x\(grey)\(grey)\(grey):s=64x48", "-frames:v",
        "1", "-vf", "scale=out_range=full", "-pix_fmt", "yuvj420p", "-c:v", "libx264", "-crf",
        "1", "-f", "h264", "-",
      ])
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    return ByteBuffer(bytes: outcome.output)
  }

  @Test(arguments: [0x05, 0x80, 0xFA])
  func theLevelsStayWhatTheyAre(level: Int) async throws {
    let jpeg = try await H264PictureDecoder(searchPath: searchPath)
      .jpeg(from: try await picture(level: level))
    #expect(try JPEGMarkerWalk.outline(of: jpeg).size == PictureSize(width: 64, height: 48))
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "picture.jpg")
    try Data(jpeg.readableBytesView).write(to: file)
    let mean = try await RGBImage.decode(file, width: 64, height: 48)
      .mean(x: 8, y: 8, width: 48, height: 32)
    for channel in mean { #expect(abs(channel - Double(level)) <= 2) }
  }

  @Test func garbageIsRefusedInItsWords() async throws {
    let decoder = try H264PictureDecoder(searchPath: searchPath)
    await #expect {
      _ = try await decoder.jpeg(from: ByteBuffer(bytes: [0, 0, 0, 1, 0x65, 0x88, 0x80]))
    } throws: { error in
      guard case .ffmpegFailed(_, let message) = error as? SnapshotError else { return false }
      return !message.isEmpty
    }
  }

  @Test func aMissingProgramIsNamed() throws {
    #expect { try H264PictureDecoder(searchPath: "/nowhere:/nor/here") } throws: {
      ($0 as? SnapshotError)?.exitStatus == .unavailable
    }
  }

  @Test func aProgramThatHangsIsEnded() async throws {
    let folder = try TemporaryFolder()
    let program = folder.url.appending(path: "ffmpeg")
    try Data("#!/bin/sh\nexec sleep 600\n".utf8).write(to: program)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: program.path)
    let decoder = try H264PictureDecoder(searchPath: folder.url.path, secondsAllowed: 0.1)
    await #expect {
      _ = try await decoder.jpeg(from: ByteBuffer(bytes: [0]))
    } throws: { error in
      guard case .ffmpegTimedOut = error as? SnapshotError else { return false }
      return true
    }
  }
}
