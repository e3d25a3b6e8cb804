import Media
import Pipeline
import SonyCamera

/// A camera found by `CameraDiscovery`, with what it says about itself.
public struct DiscoveredCamera: Sendable, Hashable, Encodable {
  /// The device name, which the user may have edited; usually the model.
  public var name: String
  /// From the description; the same for all cameras of one kind.
  public var model: String
  public var manufacturer: String
  public var identifier: String
  public var host: String
  public var interface: String?
  public var descriptionURL: String?
  public var endpoint: String
  /// `search`, `wellKnownAddress` or `settings`.
  public var foundBy: String
  public var apiVersions: [String]
  /// Name of the remote app on the camera; nil if it did not say.
  public var application: String?
  public var applicationVersion: String?
  /// What can be called now. Before remote shooting mode that is little.
  public var availableMethods: [String]
  /// Every method the app knows, as `name version`.
  public var knownMethods: [String]
}

/// Looks for cameras for a while and asks each who it is; for the `discover` command.
///
/// Only asks: it changes nothing on the camera and starts no liveview.
public struct CameraDiscovery: Sendable {
  private let address: CameraAddress?
  private let interface: String?
  private let clock: MediaClock
  /// Port of discovery; another than 1900 only for tests.
  var discoveryPort = SSDPMessage.groupPort

  /// - Parameters:
  ///   - address: Where to look instead of searching.
  ///   - interface: Name or IPv4 address of the only interface to use; nil for all.
  public init(
    address: CameraAddress? = nil, interface: String? = nil, clock: MediaClock = .system
  ) {
    self.address = address
    self.interface = interface
    self.clock = clock
  }

  /// Looks for `duration`, then asks what was found; that takes about two seconds more for each.
  ///
  /// - Parameter onFound: Called with the name and host of a camera as soon as it is found.
  /// - Throws: If there is no network to search on.
  public func run(
    for duration: Duration, onFound: @escaping @Sendable (String, String) -> Void = { _, _ in }
  ) async throws -> [DiscoveredCamera] {
    let http = CameraHTTPClient(interface: interface)
    let found = try await find(with: http, for: duration, onFound: onFound)
    var cameras: [DiscoveredCamera] = []
    // One after the other: several addresses may be the same camera.
    for camera in found { cameras.append(await identify(camera, with: http)) }
    return cameras
  }

  private func find(
    with http: CameraHTTPClient, for duration: Duration,
    onFound: @escaping @Sendable (String, String) -> Void
  ) async throws -> [FoundCamera] {
    let finder = CameraFinder(
      http: http, address: address, interface: interface, searchInterval: .seconds(2),
      clock: clock, discoveryPort: discoveryPort)
    let (stream, continuation) = AsyncStream.makeStream(of: FoundCamera.self)
    async let collected = collect(stream, onFound: onFound)
    do {
      defer { continuation.finish() }
      try await withTimeLimit(duration) { try await finder.run { continuation.yield($0) } }
    } catch is TimeLimitExceeded {
      // The usual end.
    }
    return await collected
  }

  /// The cameras by endpoint; one found in several ways counts once, with its description if any.
  private func collect(
    _ stream: AsyncStream<FoundCamera>, onFound: @Sendable (String, String) -> Void
  ) async -> [FoundCamera] {
    var found: [FoundCamera] = []
    for await camera in stream {
      if let index = found.firstIndex(where: { $0.endpoint == camera.endpoint }) {
        if found[index].description == nil { found[index] = camera }
        continue
      }
      found.append(camera)
      onFound(camera.name, camera.endpoint.host)
    }
    return found
  }

  private func identify(
    _ camera: FoundCamera, with http: CameraHTTPClient
  ) async -> DiscoveredCamera {
    func ask<Value>(_ call: CameraCall, _ read: (CameraReply) throws -> Value) async -> Value? {
      // Cameras hang on calls that follow each other too quickly.
      try? await Task.sleep(for: CallLane.spacing)
      let reply = try? await http.call(
        call, endpoint: camera.endpoint, timeLimit: call.timeLimit)
      return reply.flatMap { try? read($0) }
    }
    let versions = await ask(.getVersions) { try $0.versions() } ?? []
    let application = await ask(.getApplicationInfo) { try $0.applicationInfo() }
    let available = await ask(.getAvailableApiList) { try $0.methodNames() } ?? []
    let types = await ask(.getMethodTypes()) { try $0.methodTypes() } ?? []
    return DiscoveredCamera(
      name: camera.name, model: camera.description?.modelName ?? "",
      manufacturer: camera.description?.manufacturer ?? "",
      identifier: camera.description?.uniqueDeviceName ?? "", host: camera.endpoint.host,
      interface: camera.interface, descriptionURL: camera.location?.description,
      endpoint: camera.endpoint.description, foundBy: camera.origin.rawValue,
      apiVersions: versions, application: application?.name,
      applicationVersion: application?.version,
      availableMethods: available.map(\.rawValue).sorted(),
      knownMethods: types.map { "\($0.method) \($0.version)" })
  }
}
