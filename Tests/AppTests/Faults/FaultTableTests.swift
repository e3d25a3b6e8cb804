import Foundation
import SimulatedCamera
import TestSupport
import Testing

/// Every fault the simulated camera can have, with the real program, an ffmpeg reader over RTSP
/// and a receiver of pushed RTP attached all the time.
///
/// With `FAULT_TABLE=FILE` the table is written there; the stream is left alone for
/// ten seconds between two faults, so that each begins with a good stream, and that takes a quarter
/// of an hour. Otherwise faults that are dealt with alike are tried once. `FAULTS=TEXT` tries only
/// those whose commands contain one of the words.
@Suite(.serialized, .timeLimit(.minutes(30))) struct FaultTableTests {
  private static let file = ProcessInfo.processInfo.environment["FAULT_TABLE"]

  private static var chosenFaults: [CameraFault] {
    guard let words = ProcessInfo.processInfo.environment["FAULTS"]?.split(separator: " ") else {
      return CameraFault.all.filter { file != nil || $0.isTriedAlways }
    }
    return CameraFault.all.filter { fault in
      words.contains { fault.commands.joined(separator: " ").contains($0) }
    }
  }

  @Test(arguments: ["slate", "freeze"])
  func everyFaultIsSurvivedAndNoViewerLost(mode: String) async throws {
    // One mode shows every fault; the other one shows that viewers stay there, too.
    let faults =
      mode == "slate" ? Self.chosenFaults : CameraFault.all.filter { $0.name.contains("gone") }
    let scene = try await FaultScene(offlineMode: mode)
    var table = FaultTable()
    let begin = try scene.residentKilobytes()
    for fault in faults {
      let row = try await scene.play(fault, rest: Self.file == nil ? .seconds(1) : .seconds(11))
      #expect(row.recovery != nil, "\(fault.name): \(row.logLines)")
      table.rows.append(row)
      if mode == "slate" { try table.write(to: Self.file) }
    }
    let end = try scene.residentKilobytes()
    #expect(scene.viewer.isRunning, "the ffmpeg reader has lost its session")
    #expect(await scene.bridge.terminate() == 0)
    #expect(await scene.viewer.exit() == 0)
    table.notes = [
      "Resident memory: \(begin / 1024) MB before, \(end / 1024) MB after all of them.",
      "One RTSP session (ffmpeg, TCP) and one RTP push over all of them.",
    ]
    if mode == "slate" { try table.write(to: Self.file) }
    await scene.end()
  }

  @Test func refusingModeEndsSessionsAndAnswers503() async throws {
    let scene = try await FaultScene(offlineMode: "refuse")
    try await scene.camera.apply("vanish:reset")
    // The session ends by itself.
    #expect(await scene.viewer.exit() == 0)
    let refused = try await ExternalProgram.run(
      "ffmpeg", ["-v", "error", "-rtsp_transport", "tcp", "-i", scene.url, "-f", "null", "-"])
    #expect(refused.errors.contains("503"), "\(refused.errors)")
    try await scene.camera.apply("reappear")
    let back = await scene.arrivals.firstLive(since: .now)
    #expect(back != nil)
    let served = try await ExternalProgram.run(
      "ffmpeg",
      [
        "-v", "error", "-rtsp_transport", "tcp", "-i", scene.url, "-frames:v", "1", "-f", "null",
        "-",
      ])
    #expect(served.exitCode == 0, "\(served.errors)")
    #expect(await scene.bridge.terminate() == 0)
    await scene.end()
  }
}

/// A camera, the bridge, and who watches.
struct FaultScene: Sendable {
  let camera: SimulatedCamera
  let bridge: ExternalProgram
  let viewer: ExternalProgram
  let arrivals: RTPArrivals
  let url: String

