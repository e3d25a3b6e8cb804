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

  /// What stays the same when the camera gets another address or name (`uuid:…`); nil if only the
  /// API answered.
  var uniqueDeviceName: String? {
    guard let name = description?.uniqueDeviceName, !name.isEmpty else { return nil }
    return name
  }
}
