import Media
import Pipeline
import SonyCamera

/// A camera that was found, before anything is called.
struct FoundCamera: Sendable, Hashable {
  /// Nil if only the API answered.
  var description: DeviceDescription?
  /// Where the description is.
  var location: CameraURL?
  var endpoint: CameraURL
  /// Name of the interface it answered on, if known.
  var interface: String?
  var origin: Origin

  enum Origin: String, Sendable {
    /// It answered a search or announced itself.
    case search
    /// It was where cameras usually are.
    case wellKnownAddress
    /// It was where it had been before.
    case memory
    /// It was where the settings say.
    case settings
  }

  /// The device name, or the host if there is none.
  var name: String {
    guard let name = description?.friendlyName, !name.isEmpty else { return endpoint.host }
    return name
  }
}

/// Looks for cameras: by searching, and at the addresses they usually have.
struct CameraFinder: Sendable {
  /// For one description; the camera's processor is slow but not that slow.
  private static let descriptionTimeLimit = Duration.seconds(3)
  /// For `getVersions`; more, because a camera that changes its mode answers late.
  private static let endpointTimeLimit = Duration.seconds(5)
  /// Sony's own app sends three searches at these distances, because datagrams get lost.
  private static let firstSearchPauses: [Duration] = [.milliseconds(100), .milliseconds(200)]
  /// Between two rounds of asking addresses while none answers.
  private static let roundPause = Duration.milliseconds(500)

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

  /// Looks until cancelled, and reports every camera once for each way it is found.
  ///
  /// - Throws: Only if no socket can be made at all.
  func run(report: @escaping @Sendable (FoundCamera) -> Void) async throws {
    if let address {
      await tryAgainAndAgain(.settings, report: report) { _ in address.probes }
      return
    }
    let searcher = try SSDPSearcher(interface: interface, port: discoveryPort)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await search(with: searcher) }
      group.addTask { await listen(to: searcher, report: report) }
      group.addTask {
        await tryAgainAndAgain(.wellKnownAddress, report: report) { interfaces in
          CameraAddress.wellKnownProbes(reachableFrom: interfaces)
        }
      }
      if let remembered {
        group.addTask {
          await tryAgainAndAgain(.memory, report: report) { interfaces in
            CameraAddress.probes(for: remembered, reachableFrom: interfaces)
          }
        }
      }
      await group.waitForAll()
    }
    await searcher.close()
  }

  // MARK: Searching

  private func search(with searcher: SSDPSearcher) async {
    var pauses = Self.firstSearchPauses[...]
    while !Task.isCancelled {
      await searcher.search()
      try? await Task.sleep(for: pauses.popFirst() ?? searchInterval)
    }
  }

  private func listen(
    to searcher: SSDPSearcher, report: @escaping @Sendable (FoundCamera) -> Void
  ) async {
    var directory = CameraDirectory()
    var settled: Set<CameraURL> = []
    for await sighting in searcher.sightings {
      let camera: CameraSighting
      switch directory.received(sighting.message, at: clock.now()) {
      case .added(let found), .moved(let found), .refreshed(let found): camera = found
      case .removed(let gone):
        settled.remove(gone.location)
        continue
      case .nothing: continue
      }
      guard !settled.contains(camera.location) else { continue }
      do {
        let found = try await describe(camera.location)
        settled.insert(camera.location)
        report(FoundCamera(found, interface: sighting.interface, origin: .search))
      } catch SonyCameraError.descriptionWithoutCamera {
        // A television: it will not become a camera.
        settled.insert(camera.location)
      } catch {
        // It may have been busy; the next answer tries again.
      }
    }
  }

  // MARK: Asking

  private func tryAgainAndAgain(
    _ origin: FoundCamera.Origin, report: @escaping @Sendable (FoundCamera) -> Void,
    probes: @escaping @Sendable ([NetworkInterface]) -> [CameraAddress.Probe]
  ) async {
    var known: Set<CameraURL> = []
    while !Task.isCancelled {
      let interfaces = NetworkInterface.all(named: interface)
      for camera in await answers(to: probes(interfaces))
      where known.insert(camera.endpoint).inserted {
        let network = interfaces.first { $0.covers(camera.endpoint.host) }
        report(FoundCamera(camera, interface: network?.name, origin: origin))
      }
      try? await Task.sleep(for: known.isEmpty ? Self.roundPause : searchInterval)
    }
  }

  /// Asks all candidates; hosts at the same time, one host's addresses one after the other, until
  /// one answers.
  private func answers(to probes: [CameraAddress.Probe]) async -> [Answer] {
    var byHost: [String: [CameraAddress.Probe]] = [:]
    for probe in probes { byHost[probe.url.host, default: []].append(probe) }
    return await withTaskGroup(of: Answer?.self) { group in
      for candidates in byHost.values {
        group.addTask {
          for probe in candidates {
            if Task.isCancelled { return nil }
            if let answer = await answer(to: probe) { return answer }
          }
          return nil
        }
      }
      return await group.reduce(into: []) { answers, answer in
        if let answer { answers.append(answer) }
      }
    }
  }

  /// Nil if nobody is there; that is the usual case and worth no word.
  private func answer(to probe: CameraAddress.Probe) async -> Answer? {
    switch probe {
    case .description(let url):
      return try? await describe(url)
    case .endpoint(let url):
      let reply = try? await http.call(
        .getVersions, endpoint: url, timeLimit: Self.endpointTimeLimit)
      return reply.map { _ in Answer(endpoint: url) }
    }
  }

  private func describe(_ location: CameraURL) async throws -> Answer {
    let description = try await http.description(
      at: location, timeLimit: Self.descriptionTimeLimit)
    return Answer(
      description: description, location: location,
      endpoint: try description.cameraEndpoint(location: location))
  }

  fileprivate struct Answer: Sendable {
    var description: DeviceDescription?
    var location: CameraURL?
    var endpoint: CameraURL
  }
}

extension FoundCamera {
  fileprivate init(_ answer: CameraFinder.Answer, interface: String?, origin: Origin) {
    self.init(
      description: answer.description, location: answer.location, endpoint: answer.endpoint,
      interface: interface, origin: origin)
  }
}

extension CameraAddress.Probe {
  fileprivate var url: CameraURL {
    switch self {
    case .description(let url), .endpoint(let url): url
    }
  }
}
