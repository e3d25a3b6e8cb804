import NIOCore

/// Where a running simulated camera can be reached.
public struct SimulatedCameraEndpoints: Sendable, Hashable {
  /// Host of the URLs.
  public var host: String
  /// TCP port of API and liveview.
  public var apiPort: Int
  /// TCP port of the device description.
  public var descriptionPort: Int
  /// URL of the device description.
  public var descriptionURL: String
  /// URL to which API calls are sent.
  public var apiURL: String
  /// What startLiveview answers.
  public var liveviewURL: String
}

/// What a simulated camera is doing and has done since it was started the first time.
public struct SimulatedCameraStatus: Sendable, Equatable {
  /// Switched on and in reach.
  public var isReachable: Bool
  public var isRecMode: Bool
  public var isLiveviewActive: Bool
  /// A client is connected to the stream now.
  public var hasLiveviewClient: Bool
  /// TCP connections open now, both ports.
  public var openConnections: Int
  public var counters: SimulatedCameraCounters
}

/// What a simulated camera has counted since it was started the first time.
public struct SimulatedCameraCounters: Sendable, Equatable {
  /// API calls by method, counted on arrival.
  public var requestsByMethod: [String: Int] = [:]
  /// Requests for the stream that were served.
  public var liveviewConnections = 0
  /// Images sent, spoilt ones too.
  public var framesSent = 0
  /// Images that were never made because the client did not read.
  public var framesSkipped = 0
  /// Searches that were answered.
  public var searchesAnswered = 0
  /// Connections closed because there were too many.
  public var connectionsRefused = 0
  public var picturesTaken = 0

  public init() {}
}

/// Somebody who waits for a state of the camera.
struct StatusWaiter {
  let condition: @Sendable (SimulatedCameraStatus) -> Bool
  let continuation: CheckedContinuation<Bool, Never>
}

extension SimulatedCamera {
  /// State and counters at this moment.
  public var status: SimulatedCameraStatus {
    SimulatedCameraStatus(
      isReachable: power == .on, isRecMode: body.isRecMode,
      isLiveviewActive: body.isLiveviewActive, hasLiveviewClient: liveview.client != nil,
      openConnections: connections.count, counters: counters)
  }

  /// Waits until the state fulfils `condition`.
  ///
  /// - Parameter limit: How long to wait at most.
  /// - Returns: Whether it came true in time.
  @discardableResult
  public func waitUntil(
    within limit: Duration = .seconds(10),
    _ condition: @escaping @Sendable (SimulatedCameraStatus) -> Bool
  ) async -> Bool {
    guard !condition(status) else { return true }
    waiterCount += 1
    let number = waiterCount
    return await withCheckedContinuation { continuation in
      waiters[number] = StatusWaiter(condition: condition, continuation: continuation)
      // Not `after`: waiting goes on while the camera is away.
      eventLoop.scheduleTask(in: TimeAmount(limit)) {
        self.assumeIsolated { camera in
          camera.waiters.removeValue(forKey: number)?.continuation.resume(returning: false)
        }
      }
    }
  }

  /// Looks who waited for this.
  func statusChanged() {
    guard !waiters.isEmpty else { return }
    let status = status
    for (number, waiter) in waiters where waiter.condition(status) {
      waiters[number] = nil
      waiter.continuation.resume(returning: true)
    }
  }
}
