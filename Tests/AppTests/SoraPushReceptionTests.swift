import Foundation
import SimulatedSora
import TestSupport
import Testing

/// Programs that know nothing of us, set up for what Sora forwards, receive the bridge instead:
/// with the description exactly as Sora's API returned it.
@Suite(.timeLimit(.minutes(3)), .serialized) struct SoraPushReceptionTests {
  /// A Sora with one publisher, and the bridge that keeps it forwarded and pushes in its form.
  private struct Scene {
    let host: String
    let port: Int
    let hasAudio: Bool
    let sora: SimulatedSora
    let bridge: RunningBridge
    let folder: TemporaryFolder
    /// Sora's words, written by section `sora`.
    let sorasFile: URL
    /// The bridge's own file.
    let ownFile: URL

    /// - Parameters:
    ///   - video: nil: the publisher sends audio only.
    ///   - push: Further settings of the target `studio`, keys as on the command line.
    init(
      host: String = "127.0.0.1", port: Int, hasAudio: Bool = false,
      video: SoraConnection.VideoCodec? = .h264, push: [String: String] = [:]
    ) async throws {
      (self.host, self.port, self.hasAudio) = (host, port, hasAudio)
      sora = try await SimulatedSora()
      sora.change { state in
        state.publish("camera", id: "PUBLISHER", video: video)
        for index in state.connections.indices { state.connections[index].hasAudio = hasAudio }
      }
      folder = try TemporaryFolder()
      sorasFile = folder.url.appending(path: "sora.sdp")
      ownFile = folder.url.appending(path: "own.sdp")
      var arguments = [
        "--state-directory", folder.url.appending(path: "state").path,
        "--sora-enabled", "true", "--sora-api-url", sora.url, "--sora-channel-id", "camera",
        "--sora-address", host, "--sora-video-port", "\(port)",
        "--sora-audio-port", "\(port - 2)", "--sora-sdp-file", sorasFile.path,
        "--outputs-rtp-push-targets", "studio",
      ]
      let settings = ["profile": "fromSora", "sdp-file": ownFile.path].merging(push) { $1 }
      for (key, value) in settings { arguments += ["--outputs-rtp-push-studio-\(key)", value] }
      bridge = try await RunningBridge(arguments)
    }

    /// Waits for both files.
    func untilDescribed(by parts: [String] = ["sora", "rtpPush"]) async throws {
      for part in parts {
        let line = await bridge.program.line {
          $0.contains(part) && $0.contains("sdp file written")
        }
        try #require(line != nil, "\(bridge.program.lines)")
      }
    }

    /// What Sora's API returns for a publisher of H.264.
    var answer: String { video(audio: hasAudio) }

    private func video(audio: Bool) -> String {
      let connection = "c=IN \(host.contains(":") ? "IP6" : "IP4") \(host)\r\n"
      return "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
        + (audio
          ? "m=audio \(port - 2) RTP/SAVPF 109\r\n\(connection)a=rtpmap:109 opus/48000/2\r\n" : "")
        + "m=video \(port) RTP/SAVPF 120\r\n\(connection)a=rtpmap:120 H264/90000\r\na=fmtp:120 "
        + "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n"
    }

    /// The same without the audio.
    var videoAlone: String { video(audio: false) }

    func text(_ file: URL) throws -> String { try String(contentsOf: file, encoding: .utf8) }

    /// The target's part of the status page.
    func target() async throws -> [String: Any] {
      let answer = try await ExternalProgram.run(
        "curl", ["-sSf", "http://127.0.0.1:\(bridge.controlPort)/status"])
      let status = try JSONSerialization.jsonObject(with: Data(answer.output)) as? [String: Any]
      let components = status?["components"] as? [String: Any]
      let push = components?["rtpPush"] as? [String: Any]
      let targets = push?["targets"] as? [String: Any]
      return try #require(targets?["studio"] as? [String: Any])
    }

    func end() async {
      #expect(await bridge.stop() == 0)
      try? await sora.stop()
    }
  }

  /// An odd port that is free: Sora's documents forward video to 60003.
  private func oddPort() throws -> Int { try FreePort.udpPair() + 1 }

  /// Lets ffmpeg decode so many pictures from a description, the last one into a file.
  private func receiveWithFFmpeg(
    _ sdp: URL, pictures: Int, picture: URL? = nil
  ) async throws -> ExternalProgram.Outcome {
    let last = picture.map { ["-map", "0:v", "-frames:v", "\(pictures)", "-update", "1", $0.path] }
    return try await ExternalProgram.run(
      "ffmpeg",
      [
        "-v", "error", "-nostdin", "-y", "-protocol_whitelist", "file,udp,rtp", "-i", sdp.path,
        "-map", "0:v", "-frames:v", "\(pictures)", "-fps_mode", "passthrough", "-f", "framecrc",
        "-",
      ] + (last ?? []))
  }

  private func expectPictures(_ count: Int, _ outcome: ExternalProgram.Outcome) {
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let lines = String(decoding: outcome.output, as: UTF8.self).split(separator: "\n")
    #expect(lines.count { !$0.hasPrefix("#") } == count)
    #expect(!outcome.errors.contains("missed"), "\(outcome.errors)")
  }

  @Test(arguments: ["127.0.0.1", "::1"], [false, true])
  func ffmpegReadsSorasWordsUnchanged(host: String, hasAudio: Bool) async throws {
    let scene = try await Scene(host: host, port: oddPort(), hasAudio: hasAudio)
    try await scene.untilDescribed()
    #expect(try scene.text(scene.sorasFile) == scene.answer)
    #expect(try scene.text(scene.ownFile) == scene.videoAlone)
    // ffmpeg looks for the audio that is announced, some seconds, before it shows anything.
    let picture = scene.folder.url.appending(path: "picture.png")
    let outcome = try await receiveWithFFmpeg(scene.sorasFile, pictures: 20, picture: picture)
    expectPictures(20, outcome)
    try await expectTheCamerasPicture(picture, scene)
    await scene.end()
  }

  /// The picture is the camera's, not just some picture: as bright and colourful everywhere.
  private func expectTheCamerasPicture(_ file: URL, _ scene: Scene) async throws {
    let snapshot = scene.folder.url.appending(path: "snapshot.jpg")
    try Data(await scene.bridge.snapshot()).write(to: snapshot)
    let got = try await RGBImage.decode(file)
    let expected = try await RGBImage.decode(snapshot)
    for (x, y) in [(0, 0), (320, 0), (0, 212), (320, 212)] {
      let means = zip(
        got.mean(x: x, y: y, width: 320, height: 212),
        expected.mean(x: x, y: y, width: 320, height: 212))
      for (mean, wanted) in means { #expect(abs(mean - wanted) < 12, "at \(x), \(y)") }
    }
  }

  @Test func theOwnFileIsSorasWithoutTheAudio() async throws {
    let scene = try await Scene(port: oddPort(), hasAudio: true)
    try await scene.untilDescribed()
    #expect(try scene.text(scene.ownFile) == scene.videoAlone)
    expectPictures(20, try await receiveWithFFmpeg(scene.ownFile, pictures: 20))
    await scene.end()
  }

  private static let decoding = [
    "!", "rtph264depay", "!", "avdec_h264", "!", "identity", "eos-after=40", "!", "fakesink",
    "sync=false",
  ]

  private func receiveWithGStreamer(_ source: [String]) async throws {
    let outcome = try await ExternalProgram.run("gst-launch-1.0", ["-q"] + source + Self.decoding)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
  }

  /// GStreamer's `sdpdemux` shows nothing before every announced stream has come, so a publisher
  /// with audio takes the bridge's own file. It opens IPv4 sockets only.
  @Test(arguments: [false, true])
  func gstreamerReadsSorasWordsUnchanged(hasAudio: Bool) async throws {
    let scene = try await Scene(port: oddPort(), hasAudio: hasAudio)
    try await scene.untilDescribed()
    let file = hasAudio ? scene.ownFile : scene.sorasFile
    #expect(try scene.text(file) == scene.videoAlone)
    try await receiveWithGStreamer([
      "filesrc", "location=\(file.path)", "!", "sdpdemux", "name=demux", "demux.", "!",
      "application/x-rtp,media=video",
    ])
    await scene.end()
  }

  @Test(arguments: ["127.0.0.1", "::1"])
  func gstreamerReadsWithSorasPayloadType(host: String) async throws {
    let port = try oddPort()
    let scene = try await Scene(host: host, port: port)
    try await scene.untilDescribed()
    try await receiveWithGStreamer([
      "udpsrc", "address=\(host)", "port=\(port)",
      "caps=application/x-rtp,media=video,encoding-name=H264,clock-rate=90000,payload=120", "!",
      "rtpjitterbuffer", "latency=20",
    ])
    await scene.end()
  }

  /// Profile `sora` needs no Sora: a description of its form, written long before, fits.
  @Test func aDescriptionInSorasFormFitsTheSoraProfile() async throws {
    let port = try oddPort()
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "sora.sdp")
    let text = """
      v=0\r
      o=- 0 0 IN IP4 0.0.0.0\r
      s=-\r
      t=0 0\r
      m=video \(port) RTP/SAVPF 120\r
      c=IN IP4 127.0.0.1\r
      a=rtpmap:120 H264/90000\r
      a=fmtp:120 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r

      """
    try Data(text.utf8).write(to: file)
    let bridge = try await RunningBridge([
      "--outputs-rtp-push-targets", "studio", "--outputs-rtp-push-studio-address", "127.0.0.1",
      "--outputs-rtp-push-studio-port", "\(port)",
    ])
    expectPictures(20, try await receiveWithFFmpeg(file, pictures: 20))
    #expect(await bridge.stop() == 0)
  }

  @Test func anotherCodecIsAClearFailure() async throws {
    let scene = try await Scene(port: oddPort(), hasAudio: true, video: .vp9)
    let line = await scene.bridge.program.line(containing: "rtp push target failed")
    #expect(
      line?.contains("Sora forwards VP9; the bridge sends H.264 only") == true,
      "\(scene.bridge.program.lines)")
    let target = try await scene.target()
    #expect(target["state"] as? String == "retrying")
    #expect(target["packets"] as? Int == 0)
    await scene.end()
  }

  /// Sora goes away while its receiver listens: the bridge goes on in its place.
  @Test func standbyTakesOver() async throws {
    let scene = try await Scene(port: oddPort(), push: ["standby": "true"])
    let standing = await scene.bridge.program.line(containing: "standing by while Sora forwards")
    try #require(standing != nil, "\(scene.bridge.program.lines)")
    // A target that stands by has no description of its own yet.
    try await scene.untilDescribed(by: ["sora"])
    let before = try await scene.target()
    #expect(before["isStandingBy"] as? Bool == true)
    #expect(before["packets"] as? Int == 0)
    // The bridge removes the file when nothing is forwarded; a receiver goes on with what it read.
    let read = scene.folder.url.appending(path: "read.sdp")
    try scene.answer.write(to: read, atomically: true, encoding: .utf8)
    #expect(try scene.text(scene.sorasFile) == scene.answer)
    scene.sora.change { $0.leave("PUBLISHER") }
    let sending = await scene.bridge.program.line(containing: "sending to 1 target")
    try #require(sending != nil, "\(scene.bridge.program.lines)")
    expectPictures(20, try await receiveWithFFmpeg(read, pictures: 20))
    scene.sora.change { $0.publish("camera", id: "SECOND") }
    let back = await scene.bridge.program.line { line in
      line.contains("standing by while Sora forwards") && line != standing
    }
    #expect(back != nil)
    await scene.end()
  }

  @Test func withoutTheSectionSoraItCannotStart() async throws {
    let outcome = try await ExternalProgram.run(
      BuiltProduct.url("liveview-bridge").path,
      [
        "run", "--outputs-rtp-push-targets", "studio", "--outputs-rtp-push-studio-profile",
        "fromSora",
      ])
    #expect(outcome.exitCode == 78)
    #expect(outcome.errors.contains("outputs.rtpPush.studio.profile"), "\(outcome.errors)")
    #expect(outcome.errors.contains("sora.enabled"))
  }
}
