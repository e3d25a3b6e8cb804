import NIOCore
import Testing

@testable import SimulatedCamera

/// A camera whose liveview is on, and one client of its stream.
struct StreamRig {
  let camera: SimulatedCamera
  let endpoints: SimulatedCameraEndpoints
  let api: TestConnection
  let stream: TestConnection

  /// - Parameter isReading: Whether a first picture is awaited.
  static func with(
    _ configuration: SimulatedCameraConfiguration = testConfiguration(),
    _ body: (StreamRig) async throws -> Void
  ) async throws {
    try await withCamera(configuration) { camera, endpoints in
      let api = try await TestConnection.openWithLiveview(endpoints)
      let stream = try await TestConnection.open(port: endpoints.apiPort)
      _ = try await stream.openLiveview()
      _ = try await stream.readPackets(1)
      try await body(
        StreamRig(camera: camera, endpoints: endpoints, api: api, stream: stream))
    }
  }

  /// A new client's stream brings pictures.
  func newStreamIsSound() async throws -> Bool {
    let again = try await TestConnection.open(port: endpoints.apiPort)
    guard try await again.openLiveview().status == 200 else { return false }
    let packets = try await again.readPackets(2)
    await again.close()
    return packets.count == 2 && packets.allSatisfy { $0.type == 0x01 }
  }

  /// Some calls take place, and no picture is sent meanwhile.
  func sendsNothing() async throws -> Bool {
    let sent = await camera.status.counters.framesSent
    for _ in 0..<5 { _ = try await api.call("getVersions") }
    return await camera.status.counters.framesSent == sent
  }
}
