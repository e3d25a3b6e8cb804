import Media

/// One device that answers to Sony's search target; whether it is a camera, its description says.
public struct CameraSighting: Sendable, Hashable {
  /// The `uuid:…` part of the USN, or the location if there is no USN.
  public var identifier: String
  /// Where its description is.
  public var location: CameraURL
  public var server: String
  /// Until when the newest answer holds.
  public var expiry: MediaTime
}

/// What a datagram changed.
public enum CameraDirectoryChange: Sendable, Hashable {
  case added(CameraSighting)
  /// The same device, with its description elsewhere.
  case moved(CameraSighting)
  case refreshed(CameraSighting)
  /// It said goodbye.
  case removed(CameraSighting)
  /// Nothing that concerns cameras.
  case nothing
}

/// The devices heard so far, one entry each however many answers they send.
///
/// A camera answers every search several times and announces up to five targets; its uuid is what
/// they have in common.
public struct CameraDirectory: Sendable {
  /// More devices than this are not remembered; a home has one or two.
  public static let maximumCount = 32

  private var entries: [String: CameraSighting] = [:]

  public init() {}

  /// All devices, in stable order.
  public var sightings: [CameraSighting] {
    entries.values.sorted { $0.identifier < $1.identifier }
  }

  /// Takes note of a datagram that arrived at `now`.
  public mutating func received(
    _ message: SSDPMessage, at now: MediaTime
  ) -> CameraDirectoryChange {
    switch message {
    case .search:
      return .nothing
    case .answer(let answer):
      return heard(
        target: answer.target, uniqueServiceName: answer.uniqueServiceName,
        location: answer.location, server: answer.server,
        expiry: now.advanced(by: .seconds(answer.maximumAgeSeconds)))
    case .notification(let notification):
      switch notification.event {
      case .alive(let location, let maximumAgeSeconds):
        return heard(
          target: notification.target, uniqueServiceName: notification.uniqueServiceName,
          location: location, server: notification.server,
          expiry: now.advanced(by: .seconds(maximumAgeSeconds)))
      case .byebye:
        let identifier = Self.identifier(in: notification.uniqueServiceName)
        return entries.removeValue(forKey: identifier).map { .removed($0) } ?? .nothing
      }
    }
  }

  /// Forgets and returns the devices whose last answer has expired.
  public mutating func removeExpired(at now: MediaTime) -> [CameraSighting] {
    let expired = sightings.filter { $0.expiry <= now }
    for sighting in expired { entries[sighting.identifier] = nil }
    return expired
  }

  private mutating func heard(
    target: String, uniqueServiceName: String, location: String, server: String, expiry: MediaTime
  ) -> CameraDirectoryChange {
    // Answers to `ssdp:all` and announcements also name the root device and its uuid; routers
    // and printers send those too, so only Sony's own targets count.
    guard target.hasPrefix("urn:schemas-sony-com:service:"), let url = CameraURL(location) else {
      return .nothing
    }
    let name = uniqueServiceName.isEmpty ? location : uniqueServiceName
    let sighting = CameraSighting(
      identifier: Self.identifier(in: name), location: url, server: server, expiry: expiry)
    let known = entries[sighting.identifier]
    guard known != nil || entries.count < Self.maximumCount else { return .nothing }
    entries[sighting.identifier] = sighting
    guard let known else { return .added(sighting) }
    return known.location == url ? .refreshed(sighting) : .moved(sighting)
  }

  private static func identifier(in uniqueServiceName: String) -> String {
    guard uniqueServiceName.lowercased().hasPrefix("uuid:") else { return uniqueServiceName }
    let uuid = uniqueServiceName.dropFirst(5).prefix { $0 != ":" }
    return "uuid:" + uuid.lowercased()
  }
}
