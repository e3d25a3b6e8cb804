import Media
import Pipeline
import SonyCamera

/// Looks for cameras: by searching, at the addresses they usually have, and where one was before.
///
/// `ProbePlan` decides who is asked; this carries it out.
struct CameraFinder: Sendable {
  /// For one description; the camera's processor is slow but not that slow.
  private static let descriptionTimeLimit = Duration.seconds(3)
  /// For `getVersions`; more, because a camera that changes its mode answers late.
  private static let endpointTimeLimit = Duration.seconds(5)
  /// Sony's own app sends three searches at these distances, because datagrams get lost.
  private static let firstSearchPauses: [Duration] = [.milliseconds(100), .milliseconds(200)]
  /// How often the plan is looked at, and the interfaces with it.
  private static let tick = Duration.milliseconds(100)

  var http: CameraHTTPClient
  /// Where to look instead of searching.
  var address: CameraAddress?
  var interface: String?
  /// The camera of the session before; it probably comes back where it was.
  var remembered: FoundCamera?
  var searchInterval: Duration
  var clock: MediaClock
  /// Port of discovery; another than 1900 only for tests.
  var discoveryPort = SSDPMessage.groupPort

  /// The first camera that answers, however long that takes.
  ///
  /// - Throws: `CancellationError`.
  func first() async throws -> FoundCamera {
    let (cameras, continuation) = AsyncStream.makeStream(
      of: FoundCamera.self, bufferingPolicy: .bufferingOldest(1))
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { continuation.finish() }
        try await run { continuation.yield($0) }
      }
      defer { group.cancelAll() }
      for await camera in cameras { return camera }
      try await group.waitForAll()
      throw CancellationError()
    }
  }

  /// Looks until cancelled, and reports every camera; one may be reported again with more about
  /// it, when its description is found after its API.
  ///
  /// - Throws: Only if no socket can be made at all.
  func run(report: @escaping @Sendable (FoundCamera) -> Void) async throws {
    let (events, continuation) = AsyncStream.makeStream(of: Event.self)
    let searcher =
      address == nil ? try SSDPSearcher(interface: interface, port: discoveryPort) : nil
    await withDiscardingTaskGroup { group in
      group.addTask { await tick(continuation) }
      if let searcher {
        group.addTask { await search(with: searcher) }
        group.addTask { await followLinks(with: searcher) }
        group.addTask {
          for await sighting in searcher.sightings { continuation.yield(.heard(sighting)) }
        }
      }
      var rounds = FinderRounds()
      for await event in events {
        rounds.take(event, now: clock.now(), report: report)
        for inquiry in inquiries(&rounds) {
          group.addTask { continuation.yield(await carryOut(inquiry)) }
        }
      }
      group.cancelAll()
    }
    await searcher?.close()
  }

  // MARK: Searching

  private func search(with searcher: SSDPSearcher) async {
    var pauses = Self.firstSearchPauses[...]
    while !Task.isCancelled {
      await searcher.search()
      try? await Task.sleep(for: pauses.popFirst() ?? searchInterval)
    }
  }

  /// A camera that is back is searched as soon as its network is.
  private func followLinks(with searcher: SSDPSearcher) async {
    var known = NetworkInterface.running(named: interface)
    for await _ in LinkChanges.stream() {
      let present = NetworkInterface.running(named: interface)
      // Routes and addresses of others change, too.
      if present != known, !present.isEmpty { await searcher.search() }
      known = present
    }
  }

  // MARK: Asking

  /// Something that may change what is asked next.
  fileprivate enum Event: Sendable {
    case tick
    case heard(SSDPSighting)
    case answered(host: String, ProbePlan.Outcome, FoundCamera?)
  }

  private func tick(_ events: AsyncStream<Event>.Continuation) async {
    defer { events.finish() }
    while !Task.isCancelled {
      events.yield(.tick)
      try? await Task.sleep(for: Self.tick)
    }
  }

  private func inquiries(_ rounds: inout FinderRounds) -> [ProbePlan.Inquiry] {
    let interfaces = NetworkInterface.running(named: interface)
    func candidates(
      _ probes: [CameraAddress.Probe], _ origin: FoundCamera.Origin
    ) -> [ProbePlan.Candidate] {
      probes.map { probe in
        let network = interfaces.first { $0.covers(probe.url.host) }
        return ProbePlan.Candidate(probe: probe, origin: origin, interface: network?.name)
      }
    }
    var standing: [ProbePlan.Candidate] = []
    if let address {
      standing = candidates(address.probes, .settings)
    } else {
      if let remembered {
        standing = candidates(
          CameraAddress.probes(for: remembered, reachableFrom: interfaces), .memory)
      }
      standing += candidates(
        CameraAddress.wellKnownProbes(reachableFrom: interfaces), .wellKnownAddress)
    }
    return rounds.plan.due(at: clock.now(), standing: standing) { host in
      interfaces.contains { $0.covers(host) }
    }
  }

  /// Asks one host until something answers as a camera does.
  private func carryOut(_ inquiry: ProbePlan.Inquiry) async -> Event {
    for candidate in inquiry.candidates where !Task.isCancelled {
      do {
        let camera = try await ask(candidate)
        return .answered(host: inquiry.host, .settled(camera.location), camera)
      } catch HTTPExchangeFault.unreachable {
        return .answered(host: inquiry.host, .silence, nil)
      } catch SonyCameraError.descriptionWithoutCamera {
        // A television: it will not become a camera.
        return .answered(host: inquiry.host, .settled(candidate.probe.url), nil)
      } catch {
        // Another port may have the camera; or it is busy, and the next round tries again.
      }
    }
    return .answered(host: inquiry.host, .notYet, nil)
  }

  private func ask(_ candidate: ProbePlan.Candidate) async throws -> FoundCamera {
    let connectLimit = CameraConnector.usualAttemptLimit
    switch candidate.probe {
    case .description(let location):
      let description = try await http.description(
        at: location, timeLimit: Self.descriptionTimeLimit, connectLimit: connectLimit)
      return FoundCamera(
        description: description, location: location,
        endpoint: try description.cameraEndpoint(location: location),
        interface: candidate.interface, origin: candidate.origin)
    case .endpoint(let endpoint):
      _ = try await http.ask(
        .getVersions, endpoint: endpoint, timeLimit: Self.endpointTimeLimit,
        connectLimit: connectLimit)
      return FoundCamera(
        endpoint: endpoint, interface: candidate.interface, origin: candidate.origin)
    }
  }
}

/// What the finder knows while it looks.
private struct FinderRounds {
  var plan = ProbePlan()
  private var directory = CameraDirectory()

  mutating func take(
    _ event: CameraFinder.Event, now: MediaTime, report: (FoundCamera) -> Void
  ) {
    switch event {
    case .tick:
      break
    case .heard(let sighting):
      _ = directory.removeExpired(at: now)
      switch directory.received(sighting.message, at: now) {
      case .added(let found), .moved(let found), .refreshed(let found):
        plan.sighted(
          found.identifier, at: found.location, interface: sighting.interface, now: now)
      case .removed(let gone):
        plan.left(gone.identifier, location: gone.location)
      case .nothing:
        break
      }
    case .answered(let host, let outcome, let camera):
      plan.finished(host, outcome)
      if let camera { report(camera) }
    }
  }
}
