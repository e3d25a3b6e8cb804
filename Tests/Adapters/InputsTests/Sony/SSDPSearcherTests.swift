import SimulatedCamera
import SonyCamera
import Testing

@testable import Inputs

@Suite(.timeLimit(.minutes(1))) struct SSDPSearcherTests {
  /// The first sighting that `wanted` makes something of.
  private func first<Value: Sendable>(
    from searcher: SSDPSearcher, _ wanted: @escaping @Sendable (SSDPSighting) -> Value?
  ) async throws -> Value {
    try await withTimeLimit(.seconds(20)) {
      for await sighting in searcher.sightings {
        if let value = wanted(sighting) { return value }
      }
      throw CancellationError()
    }
  }

  @Test func answersComeFromAnyPortAndSayTheInterface() async throws {
    let port = CameraRig.discoveryPort(4)
    try await CameraRig.with {
      $0.answersDiscovery = true
      $0.discoveryPort = port
    } _: { rig in
      let searcher = try SSDPSearcher(interface: "lo", port: port)
      await searcher.search()
      let interface = try await first(from: searcher) { sighting -> String? in
        guard case .answer(let answer) = sighting.message, answer.target == SSDPSearch.sonyTarget
        else { return nil }
        return sighting.interface
      }
      #expect(interface == "lo")
      #expect(await rig.camera.status.counters.searchesAnswered >= 1)
      await searcher.close()
    }
  }

  @Test func announcementsAndGoodbyesAreHeardWithoutASearch() async throws {
    let port = CameraRig.discoveryPort(5)
    try await CameraRig.with {
      $0.answersDiscovery = true
      $0.discoveryPort = port
    } _: { rig in
      await rig.camera.vanish()
      let searcher = try SSDPSearcher(interface: "lo", port: port)
      // Nobody answers this one, but it opens the sockets.
      await searcher.search()
      try await rig.camera.reappear()
      let location = try await first(from: searcher) { sighting -> String? in
        guard case .notification(let notification) = sighting.message,
          notification.target == SSDPSearch.sonyTarget,
          case .alive(let location, _) = notification.event
        else { return nil }
        return location
      }
      #expect(location == rig.endpoints.descriptionURL)
      await rig.camera.stop()
      let hasLeft = try await first(from: searcher) { sighting -> Bool? in
        guard case .notification(let notification) = sighting.message,
          notification.event == .byebye
        else { return nil }
        return true
      }
      #expect(hasLeft)
      await searcher.close()
    }
  }
}
