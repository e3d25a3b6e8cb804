import Testing

@testable import SimulatedCamera

/// A quick camera on free ports, that nobody else's searches find by mistake.
func testConfiguration(
  _ change: (inout SimulatedCameraConfiguration) -> Void = { _ in }
) -> SimulatedCameraConfiguration {
  var configuration = SimulatedCameraConfiguration()
  configuration.apiPort = 0
  configuration.descriptionPort = 0
  configuration.answersDiscovery = false
  configuration.delayScale = 0
  configuration.framesPerSecond = 30
  configuration.jitter = 0
  change(&configuration)
  return configuration
}

/// Runs `body` with a camera that is on, and switches it off afterwards.
func withCamera(
  _ configuration: SimulatedCameraConfiguration = testConfiguration(),
  _ body: (SimulatedCamera, SimulatedCameraEndpoints) async throws -> Void
) async throws {
  let camera = try SimulatedCamera(configuration: configuration)
  let endpoints = try await camera.start()
  do {
    try await body(camera, endpoints)
  } catch {
    await camera.stop()
    throw error
  }
  await camera.stop()
}

extension TestConnection {
  /// A connection to a camera whose liveview is on.
  static func openWithLiveview(_ endpoints: SimulatedCameraEndpoints) async throws
    -> TestConnection
  {
    let api = try await open(port: endpoints.apiPort)
    #expect(try await api.call("startRecMode") == "{\"id\":1,\"result\":[0]}")
    #expect(
      try await api.call("startLiveview")
        == "{\"id\":1,\"result\":[\"\(endpoints.liveviewURL)\"]}")
    return api
  }
}

/// Tests over real sockets run one after the other: they compete for the machine's time and for
/// the one discovery port.
@Suite(.serialized) enum SocketTests {}
