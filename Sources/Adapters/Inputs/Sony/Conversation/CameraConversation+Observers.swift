import Media
import Pipeline
import SonyCamera

/// What comes from elsewhere: demand, and the state of the interface.
extension CameraConversation {
  /// How long the interface may be down before the session gives up: a stream may survive that,
  /// and what the system says about Wi-Fi is not always true.
  private static let interfaceGrace = Duration.seconds(1)

  /// Watches until cancelled.
  func startObservers() -> Task<Void, Never> {
    Task { [self] in
      await withDiscardingTaskGroup { group in
        if settings.sleepDepth != nil {
          group.addTask { [self] in await followDemand() }
        }
        if let name = settings.interface ?? camera.interface {
          group.addTask { [self] in await followInterface(name) }
        }
      }
    }
  }

  /// Reports demand at once, and its end only after it has lasted for the settable time.
  private nonisolated func followDemand() async {
    var idle = OrderInProgress()
    let (continuation, idleTime) = (continuation, settings.idleTime)
    for await isWanted in sink.demand.changes() {
      idle.replace()
      if isWanted {
        continuation.yield(.demandBegan)
      } else {
        idle.run {
          do { try await Task.sleep(for: idleTime) } catch { return }
          continuation.yield(.demandEnded)
        }
      }
    }
    idle.replace()
  }

  /// Gives up when the interface is down and no pictures come; waiting for them would only delay
  /// the search that begins when it is up again.
  private nonisolated func followInterface(_ name: String) async {
    var grace = OrderInProgress()
    var isDown = false
    let (continuation, record, clock) = (continuation, record, telemetry.clock)
    for await _ in LinkChanges.stream() {
      // Other links and routes change, too; they must not prolong the grace.
      let isDownNow = NetworkInterface.running(named: name).isEmpty
      guard isDownNow != isDown else { continue }
      isDown = isDownNow
      grace.replace()
      guard isDown else { continue }
      grace.run {
        while true {
          do { try await Task.sleep(for: Self.interfaceGrace) } catch { return }
          let age = record.newestPictureAge(now: clock.now())
          guard age.map({ $0 >= Self.interfaceGrace }) ?? true else { continue }
          continuation.yield(.interfaceLost(name))
          return
        }
      }
    }
    grace.replace()
  }
}