  init(offlineMode: String) async throws {
    var configuration = SimulatedCameraConfiguration()
    configuration.apiPort = 0
    configuration.descriptionPort = 0
    configuration.answersDiscovery = false
    configuration.delayScale = 0
    configuration.framesPerSecond = 25
    camera = try SimulatedCamera(configuration: configuration)
    let endpoints = try await camera.start()
    arrivals = try RTPArrivals()
    let port = try FreePort.tcp()
    url = "rtsp://127.0.0.1:\(port)/live/stream"
    bridge = try ExternalProgram(
      BuiltProduct.url("liveview-bridge"),
      [
        "run", "--camera-url", endpoints.descriptionURL, "--control-enabled", "false",
        "--outputs-rtsp-listen-address", "127.0.0.1", "--outputs-rtsp-listen-port", "\(port)",
        "--outputs-rtp-push-targets", "receiver",
        "--outputs-rtp-push-receiver-address", "127.0.0.1",
        "--outputs-rtp-push-receiver-port", "\(arrivals.port)", "--offline-mode", offlineMode,
      ])
    let started = await bridge.line(containing: "liveview started")
    try #require(started != nil, "\(bridge.lines)")
    viewer = try ExternalProgram(
      URL(filePath: "/usr/bin/env"),
      [
        "ffmpeg", "-v", "error", "-nostdin", "-rtsp_transport", "tcp", "-i", url, "-map", "0:v",
        "-c", "copy", "-f", "null", "-",
      ])
    let joined = await bridge.line(containing: "viewer joined")
    try #require(joined != nil, "\(bridge.lines)")
    let isLive = await arrivals.wait { $0.liveTime >= .seconds(1) }
    try #require(isLive, "\(bridge.lines)")
  }

  func play(_ fault: CameraFault, rest: Duration) async throws -> FaultTable.Row {
    let lastEnd = ContinuousClock.now
    _ = await arrivals.wait {
      $0.liveTime >= .milliseconds(500) && .now - lastEnd >= rest
    }
    let logged = bridge.lines.count
    let (begin, beginDate) = (ContinuousClock.now, Date())
    for command in fault.commands { try await camera.apply(command) }
    let healed: ContinuousClock.Instant
    switch fault.end {
    case .atOnce: healed = begin
    case .after(let duration): healed = begin + duration
    case .whenNoticed:
      _ = await arrivals.waitForPause(of: .seconds(1))
      healed = begin + .seconds(3)
    case .by(let commands, whenMissedFor: let pause):
      _ = await arrivals.waitForPause(of: pause)
      healed = .now
      for command in commands { try await camera.apply(command) }
    case .byLog(let text, let commands):
      _ = await bridge.line(containing: text)
      healed = .now
      for command in commands { try await camera.apply(command) }
    }
    // What comes after the fault, or would have been there without it.
    var back = await arrivals.firstLive(since: healed)
    if case .atOnce = fault.end {
      // It takes effect with a picture to come; what counts is the longest pause.
      _ = await arrivals.wait { _ in .now - begin >= .milliseconds(1500) }
      back = begin + arrivals.history.longestPause(from: begin, to: .now)
    }
    _ = await arrivals.wait { $0.liveTime >= .milliseconds(500) }
    let lines = Array(bridge.lines.dropFirst(logged))
    let slate = lines.first { $0.contains("viewers do not see the camera") }
      .flatMap { $0.split(separator: " ").first }
      .flatMap { try? Date(String($0), strategy: Self.logTime) }
    return FaultTable.Row(
      fault: fault, recovery: back.map { $0 - healed },
      outage: arrivals.history.outage(from: begin, to: back ?? .now),
      slate: slate.map { .seconds($0.timeIntervalSince(beginDate)) },
      logLines: lines.map(FaultTable.shortened))
  }

  private static let logTime = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

  func residentKilobytes() throws -> Int {
    let status = try String(
      contentsOfFile: "/proc/\(bridge.processIdentifier)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return line.flatMap { Int($0.split { !$0.isNumber }.first ?? "") } ?? 0
  }

  func end() async {
    arrivals.close()
    viewer.kill()
    bridge.kill()
    await camera.stop()
  }
}

extension RTPArrivals.History {
  /// Longest time between two pictures, live or not, of those that came between two moments.
  func longestPause(
    from begin: ContinuousClock.Instant, to end: ContinuousClock.Instant
  ) -> Duration {
    let seen = [begin] + arrivals.filter { $0 >= begin && $0 <= end } + [end]
    return zip(seen, seen.dropFirst()).map { $1 - $0 }.max() ?? .zero
  }

  /// Time without live pictures between two moments.
  func outage(
    from begin: ContinuousClock.Instant, to end: ContinuousClock.Instant
  ) -> Duration {
    let before = arrivals.last { $0 < begin } ?? begin
    let seen = [before] + arrivals.filter { $0 >= begin && $0 <= end }
    return zip(seen, seen.dropFirst()).map { $1 - $0 }.filter { $0 >= RTPArrivals.livePause }
      .reduce(.zero, +)
  }
}
