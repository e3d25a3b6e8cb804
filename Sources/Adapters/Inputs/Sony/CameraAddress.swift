import SonyCamera

/// Where a person says the camera is: its description, its API, or only its host.
public struct CameraAddress: Sendable, Hashable, CustomStringConvertible {
  /// What a setting has to look like, as the end of a sentence.
  static let allowed =
    "an http address of a device description or of the API, or a host name or address"

  /// One request that shows whether a camera is there.
  enum Probe: Sendable, Hashable {
    /// A device description, asked with GET.
    case description(CameraURL)
    /// The API's camera part, asked with `getVersions`.
    case endpoint(CameraURL)
  }

  /// As given.
  public let description: String
  /// What to try, the likeliest first.
  let probes: [Probe]

  /// Nil if `text` is neither an `http` URL nor a host.
  public init?(_ text: String) {
    let isURL = text.contains("://")
    guard let url = CameraURL(isURL ? text : "http://" + text) else { return nil }
    description = text
    probes = Self.probes(for: url)
  }

  /// The addresses cameras have when they are the access point, without those that no local
  /// network leads to: a request for them would leave by the default route.
  static func wellKnownProbes(reachableFrom interfaces: [NetworkInterface]) -> [Probe] {
    func isInReach(_ url: CameraURL) -> Bool {
      interfaces.contains { $0.covers(url.host) }
        && !interfaces.contains { $0.address == url.host }
    }
    return WellKnownAddress.descriptions.filter(isInReach).map { .description($0) }
      + WellKnownAddress.endpoints.filter(isInReach).map { .endpoint($0) }
  }

  /// Where a camera found earlier would be now, if a local network still leads there.
  static func probes(
    for camera: FoundCamera, reachableFrom interfaces: [NetworkInterface]
  ) -> [Probe] {
    let probe = camera.location.map { Probe.description($0) } ?? .endpoint(camera.endpoint)
    return interfaces.contains { $0.covers(camera.endpoint.host) } ? [probe] : []
  }

  private static func probes(for url: CameraURL) -> [Probe] {
    let path = url.path.prefix { $0 != "?" }
    if path.lowercased().hasSuffix(".xml") { return [.description(url)] }
    switch path.split(separator: "/").last {
    case "camera": return [.endpoint(url)]
    case "sony": return [.endpoint(url.appending("camera"))]
    case nil where url.port == 80: return usualPorts(of: url.host)
    case nil:
      return [
        .endpoint(CameraURL(host: url.host, port: url.port, path: "/sony/camera")),
        .description(
          CameraURL(
            host: url.host, port: url.port, path: WellKnownAddress.appCameraDescription.path)),
      ]
    case _?: return [.description(url), .endpoint(url.appending("camera"))]
    }
  }

  /// The ports of all camera families on another host.
  private static func usualPorts(of host: String) -> [Probe] {
    var probes: [Probe] = []
    for url in WellKnownAddress.descriptions {
      let probe = Probe.description(CameraURL(host: host, port: url.port, path: url.path))
      if !probes.contains(probe) { probes.append(probe) }
    }
    for url in WellKnownAddress.endpoints {
      let probe = Probe.endpoint(CameraURL(host: host, port: url.port, path: url.path))
      if !probes.contains(probe) { probes.append(probe) }
    }
    return probes
  }
}
