import Foundation
import Media
import SimulatedCamera
import TestSupport
import Testing

/// The real program, watched by ffmpeg and GStreamer.
@Suite(.timeLimit(.minutes(5))) struct EndToEndTests {
  @Test func ffmpegTakesASnapshotOverTCP() async throws {
    let bridge = try await RunningBridge()
    try await expectGoodPicture(from: bridge, ["-rtsp_transport", "tcp", "-i", bridge.url])
    #expect(await bridge.stop() == 0)
  }

  @Test func ffmpegTakesASnapshotOverUDP() async throws {
    let bridge = try await RunningBridge()
    try await expectGoodPicture(from: bridge, ["-rtsp_transport", "udp", "-i", bridge.url])
    #expect(await bridge.stop() == 0)
  }

  @Test func ffmpegTakesASnapshotThroughHTTP() async throws {
    let bridge = try await RunningBridge()
    try await expectGoodPicture(from: bridge, ["-rtsp_transport", "http", "-i", bridge.url])
    #expect(await bridge.stop() == 0)
  }

  /// GStreamer tunnels through HTTP if the scheme says so.
  @Test(arguments: [("rtsp", "tcp"), ("rtsp", "udp"), ("rtsph", "tcp+http")])
  func gstreamerPlays(scheme: String, transport: String) async throws {
    let bridge = try await RunningBridge()
    let url = scheme + bridge.url.dropFirst("rtsp".count)
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "picture.png")
    let outcome = try await ExternalProgram.run(
      "gst-launch-1.0",
      [
        "-q", "rtspsrc", "location=\(url)", "protocols=\(transport)", "latency=0", "!",
        "rtph264depay", "!", "h264parse", "!", "avdec_h264", "!", "videoconvert", "!", "pngenc",
        "snapshot=true", "!", "filesink", "location=\(file.path)",
      ])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    // Its own arithmetic for RGB puts blue off by up to 3 levels in saturated colours, whatever
    // the source.
    let source = folder.url.appending(path: "source.jpg")
    try Data(await bridge.snapshot()).write(to: source)
    try expectColours(
      of: await RGBImage.decode(file), like: await RGBImage.decode(source), tolerance: 4)
    #expect(await bridge.stop() == 0)
  }

  @Test(
    .enabled(if: Multicast.isRouted, "this machine has no route for multicast"),
    arguments: ["ffmpeg", "gst-launch-1.0"])
  func playersWatchByMulticast(program: String) async throws {
    let port = try FreePort.udpPair()
    let bridge = try await RunningBridge([
      "--outputs-rtsp-multicast-enabled", "true", "--outputs-rtsp-multicast-port", "\(port)",
    ])
    let arguments =
      program == "ffmpeg"
      ? [
        "-v", "error", "-rtsp_transport", "udp_multicast", "-i", bridge.url, "-frames:v", "10",
        "-f", "null", "-",
      ]
      : [
        "-q", "rtspsrc", "location=\(bridge.url)", "protocols=udp-mcast", "latency=0", "!",
        "rtph264depay", "!", "h264parse", "!", "avdec_h264", "!", "videoconvert", "!", "pngenc",
        "snapshot=true", "!", "fakesink",
      ]
    let outcome = try await ExternalProgram.run(program, arguments)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let joined = await bridge.program.line {
      $0.contains("viewer joined") && $0.contains("multicast")
    }
    #expect(joined != nil)
    #expect(await bridge.stop() == 0)
  }

  @Test(arguments: ["sora", "avp"])
  func ffmpegReadsTheRTPPush(profile: String) async throws {
    let folder = try TemporaryFolder()
    let sdp = folder.url.appending(path: "stream.sdp")
    let port = try FreePort.udpPair()
    let bridge = try await RunningBridge([
      "--outputs-rtp-push-targets", "receiver", "--outputs-rtp-push-receiver-address", "127.0.0.1",
      "--outputs-rtp-push-receiver-port", "\(port)", "--outputs-rtp-push-receiver-profile", profile,
      "--outputs-rtp-push-receiver-sdp-file", sdp.path,
    ])
    let written = await bridge.program.line(containing: "sdp file written")
    try #require(written != nil)
    // It joins in the middle of a GOP and says so; after the next IDR all is well.
    try await expectGoodPicture(
      from: bridge, ["-protocol_whitelist", "file,udp,rtp", "-i", sdp.path], startsAtIDR: false)
    #expect(await bridge.stop() == 0)
  }

  @Test func passwordIsAskedForAndNeverShown() async throws {
    let bridge = try await RunningBridge(
      ["--outputs-rtsp-username", "viewer"],
      environment: ["LIVEVIEW_BRIDGE_OUTPUTS_RTSP_PASSWORD": "s3cret:päss"])
    let refused = try await ExternalProgram.run(
      "ffmpeg", ["-v", "error", "-rtsp_transport", "tcp", "-i", bridge.url, "-f", "null", "-"])
    #expect(refused.errors.contains("401"))
    let url = bridge.url.replacingOccurrences(of: "://", with: "://viewer:s3cret%3Ap%C3%A4ss@")
    try await expectGoodPicture(from: bridge, ["-rtsp_transport", "tcp", "-i", url])
    #expect(await bridge.stop() == 0)
    #expect(!bridge.program.lines.joined().contains("s3cret"))
  }

  @Test func eachViewerLeavesNothingBehind() async throws {
    let bridge = try await RunningBridge()
    for _ in 0..<5 {
      try await expectGoodPicture(from: bridge, ["-rtsp_transport", "tcp", "-i", bridge.url])
    }
    let left = await bridge.program.line { $0.contains("viewer left") && $0.contains("viewers=0") }
    #expect(left != nil)
    #expect(await bridge.stop() == 0)
    #expect(!bridge.program.lines.contains { $0.contains(" error ") })
  }

  private func expectGoodPicture(
    from bridge: RunningBridge, _ input: [String], startsAtIDR: Bool = true
  ) async throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "picture.png")
    let outcome = try await ExternalProgram.run(
      "ffmpeg", ["-v", "error", "-y"] + input + ["-frames:v", "1", file.path])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    // ffmpeg names everything a decoder could complain about: missing references, lost packets.
    if startsAtIDR { #expect(outcome.errors.isEmpty, "\(outcome.errors)") }
    let source = folder.url.appending(path: "source.jpg")
    try Data(await bridge.snapshot()).write(to: source)
    try expectColours(of: await RGBImage.decode(file), like: await RGBImage.decode(source))
  }

  /// The colour bars of the decoded stream against those of the camera's own JPEG.
  private func expectColours(
    of picture: RGBImage, like source: RGBImage, tolerance: Double = 2
  ) throws {
    let regions = SimulatedPicture.colourBarRegions(in: .init(width: 640, height: 424))
    try #require(!regions.isEmpty)
    for region in regions {
      let box = region.rectangle.inset(by: 4)
      let wanted = source.mean(x: box.x, y: box.y, width: box.width, height: box.height)
      let found = picture.mean(x: box.x, y: box.y, width: box.width, height: box.height)
      for channel in 0..<3 {
        #expect(
          abs(wanted[channel] - found[channel]) <= tolerance, "\(region.name) channel \(channel)")
      }
    }
  }
}
