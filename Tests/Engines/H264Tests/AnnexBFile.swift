import Foundation
import Media
import TestSupport

/// A stream in a file, for decoders that know nothing of us.
struct AnnexBFile {
  private let folder: TemporaryFolder
  private var url: URL { folder.url.appending(path: "stream.h264") }

  init(_ units: [NALUnit]) throws {
    folder = try TemporaryFolder()
    try Data(units.flatMap { [0, 0, 0, 1] + $0.array }).write(to: url)
  }

  /// A checksum of each picture that ffmpeg decodes, and all it complains about.
  func checksums() async throws -> (pictures: [String], complaints: String) {
    let result = try await ExternalProgram.run(
      "ffmpeg",
      [
        "-v", "warning", "-nostdin", "-xerror", "-err_detect", "explode", "-f", "h264", "-i",
        url.path, "-fps_mode", "passthrough", "-f", "framemd5", "-",
      ])
    let lines = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
    let pictures = lines.filter { !$0.hasPrefix("#") }
      .map { String($0.split(separator: " ").last ?? "") }
    let complaints = result.exitCode == 0 ? "" : "exit code \(result.exitCode)\n"
    return (pictures, complaints + result.errors)
  }

  /// Each picture that OpenH264 decodes, planes one after the other.
  func openH264Pictures(of size: PictureSize) async throws -> [Data] {
    let raw = folder.url.appending(path: "pictures.yuv")
    _ = try await ExternalProgram.run(
      "gst-launch-1.0",
      [
        "-q", "filesrc", "location=\(url.path)", "!", "h264parse", "!", "openh264dec", "!",
        "filesink", "location=\(raw.path)",
      ])
    let bytes = try Data(contentsOf: raw)
    let length = size.width * size.height * 3 / 2
    return stride(from: 0, to: bytes.count, by: length).map {
      bytes[$0..<min($0 + length, bytes.count)]
    }
  }

  /// True if GStreamer is installed with OpenH264.
  static func hasOpenH264() async throws -> Bool {
    try await ExternalProgram.run("gst-inspect-1.0", ["openh264dec"]).exitCode == 0
  }
}
