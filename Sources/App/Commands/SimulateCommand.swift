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
      can use it, too.

      EXAMPLES
        liveview-bridge simulate
        liveview-bridge simulate --address 0.0.0.0 --frames-per-second 18
        liveview-bridge simulate --api-port 0 --description-port 0
      """)

  @Option(help: "IPv4 address to listen at.")
  var address = "127.0.0.1"
  @Option(help: "TCP port of API and liveview; 0 takes a free one.")
  var apiPort = 8080
  @Option(help: "TCP port of the device description; 0 takes a free one.")
  var descriptionPort = 61000
  @Option(help: "Device name.")
  var name = "ILCE-6000"
  @Option(help: "Pictures per second on average, 1 to 30.")
  var framesPerSecond = 25.0
  @Option(help: "Irregularity of the pictures: 0 even, 1 as the real camera.")
  var jitter = 1.0
  @Option(help: "Picture size: 640x424, 640x480, 640x360, 1024x680.")
  var size = "640x424"
  @Option(help: "JPEG quality, 1 to 100; 70 gives about 30 kB.")
  var jpegQuality = 70
  @Option(help: "How slow its answers are: 1 as measured on a real camera, 0 at once.")
  var delayScale = 0.2
  @Option(help: "Remote application: embedded (as sold) or installed (newer, more methods).")
  var application = RemoteApplication.embedded
  @Flag(inversion: .prefixedNo, help: "Answer discovery (SSDP).")
  var discovery = true

  func run() async throws {
    let configuration = try makeConfiguration()
    let camera = try SimulatedCamera(configuration: configuration)
    let endpoints = try await camera.start()
    for line in [
      "Simulated \(name) \(size), \(framesPerSecond) pictures a second",
      "Description: \(endpoints.descriptionURL)",
      "API:         \(endpoints.apiURL)",
    ] {
      LogLineWriter.standardOutput.write(line)
    }
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [BridgeService(name: "camera") { try? await Task.sleep(for: .seconds(1 << 40)) }],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: .quiet))
    try await group.run()
    await camera.stop()
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
