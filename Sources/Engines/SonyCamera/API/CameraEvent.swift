/// One answer of `getEvent`: what the camera is doing.
///
/// The answer is an array whose positions depend on the version; its objects say what they are in
/// their member `type`, and only that is relied on. Entries that did not change are null.
///
/// Source: Camera Remote API, "getEvent".
public struct CameraEvent: Sendable, Hashable {
  /// Objects by their `type`; of several with the same type (storages) all, in order.
  public private(set) var entries: [String: [JSONValue]] = [:]

  /// Takes the values of the answer; arrays in it are looked into.
  public init(values: [JSONValue]) {
    for value in values {
      for entry in value.array ?? [value] {
        guard let type = entry["type"]?.string else { continue }
        entries[type, default: []].append(entry)
      }
    }
  }

  /// Methods that can be called now; nil if unchanged.
  public var availableMethods: Set<CameraMethod>? {
    self["availableApiList", "names"]?.strings.map { names in
      Set(names.map { CameraMethod(rawValue: $0) })
    }
  }

  /// `IDLE`, `NotReady`, `StillCapturing`, …; nil if unchanged.
  public var cameraStatus: String? { self["cameraStatus", "cameraStatus"]?.string }

  /// Whether liveview was started; nil if unchanged.
  public var isLiveviewReady: Bool? { self["liveviewStatus", "liveviewStatus"]?.boolean }

  /// A member of the first entry of `type`.
  public subscript(type: String, member: String) -> JSONValue? {
    entries[type]?.first?[member]
  }
}
