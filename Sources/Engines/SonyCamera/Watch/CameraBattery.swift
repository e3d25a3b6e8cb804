import JSON

/// One battery, as `getEvent` tells from version 1.2.
///
/// Source: Camera Remote API, "batteryInfo".
public struct CameraBattery: Sendable, Hashable {
  /// What the camera says beside the level.
  public enum Remark: String, Sendable, Hashable, CaseIterable {
    case nearEnd = "batteryNearEnd"
    case charging
  }

  /// `externalBattery1`, for example.
  public var name: String
  /// Whether the camera runs on it.
  public var isActive: Bool
  /// 0…1, in as many steps as the camera shows (four, mostly); nil if not told, as with a dummy
  /// battery.
  public var level: Double?
  public var remark: Remark?

  public init(name: String, isActive: Bool, level: Double?, remark: Remark?) {
    self.name = name
    self.isActive = isActive
    self.level = level
    self.remark = remark
  }

  /// Reads one battery; nil if there is none, or no information about it.
  init?(_ value: JSONValue) {
    guard let name = value["batteryID"]?.string, !name.isEmpty, name != "noBattery" else {
      return nil
    }
    self.name = CameraEvent.limited(name)
    isActive = value["status"]?.string == "active"
    remark = value["additionalStatus"]?.string.flatMap(Remark.init(rawValue:))
    if let part = value["levelNumer"]?.integer, let whole = value["levelDenom"]?.integer,
      whole > 0, 0...whole ~= part
    {
      level = Double(part) / Double(whole)
    } else {
      level = nil
    }
  }

  /// Level in percent, rounded.
  public var percent: Int? { level.map { Int(($0 * 100).rounded()) } }

  /// What an operator is told about, in percent: cameras show quarters, and those that show more
  /// get a last call. The first two are mere news.
  private static let marks = [75, 50, 25, 10, 5]

  /// The number of marks the level is above; it is not worth an operator's attention before it
  /// falls to the next one.
  var rank: Int? { percent.map { percent in Self.marks.filter { percent > $0 }.count } }

  /// At the last quarter or below.
  var isLow: Bool { percent.map { $0 <= 25 } ?? false }
}

/// One memory card.
///
/// Source: Camera Remote API, "storageInformation".
public struct CameraStorage: Sendable, Hashable {
  /// `Memory Card 1`, for example.
  public var name: String
  /// Nil if not told.
  public var recordableImages: Int?

  public init(name: String, recordableImages: Int?) {
    self.name = name
    self.recordableImages = recordableImages
  }

  /// Reads one card; nil if none is in.
  init?(_ value: JSONValue) {
    guard let name = value["storageID"]?.string, !name.isEmpty, name != "No Media" else {
      return nil
    }
    self.name = CameraEvent.limited(name)
    recordableImages = value["numberOfRecordableImages"]?.integer.flatMap { $0 < 0 ? nil : $0 }
  }
}
