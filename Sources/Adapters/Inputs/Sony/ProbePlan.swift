import Media
import SonyCamera

/// Decides which host is asked next whether it is a camera, with which requests, and when.
///
/// One host is asked one thing at a time: cameras bear no more, and several ways may lead to the
/// same one. A host that says nothing at all is left after a single attempt, for its other ports
/// would say nothing either; the next round begins with another port, should one be filtered.
///
/// Facts go in (`sighted`, `left`, `finished`), `due` says what to do.
struct ProbePlan: Sendable {
  /// Between two rounds at a host where a camera has been, or should be.
  static let expectedPause = Duration.milliseconds(300)
  /// Between two rounds at an address cameras happen to have; another device may have it, too.
  static let guessPause = Duration.milliseconds(500)
  /// For how long a device that was heard is asked again while it gives no answer: a camera
  /// announces itself before its server runs.
  static let sightingLifetime = Duration.seconds(10)
  /// Descriptions that are not asked for again, and hosts whose history is kept; with more,
  /// history is forgotten.
  private static let memoryLimit = 64

  /// One request to be made.
  struct Candidate: Sendable, Hashable {
    var probe: CameraAddress.Probe
    var origin: FoundCamera.Origin
    /// Name of the interface that leads there, if known.
    var interface: String?
  }

  /// One host's requests, to be made one after the other until one succeeds.
  struct Inquiry: Sendable, Hashable {
    var host: String
    var candidates: [Candidate]
  }

  /// What came of an inquiry.
  enum Outcome: Sendable, Hashable {
    /// The description at this address is settled, or the host answered without one.
    case settled(CameraURL?)
    /// Something answered, but no camera yet.
    case notYet
    /// Not even a refusal.
    case silence
  }

  private struct Host: Sendable {
    var isAsked = false
    var isSettled = false
    var begun: MediaTime
    /// Rounds that ended in silence.
    var silentRounds = 0
  }

  private struct Sighting: Sendable {
    var location: CameraURL
    var interface: String?
    var expiry: MediaTime
  }

  private var hosts: [String: Host] = [:]
  private var sightings: [String: Sighting] = [:]
  private var settled: Set<CameraURL> = []

  // MARK: Facts

  /// A device was heard; its description is at `location`.
  mutating func sighted(
    _ identifier: String, at location: CameraURL, interface: String?, now: MediaTime
  ) {
    guard !settled.contains(location) else { return }
    sightings[identifier] = Sighting(
      location: location, interface: interface, expiry: now.advanced(by: Self.sightingLifetime))
  }

  /// The device said goodbye; it may come back as another one.
  mutating func left(_ identifier: String, location: CameraURL) {
    sightings[identifier] = nil
    settled.remove(location)
    hosts[location.host]?.isSettled = false
  }

  /// An inquiry is over.
  mutating func finished(_ host: String, _ outcome: Outcome) {
    hosts[host]?.isAsked = false
    switch outcome {
    case .settled(let location):
      hosts[host]?.isSettled = true
      hosts[host]?.silentRounds = 0
      guard let location else { return }
      if settled.count >= Self.memoryLimit { settled = [] }
      settled.insert(location)
      sightings = sightings.filter { $0.value.location != location }
    case .notYet:
      hosts[host]?.silentRounds = 0
    case .silence:
      hosts[host]?.silentRounds &+= 1
    }
  }

  // MARK: Orders

  /// What is to be asked now; every inquiry has to be reported by `finished`.
  ///
  /// - Parameters:
  ///   - standing: Candidates that hold all the time: from the settings, memory, or well known.
  ///   - isInReach: False for hosts a sighting must not lead to.
  mutating func due(
    at now: MediaTime, standing: [Candidate], isInReach: (String) -> Bool
  ) -> [Inquiry] {
    sightings = sightings.filter { $0.value.expiry > now }
    var byHost: [String: [Candidate]] = [:]
    for sighting in sightings.values where isInReach(sighting.location.host) {
      byHost[sighting.location.host, default: []].append(
        Candidate(
          probe: .description(sighting.location), origin: .search, interface: sighting.interface))
    }
    for candidate in standing where hosts[candidate.probe.url.host]?.isSettled != true {
      let host = candidate.probe.url.host
      if byHost[host]?.contains(where: { $0.probe == candidate.probe }) == true { continue }
      byHost[host, default: []].append(candidate)
    }
    return byHost.sorted { $0.key < $1.key }.compactMap { begin($0.key, $0.value, at: now) }
  }

  private mutating func begin(
    _ name: String, _ candidates: [Candidate], at now: MediaTime
  ) -> Inquiry? {
    let isGuess = candidates.allSatisfy { $0.origin == .wellKnownAddress }
    let pause = isGuess ? Self.guessPause : Self.expectedPause
    if let host = hosts[name], host.isAsked || host.begun.advanced(by: pause) > now { return nil }
    if hosts.count > Self.memoryLimit { hosts = hosts.filter { $0.value.isAsked } }
    var host = hosts[name] ?? Host(begun: now)
    host.begun = now
    host.isAsked = true
    hosts[name] = host
    let first = host.silentRounds % candidates.count
    return Inquiry(host: name, candidates: Array(candidates[first...] + candidates[..<first]))
  }
}

extension CameraAddress.Probe {
  /// Where the request goes.
  var url: CameraURL {
    switch self {
    case .description(let url), .endpoint(let url): url
    }
  }
}
