import JSON

/// One answer of `getEvent`: what the camera is doing.
///
/// The answer is an array whose positions depend on the version; its objects say what they are in
/// their member `type`, and only that is relied on. Entries that did not change are null.
///
/// Source: Camera Remote API, "getEvent".
public struct CameraEvent: Sendable, Hashable {
  /// Most objects that are looked at; the longest documented answer has 63 positions.
  public static let entryLimit = 256
  /// Most values of a list that are looked at, such as method names; an ILCE-5000 names 69.
  public static let listLimit = 512
  /// Longest text that is kept, in Unicode scalars.
  public static let textLimit = 200

  /// Objects by their `type`; of several with the same type (storages) all, in order.
  public private(set) var entries: [String: [JSONValue]] = [:]

  /// Takes the values of the answer; arrays in it are looked into.
  public init(values: [JSONValue]) {
    var count = 0
    for value in values {
      for entry in value.array ?? [value] {
        guard let type = entry["type"]?.string else { continue }
        guard count < Self.entryLimit else { return }
        count += 1
        entries[Self.limited(type), default: []].append(entry)
      }
    }
  }

  /// What `getAvailableApiList` tells, in the words of an event.
  public init(methods: Set<CameraMethod>) {
    let names = methods.map { JSONValue.string($0.rawValue) }
    self.init(values: [["type": "availableApiList", "names": .array(names)]])
  }

  /// Nothing in it: nothing changed.
  public var isEmpty: Bool { entries.isEmpty }

  /// Methods that can be called now; nil if unchanged.
  public var availableMethods: Set<CameraMethod>? {
    texts("availableApiList", "names").map { Set($0.map { CameraMethod(rawValue: $0) }) }
  }

  /// `IDLE`, `NotReady`, `StillCapturing`, …; nil if unchanged.
  public var cameraStatus: String? { text("cameraStatus", "cameraStatus") }

  /// Whether liveview was started; nil if unchanged.
  public var isLiveviewReady: Bool? { self["liveviewStatus", "liveviewStatus"]?.boolean }

  /// Position of a power-zoom lens in percent; nil if unchanged, or without such a lens (-1).
  public var zoomPosition: Int? {
    self["zoomInformation", "zoomPosition"]?.integer.flatMap { 0...100 ~= $0 ? $0 : nil }
  }

  /// Addresses of photos; nil if there is none.
  public var photoAddresses: [String]? {
    guard let photos = entries["takePicture"] else { return nil }
    let addresses = photos.flatMap { $0["takePictureUrl"]?.strings ?? [] }
    return addresses.isEmpty ? nil : addresses.prefix(Self.listLimit).map(Self.limited)
  }

  /// A member of the first entry of `type`.
  public subscript(type: String, member: String) -> JSONValue? {
    entries[type]?.first?[member]
  }

  /// The same, if it is a text, cut to `textLimit`.
  public func text(_ type: String, _ member: String) -> String? {
    self[type, member]?.string.map(Self.limited)
  }

  /// The same, if it is a list of texts, cut to `listLimit`.
  public func texts(_ type: String, _ member: String) -> [String]? {
    self[type, member]?.strings.map { $0.prefix(Self.listLimit).map(Self.limited) }
  }

  /// Scalars, because a single character can be as long as an answer; and none that controls the
  /// terminal on which a log is read.
  static func limited(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    scalars.append(
      contentsOf: text.unicodeScalars.prefix(textLimit).filter {
        $0.properties.generalCategory != .control
      })
    return String(scalars)
  }
}
