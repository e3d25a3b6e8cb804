import Foundation
import TestSupport
import Testing

/// The real program, its passwords and its certificate, with clients that other people wrote.
@Suite(.timeLimit(.minutes(5))) struct AccessEndToEndTests {
  private static let password = "s:é@c\"t"
  private static let inURL = "cam:s%3A%C3%A9%40c%22t@"

  /// What one client does with the schemes a server offers.
  struct Case: Sendable, CustomStringConvertible {
    var schemes: [String]
    var ffmpeg = true
    var gstreamer = true

    var description: String { schemes.joined(separator: " ") }
  }

  /// ffmpeg 5.1 and GStreamer 1.22 know no SHA-256, and ffmpeg takes the last Digest it is offered.
  private static let cases = [
    Case(schemes: ["basic"]), Case(schemes: ["digest"]), Case(schemes: ["basic", "digest"]),
    Case(schemes: ["digestSHA256", "digest", "basic"]),
    Case(schemes: ["digestSHA256"], ffmpeg: false, gstreamer: false),
    Case(schemes: ["digest", "digestSHA256"], ffmpeg: false),
  ]

  @Test(arguments: cases) func playersLogInWithWhatTheyKnow(_ offer: Case) async throws {
    let bridge = try await RunningBridge(
      ["--outputs-rtsp-username", "cam", "--outputs-rtsp-authentication"] + offer.schemes,
      environment: ["LIVEVIEW_BRIDGE_OUTPUTS_RTSP_PASSWORD": Self.password])
    let url = bridge.url.replacingOccurrences(of: "://", with: "://\(Self.inURL)")
    #expect(try await ffmpegPlays(["-rtsp_transport", "tcp", "-i", url]) == offer.ffmpeg)
    #expect(
      try await gstreamerPlays(bridge.url, ["user-id=cam", "user-pw=\(Self.password)"])
        == offer.gstreamer)
    #expect(try await !gstreamerPlays(bridge.url, ["user-id=cam", "user-pw=guess"]))
    #expect(await bridge.stop() == 0)
    let log = bridge.program.lines.joined()
    #expect(!log.contains(Self.password) && !log.contains("guess"))
  }

  @Test func hashesOfTheCommandOpenTheDoor() async throws {
    let printed = try await ExternalProgram.run(
      BuiltProduct.url("liveview-bridge").path, ["password", "cam", "--iterations", "20000"],
      input: Array("\(Self.password)\nsomething else\n".utf8))
    #expect(printed.exitCode == 0 && !printed.errors.contains(Self.password))
    let hashes = String(decoding: printed.output, as: UTF8.self).split(separator: "\n").map {
      String($0.split(separator: " ").last ?? "")
    }
    try #require(hashes.count == 3)
    let bridge = try await RunningBridge(
      [
        "--outputs-rtsp-users", "viewer", "--outputs-rtsp-user-viewer-username", "cam",
        "--outputs-rtsp-authentication", "digest", "basic",
      ],
      environment: [
        "LIVEVIEW_BRIDGE_OUTPUTS_RTSP_USER_VIEWER_PASSWORD_HASH": hashes[0] + " " + hashes[1]
      ])
    let url = bridge.url.replacingOccurrences(of: "://", with: "://\(Self.inURL)")
    #expect(try await ffmpegPlays(["-rtsp_transport", "tcp", "-i", url]))
    #expect(await bridge.stop() == 0)
  }

  @Test func anEmptyPasswordIsRefused() async throws {
    let outcome = try await ExternalProgram.run(
      BuiltProduct.url("liveview-bridge").path, ["password", "cam"])
    #expect(outcome.exitCode != 0 && outcome.output.isEmpty)
  }

  @Test func playersWatchOverTLS() async throws {
    let folder = try TemporaryFolder()
    let (certificate, key) = (
      folder.url.appending(path: "certificate.pem").path, folder.url.appending(path: "key.pem").path
    )
    let made = try await ExternalProgram.run(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-days", "2", "-subj", "/CN=camera", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
        key, "-out", certificate,
      ])
    try #require(made.exitCode == 0, "\(made.errors)")
    let port = try FreePort.tcp()
    let bridge = try await RunningBridge(
      [
        "--outputs-rtsp-username", "cam", "--outputs-rtsp-tls-enabled", "true",
        "--outputs-rtsp-tls-listen-port", "\(port)", "--outputs-rtsp-tls-certificate-file",
        certificate, "--outputs-rtsp-tls-key-file", key,
      ], environment: ["LIVEVIEW_BRIDGE_OUTPUTS_RTSP_PASSWORD": Self.password])
    #expect(bridge.program.lines.contains { $0.contains("rtsps://127.0.0.1:\(port)/live/stream") })
    let address = "127.0.0.1:\(port)/live/stream"
    #expect(try await ffmpegPlays(["-i", "rtsps://\(Self.inURL)\(address)"]))
    #expect(
      try await gstreamerPlays(
        "rtsps://\(address)",
        ["user-id=cam", "user-pw=\(Self.password)", "tls-validation-flags=0"]))
    // Whoever checks the certificate finds that nobody vouches for it.
    #expect(
      try await !gstreamerPlays(
        "rtsps://\(address)", ["user-id=cam", "user-pw=\(Self.password)"]))
    #expect(await bridge.stop() == 0)
  }

  private func ffmpegPlays(_ input: [String]) async throws -> Bool {
    let outcome = try await ExternalProgram.run(
      "ffmpeg", ["-v", "error", "-y"] + input + ["-frames:v", "1", "-f", "null", "-"])
    return outcome.exitCode == 0
  }

  /// Whether it shows a picture. Its exit code says less: over TLS it now and then takes the
  /// cancelled reading at its own end for the end of the connection.
  private func gstreamerPlays(_ url: String, _ properties: [String]) async throws -> Bool {
    let folder = try TemporaryFolder()
    let picture = folder.url.appending(path: "picture.png")
    _ = try await ExternalProgram.run(
      "gst-launch-1.0",
      ["-q", "rtspsrc", "location=\(url)", "protocols=tcp"] + properties + [
        "!", "rtph264depay", "!", "h264parse", "!", "avdec_h264", "!", "videoconvert", "!",
        "pngenc", "snapshot=true", "!", "filesink", "location=\(picture.path)",
      ])
    let bytes = (try? Data(contentsOf: picture)) ?? Data()
    return bytes.starts(with: [0x89] + Array("PNG".utf8))
  }
}
