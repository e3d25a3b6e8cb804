import ArgumentParser
import Foundation
import Inputs
import Pipeline
import UnixSignals

/// Writes everything about a camera and the way to it into one report.
struct DiagnoseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagnose",
    abstract: "Write a shareable report about a camera and the link to it.",
    discussion: """
      Finds the camera, asks it everything that can be asked without changing a setting, takes \
      its liveview for some seconds, and leaves it as it was. A camera has one liveview only: \
      whoever has it loses it meanwhile. So it does nothing while a bridge runs on this \
      machine: stop the bridge first, or give --force.

      The report holds no password, no user name, and no whole hardware address. It holds the \
      IP addresses of the camera and of the interface that leads to it or was asked for, the \
      names of the other interfaces, the camera's device name, and the other settings of the \
      configuration.

      EXAMPLES
        liveview-bridge diagnose > report.txt
        liveview-bridge diagnose --config /etc/liveview-bridge/config.json
        liveview-bridge diagnose --interface wlan1 --seconds 60
        liveview-bridge diagnose --camera 192.168.122.1 --json > report.json

      EXIT CODES
        0   a picture was received
        1   a camera, but no picture
        64  the arguments cannot be used
        69  no camera
        75  a bridge runs on this machine, and --force was not given
        78  the configuration file cannot be read
      """)

  @Option(help: "How long to measure the liveview, in seconds, 5 to 120.")
  var seconds = 10.0
  @Option(help: "Look on this interface only (name or IPv4 address); default: camera.interface.")
  var interface: String?
  @Option(help: "Where the camera is: URL, host name or address; default: camera.url, or search.")
  var camera: String?
  @Option(help: "Configuration file, for camera.url and camera.interface, and for the report.")
  var config: String?
  @Flag(help: "Print one JSON object.")
  var json = false
  @Flag(help: "Also while a bridge runs on this machine; it loses the liveview meanwhile.")
  var force = false

  func validate() throws {
    guard (5...120).contains(seconds) else {
      throw ValidationError("--seconds \(seconds): must be from 5 to 120")
    }
    if let camera, CameraAddress(camera) == nil {
      throw ValidationError("--camera \(camera): must be an http address, a host name or address")
    }
  }

  func run() async throws {
    let settings = try await makeSettings()
    if !force, let obstacle = OtherBridges.obstacle(settings.otherBridges) {
      LogLineWriter.standardError.write("Error: \(obstacle)")
      throw ExitCode(EX_TEMPFAIL)
    }
    let diagnosis = CameraDiagnosis(settings: settings)
    let result = await Self.untilSignal {
      await diagnosis.run { LogLineWriter.standardError.write($0 + " …") }
    }
    LogLineWriter.standardOutput.write(json ? result.report.json : result.report.text)
    switch result.outcome {
    case .pictureReceived: break
    case .noPicture: throw ExitCode(1)
    case .noCamera: throw ExitCode(EX_UNAVAILABLE)
    }
  }

  private func makeSettings() async throws -> CameraDiagnosis.Settings {
    let environment = ProcessInfo.processInfo.environment
    var settings = CameraDiagnosis.Settings(bridgeVersion: Version.current)
    do {
      let sources = try await ConfigurationSources(
        arguments: [], environment: environment, filePath: config)
      let reader = sources.reader.scoped(to: SonyCameraInput.kind)
      settings.address = (camera ?? reader.string("url")).flatMap { CameraAddress($0) }
      settings.interface = interface ?? reader.string("interface")
    } catch let problems as ConfigurationProblems {
      exitBecause(of: problems)
    }
    settings.streamDuration = .seconds(seconds)
    settings.given = ShareableSettings.inEnvironment(environment)
    if let config, let data = FileManager.default.contents(atPath: config) {
      settings.given += ShareableSettings.inFile(
        data, name: URL(filePath: config).lastPathComponent)
    }
    settings.otherBridges = OtherBridges.processIdentifiers()
    return settings
  }

  /// Cancels `work` when the user or the system wants the program to end, so that it can leave the
  /// camera as it was.
  private static func untilSignal(
    _ work: @escaping @Sendable () async -> Diagnosis
  ) async -> Diagnosis {
    let task = Task { await work() }
    let watch = Task {
      for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { task.cancel() }
    }
    defer { watch.cancel() }
    return await task.value
  }
}
