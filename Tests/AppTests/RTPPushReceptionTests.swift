import Foundation
import TestSupport
import Testing

/// Programs that know nothing of us receive the RTP push of the real one.
@Suite(.timeLimit(.minutes(2)), .serialized) struct RTPPushReceptionTests {
  /// The bridge with one target named `studio`, as soon as the SDP file is there.
  private func bridge(
    address: String = "127.0.0.1", port: Int, sdp: URL, _ settings: [String: String] = [:]
  ) async throws -> RunningBridge {
    let prefix = "--outputs-rtp-push-studio-"
    let all = settings.merging([
      "address": address, "port": "\(port)", "sdp-file": sdp.path, "multicast-interface": "lo",
    ]) { $1 }
    let bridge = try await RunningBridge(
      ["--outputs-rtp-push-targets", "studio"] + all.flatMap { [prefix + $0.key, $0.value] })
    let written = await bridge.program.line(containing: "sdp file written")
    try #require(written != nil, "\(bridge.program.lines)")
    return bridge
  }

  /// Lets ffmpeg decode so many pictures; it names everything a decoder could complain about.
  private func receiveWithFFmpeg(
    _ sdp: URL, pictures: Int, options: [String] = []
  ) async throws -> ExternalProgram.Outcome {
    try await ExternalProgram.run(
      "ffmpeg",
      ["-v", "error", "-nostdin", "-protocol_whitelist", "file,udp,rtp"] + options + [
        "-i", sdp.path, "-map", "0:v", "-frames:v", "\(pictures)", "-fps_mode", "passthrough",
        "-f", "framecrc", "-",
      ])
  }

  private func pictureCount(_ outcome: ExternalProgram.Outcome) -> Int {
    String(decoding: outcome.output, as: UTF8.self).split(separator: "\n")
      .count { !$0.hasPrefix("#") }
  }

  @Test(arguments: ["2.5", "1"])
  func ffmpegLosesNothingOfAPacedStream(factor: String) async throws {
    let folder = try TemporaryFolder()
    let sdp = folder.url.appending(path: "stream.sdp")
    let bridge = try await bridge(
      port: FreePort.udpPair(), sdp: sdp, ["pacing-factor": factor, "pacing-burst-packets": "2"])
    let outcome = try await receiveWithFFmpeg(sdp, pictures: 60)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(pictureCount(outcome) == 60)
    #expect(!outcome.errors.contains("missed"), "\(outcome.errors)")
    #expect(await bridge.stop() == 0)
  }

  @Test(.enabled(if: Multicast.isOnLoopback, "this machine has no multicast on loopback"))
  func ffmpegReceivesMulticast() async throws {
    let folder = try TemporaryFolder()
    let sdp = folder.url.appending(path: "stream.sdp")
    let bridge = try await bridge(address: "239.255.42.1", port: FreePort.udpPair(), sdp: sdp)
    let text = try String(contentsOf: sdp, encoding: .utf8)
    #expect(text.contains("c=IN IP4 239.255.42.1/1\r\n"))
    let outcome = try await receiveWithFFmpeg(
      sdp, pictures: 20, options: ["-localaddr", "127.0.0.1"])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(pictureCount(outcome) == 20)
    #expect(await bridge.stop() == 0)
  }

  @Test(arguments: ["127.0.0.1"] + (Multicast.isOnLoopback ? ["239.255.42.2"] : []))
  func gstreamerReceives(address: String) async throws {
    let folder = try TemporaryFolder()
    let sdp = folder.url.appending(path: "stream.sdp")
    let port = try FreePort.udpPair()
    let bridge = try await bridge(address: address, port: port, sdp: sdp)
    let outcome = try await ExternalProgram.run(
      "gst-launch-1.0",
      [
        "-q", "udpsrc", "address=\(address)", "port=\(port)", "multicast-iface=lo",
        "caps=application/x-rtp,media=video,encoding-name=H264,clock-rate=90000,payload=120", "!",
        "rtpjitterbuffer", "latency=20", "!", "rtph264depay", "!", "avdec_h264", "!", "identity",
        "eos-after=40", "!", "fakesink", "sync=false",
      ])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(await bridge.stop() == 0)
  }

  /// GStreamer loses every twentieth packet, says so by NACK to where the packets come from, and
  /// gets them again. It watches for long enough that its regular report is due twice, which is at
  /// most every 6.2 s (RFC 3550 section 6.3.1).
  @Test func gstreamerGetsLostPacketsAgain() async throws {
    let folder = try TemporaryFolder()
    let (port, sourcePort) = (try FreePort.udpPair(), try FreePort.udp())
    let bridge = try await bridge(
      port: port, sdp: folder.url.appending(path: "stream.sdp"),
      ["source-port": "\(sourcePort)", "sender-reports": "true"])
    let format =
      "caps=application/x-rtp,media=video,encoding-name=H264,clock-rate=90000,payload=120,"
      + "rtcp-fb-nack=(boolean)true,rtcp-fb-nack-pli=(boolean)true"
    let outcome = try await ExternalProgram.run(
      "gst-launch-1.0",
      [
        "-q", "rtpbin", "name=bin", "rtp-profile=avpf", "do-retransmission=true", "latency=200",
        "udpsrc", "port=\(port)", format, "!", "identity", "drop-probability=0.05", "!",
        "bin.recv_rtp_sink_0", "udpsrc", "port=\(port + 1)", "!", "bin.recv_rtcp_sink_0",
        "bin.", "!", "rtph264depay", "!", "avdec_h264", "!", "identity", "eos-after=160", "!",
        "fakesink", "sync=false", "bin.send_rtcp_src_0", "!", "udpsink", "host=127.0.0.1",
        "port=\(sourcePort)", "sync=false", "async=false",
      ])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let figures = try await target(of: bridge)
    let lost = try #require(figures["packetsReportedLost"] as? Int)
    let repeated = try #require(figures["packetsRetransmitted"] as? Int)
    #expect(lost > 0)
    #expect(repeated >= lost / 2)
    #expect(figures["lossRatio"] is Double, "its reports are heard")
    #expect(await bridge.stop() == 0)
  }

  /// The target's part of the status page.
  private func target(of bridge: RunningBridge) async throws -> [String: Any] {
    let answer = try await ExternalProgram.run(
      "curl", ["-sSf", "http://127.0.0.1:\(bridge.controlPort)/status"])
    let status = try JSONSerialization.jsonObject(with: Data(answer.output)) as? [String: Any]
    let components = status?["components"] as? [String: Any]
    let push = components?["rtpPush"] as? [String: Any]
    let targets = push?["targets"] as? [String: Any]
    return try #require(targets?["studio"] as? [String: Any])
  }

  /// Over a pause a receiver sees one stream: ffmpeg goes on by itself, and its time has gone on.
  @Test func ffmpegGoesOnAfterAPause() async throws {
    let folder = try TemporaryFolder()
    let sdp = folder.url.appending(path: "stream.sdp")
    let bridge = try await bridge(port: FreePort.udpPair(), sdp: sdp)
    // Until ffmpeg opens its port, the kernel says that nobody listens.
    let refused = await bridge.program.line(containing: "rtp push target does not listen")
    try #require(refused != nil)
    async let reception = receiveWithFFmpeg(sdp, pictures: 200)
    let listens = await bridge.program.line(containing: "rtp push target listens")
    try #require(listens != nil)
    let base = "http://127.0.0.1:\(bridge.controlPort)/control/outputs/rtpPush/studio/"
    var states: [String] = []
    for action in ["pause", "resume"] {
      let answer = try await ExternalProgram.run(
        "curl", ["-sSf", "-X", "POST", "-H", "X-Requested-By: test", base + action])
      states.append(String(decoding: answer.output, as: UTF8.self))
    }
    #expect(states.first?.contains("\"isPaused\" : true") == true)
    #expect(states.last?.contains("\"isPaused\" : false") == true)
    let outcome = try await reception
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(pictureCount(outcome) == 200)
    let forbidden = try await ExternalProgram.run("curl", ["-sS", "-X", "POST", base + "pause"])
    #expect(String(decoding: forbidden.output, as: UTF8.self).contains("X-Requested-By"))
    #expect(await bridge.stop() == 0)
  }
}
