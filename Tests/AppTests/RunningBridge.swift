import Foundation
import TestSupport
import Testing

/// The real program with its built-in simulated camera, in a process of its own.
final class RunningBridge: Sendable {
  let program: ExternalProgram
  let rtspPort: Int
  let controlPort: Int

  /// Starts it and waits until pictures come.
  init(_ arguments: [String] = [], environment: [String: String] = [:]) async throws {
    rtspPort = try FreePort.tcp()
    controlPort = try FreePort.tcp()
    program = try ExternalProgram(
      BuiltProduct.url("liveview-bridge"),
      [
        "run", "--camera-simulated", "always", "--outputs-rtsp-listen-address", "127.0.0.1",
        "--outputs-rtsp-listen-port", "\(rtspPort)", "--control-listen-port", "\(controlPort)",
      ] + arguments, environment: environment)
    let streaming = await program.line { $0.contains("camera:") && $0.contains("liveview started") }
    try #require(streaming != nil, "\(program.lines)")
  }

  var url: String { "rtsp://127.0.0.1:\(rtspPort)/live/stream" }

  /// The camera's newest JPEG, by way of the control plane.
  func snapshot() async throws -> [UInt8] {
    let outcome = try await ExternalProgram.run(
      "curl", ["-sSf", "http://127.0.0.1:\(controlPort)/snapshot.jpg"])
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    return outcome.output
  }

  /// SIGTERM; the exit code.
  func stop() async -> Int32 { await program.terminate() }

  deinit { program.kill() }
}

/// A picture as interleaved R, G, B.
struct RGBImage {
  var width: Int
  var height: Int
  var pixels: [UInt8]

  /// Decodes any picture or video file with ffmpeg; the first picture counts.
  static func decode(_ file: URL, width: Int = 640, height: Int = 424) async throws -> RGBImage {
    let outcome = try await ExternalProgram.run(
      "ffmpeg",
      [
        "-v", "error", "-i", file.path, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24",
        "-",
      ])
    try #require(outcome.output.count == width * height * 3, "\(outcome.errors)")
    return RGBImage(width: width, height: height, pixels: outcome.output)
  }

  /// Mean R, G, B over a rectangle.
  func mean(x: Int, y: Int, width boxWidth: Int, height boxHeight: Int) -> [Double] {
    var sums = [0.0, 0.0, 0.0]
    for row in y..<(y + boxHeight) {
      for column in x..<(x + boxWidth) {
        for channel in 0..<3 {
          sums[channel] += Double(pixels[(row * width + column) * 3 + channel])
        }
      }
    }
    return sums.map { $0 / Double(boxWidth * boxHeight) }
  }
}
