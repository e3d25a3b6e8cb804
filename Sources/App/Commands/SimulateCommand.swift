import ArgumentParser
import Foundation
import Media
import Pipeline
import ServiceLifecycle
import SimulatedCamera
import UnixSignals

/// Is a camera, on real sockets, until it is told to stop.
struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Be an α6000: discovery, description, API and liveview over real sockets.",
    discussion: """
      The picture shows colour bars, a clock and a frame counter. Programs for Sony cameras
      can use it, too. What can go wrong with a camera can be made to go wrong at the start
      (--fault), while it runs (--control-port) and by plan (--scenario).

      EXAMPLES
        liveview-bridge simulate
        liveview-bridge simulate --address 0.0.0.0 --frames-per-second 18
        liveview-bridge simulate --fault api-slow:500 --fault battery:25
        liveview-bridge simulate --control-port 8099
        curl -X POST http://127.0.0.1:8099/wifi-flap/3
      """)

  @Option(help: "IPv4 address to listen at.")
  var address = "127.0.0.1"
  @Option(help: "TCP port of API and liveview; 0 takes a free one.")
  var apiPort = 8080
  @Option(help: "TCP port of the device description; 0 takes a free one.")
  var descriptionPort = 61000
  @Option(help: "Device name.")
  var name = "ILCE-6000"
  @Option(help: "Pictures per second on average, 0.01 to 30.")
  var framesPerSecond = 25.0
  @Option(help: "Irregularity of the pictures: 0 even, 1 as the real camera.")
  var jitter = 1.0
  @Option(help: "Picture size: 640x424, 640x480, 640x360, 1024x680.")
  var size = "640x424"
  @Option(help: "JPEG quality, 1 to 100; 70 gives about 30 kB.")
  var jpegQuality = 70
  @Option(help: "How slow its answers are: 1 as measured on a real camera, 0 at once.")
  var delayScale = 0.2
  @Option(
    help: """
      Remote application: embedded (as sold), installed (newer, more methods), receiveEvent or \
      withoutEvents (older).
      """)
  var application = RemoteApplication.embedded
  @Flag(inversion: .prefixedNo, help: "Answer discovery (SSDP).")
  var discovery = true
  @Option(
    help: ArgumentHelp(
      "Carry out a command at the start; repeatable. See --list-faults.", valueName: "name[:value]")
  )
  var fault: [String] = []
  @Flag(help: "List the commands and end.")
  var listFaults = false
  @Option(help: "TCP port on which HTTP requests carry out commands; 0 takes a free one.")
  var controlPort: Int?
  @Option(help: "IPv4 address of the control port. Whoever reaches it can do everything.")
  var controlAddress = "127.0.0.1"
  @Option(help: "JSON file with commands and their times; exit code 65 if it cannot be used.")
  var scenario: String?

  func run() async throws {
    if listFaults { return print(CameraCommand.table) }
    let configuration = try makeConfiguration()
    let faults = try fault.map { text in
      do {
        return try CameraCommand.Call(parsing: text)
      } catch {
        throw ValidationError("--fault \(text): \(error)")
      }
    }
    let player = try makePlayer()
    let camera = try SimulatedCamera(configuration: configuration)
    let endpoints = try await camera.start()
    for fault in faults { try await camera.apply(fault) }
    var lines = [
      "Simulated \(name) \(size), \(framesPerSecond) pictures a second",
      "Description: \(endpoints.descriptionURL)",
      "API:         \(endpoints.apiURL)",
    ]
    if let controlPort {
      let control = try await CameraControlPort.open(
        for: camera, address: controlAddress, port: controlPort)
      lines.append("Control:     http://\(controlAddress):\(control.port)/")
    }
    for line in lines { LogLineWriter.standardOutput.write(line) }
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [BridgeService(name: "camera") { await play(player, on: camera) }],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: .quiet))
    try await group.run()
    await camera.stop()
  }

  private func play(_ player: ScenarioPlayer?, on camera: SimulatedCamera) async {
    do {
      guard let player else { return }
      try await player.play(on: camera) { LogLineWriter.standardOutput.write($0) }
      LogLineWriter.standardOutput.write("The scenario is over.")
    } catch {
      // The command was told to stop.
    }
  }

  private func makePlayer() throws -> ScenarioPlayer? {
    guard let scenario else { return nil }
    guard let text = try? String(contentsOfFile: scenario, encoding: .utf8) else {
      throw ValidationError("--scenario \(scenario): cannot be read as a text file")
    }
    do {
      return ScenarioPlayer(try Scenario(parsing: text))
    } catch {
      LogLineWriter.standardError.write("\(scenario): \(error)")
      throw ExitCode(ScenarioProblems.exitCode)
    }
  }

  private func makeConfiguration() throws -> SimulatedCameraConfiguration {
    var configuration = SimulatedCameraConfiguration()
    configuration.address = address
    configuration.apiPort = apiPort
    configuration.descriptionPort = descriptionPort
    configuration.friendlyName = name
    configuration.framesPerSecond = framesPerSecond
    configuration.jitter = jitter
    configuration.jpegQuality = jpegQuality
    configuration.delayScale = delayScale
    configuration.application = application
    configuration.answersDiscovery = discovery
    let numbers = size.split(separator: "x").compactMap { Int($0) }
    guard numbers.count == 2 else {
      throw ValidationError("--size \(size): must be like 640x424")
    }
    configuration.pictureSize = PictureSize(width: numbers[0], height: numbers[1])
    do {
      try configuration.validate()
    } catch {
      throw ValidationError("\(error)")
    }
    return configuration
  }
}

extension RemoteApplication: ExpressibleByArgument {}
