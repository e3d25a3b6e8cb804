import Foundation
import Media
import SimulatedCamera
import TestSupport
import Testing

/// The real program taking pictures from the real program.
@Suite(.timeLimit(.minutes(5))) struct SnapshotCommandTests {
  private func snapshot(_ arguments: String...) async throws -> ExternalProgram.Outcome {
    try await ExternalProgram.run(
      BuiltProduct.url("liveview-bridge").path, ["snapshot"] + arguments)
  }

  @Test func aStreamBecomesAFile() async throws {
    let bridge = try await RunningBridge()
    let folder = try TemporaryFolder()
    let jpeg = folder.url.appending(path: "picture.jpg")
    let outcome = try await snapshot("--json", bridge.url, jpeg.path)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    try await bridge.expectColours(of: RGBImage.decode(jpeg))
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
    #expect(report["width"] as? Int == 640 && report["height"] as? Int == 424)
    let steps = try #require(report["steps"] as? [[String: Any]])
    #expect(
      steps.map { $0["name"] as? String } == [
        "connect", "options", "describe", "setup", "play", "first packet", "picture", "teardown",
        "decode, encode", "save",
      ])

    let keyframe = folder.url.appending(path: "picture.h264")
    #expect(try await snapshot(bridge.url, keyframe.path).exitCode == 0)
    try await bridge.expectColours(of: RGBImage.decode(keyframe))
    #expect(await bridge.stop() == 0)
  }

  @Test func theCamerasOwnPictureIsKeptAsItIs() async throws {
    let bridge = try await RunningBridge()
    let outcome = try await snapshot(bridge.pictureURL, "-")
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.output.starts(with: [0xFF, 0xD8]) && outcome.output.suffix(2) == [0xFF, 0xD9])
    #expect(outcome.errors.contains("ms old when sent"))
    let status = bridge.pictureURL.replacingOccurrences(of: "snapshot.jpg", with: "status")
    #expect(try await snapshot(status, "-").exitCode == 1)
    #expect(try await snapshot(status + "-not-there", "-").exitCode == 1)
    #expect(await bridge.stop() == 0)
    let gone = try await snapshot(bridge.pictureURL, "-")
    #expect(gone.exitCode == 69, "\(gone.errors)")
  }

  @Test func passwordsOpenAndStaySecret() async throws {
    let secret = "s3cret:päss"
    let bridge = try await RunningBridge(
      ["--outputs-rtsp-username", "viewer"],
      environment: ["LIVEVIEW_BRIDGE_OUTPUTS_RTSP_PASSWORD": secret])
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "picture.h264").path
    let passwordFile = folder.url.appending(path: "password").path
    try Data((secret + "\n").utf8).write(to: URL(filePath: passwordFile))
    let good = try await snapshot(
      "--username", "viewer", "--password-file", passwordFile, bridge.url, file)
    #expect(good.exitCode == 0, "\(good.errors)")
    let inURL = bridge.url.replacingOccurrences(of: "://", with: "://viewer:s3cret%3Ap%C3%A4ss@")
    let alsoGood = try await snapshot(inURL, file)
    #expect(alsoGood.exitCode == 0, "\(alsoGood.errors)")
    #expect(!String(decoding: alsoGood.output, as: UTF8.self).contains("s3cret"))
    let missing = try await snapshot(bridge.url, file)
    #expect(missing.exitCode == 77)
    let wrong = try await snapshot(inURL.replacingOccurrences(of: "s3cret", with: "s3cr3t"), file)
    #expect(wrong.exitCode == 77)
    #expect(!wrong.errors.contains("s3cr3t"))
    #expect(await bridge.stop() == 0)
  }

  @Test func aCameraIsAskedDirectly() async throws {
    var configuration = SimulatedCameraConfiguration()
    configuration.apiPort = 0
    configuration.descriptionPort = 0
    configuration.answersDiscovery = false
    configuration.delayScale = 0
    let camera = try SimulatedCamera(configuration: configuration)
    let endpoints = try await camera.start()
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "picture.jpg")
    let outcome = try await snapshot("camera:\(endpoints.descriptionURL)", file.path)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let picture = try await RGBImage.decode(file)
    let white = picture.mean(x: 20, y: 112, width: 40, height: 40)
    for channel in white { #expect(channel > 250) }
    await camera.stop()
    let gone = try await snapshot(
      "--timeout", "1", "camera:\(endpoints.descriptionURL)", file.path)
    #expect(gone.exitCode == 69, "\(gone.errors)")
  }

  @Test func badArgumentsAreRefused() async throws {
    #expect(try await snapshot("rtsp://127.0.0.1/", "a.png").exitCode == 64)
    #expect(try await snapshot("nonsense", "a.jpg").exitCode == 64)
    #expect(try await snapshot("http://127.0.0.1/a.jpg", "a.h264").exitCode == 64)
    #expect(try await snapshot("--timeout", "0", "camera", "a.jpg").exitCode == 64)
    #expect(try await snapshot("camera", "/nowhere/at/all/a.jpg").exitCode == 73)
  }
}

extension RunningBridge {
  fileprivate var pictureURL: String { "http://127.0.0.1:\(controlPort)/snapshot.jpg" }

  /// The colour bars of the stream against those of the camera's own JPEG.
  fileprivate func expectColours(of picture: RGBImage) async throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "source.jpg")
    try Data(await snapshot()).write(to: file)
    let source = try await RGBImage.decode(file)
    for region in SimulatedPicture.colourBarRegions(in: .init(width: 640, height: 424)) {
      let box = region.rectangle.inset(by: 4)
      let wanted = source.mean(x: box.x, y: box.y, width: box.width, height: box.height)
      let found = picture.mean(x: box.x, y: box.y, width: box.width, height: box.height)
      for channel in 0..<3 {
        #expect(abs(wanted[channel] - found[channel]) <= 3, "\(region.name) channel \(channel)")
      }
    }
  }
}
