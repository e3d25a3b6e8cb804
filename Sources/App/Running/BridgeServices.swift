import Pipeline
import ServiceLifecycle

/// Runs one piece of the bridge until the process is told to stop.
///
/// A piece that ends by itself or throws does so without taking the others along; what must be
/// tried again is tried again by its supervisor.
struct BridgeService: Service {
  let name: String
  let work: @Sendable () async -> Void

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await work()
    }
    // A service that returns early would end the group; wait for the signal with the others.
    try? await gracefulShutdown()
  }
}
