/// A value of the camera that has a `get`, `getAvailable`, `getSupported` and mostly a `set`
/// method, and an entry in getEvent.
struct CameraSetting: Sendable {
  /// As in method names: `set` + name.
  let name: String
  let current: JSONValue
  let candidates: [JSONValue]
  /// Where getEvent reports it.
  let eventPosition: Int

  func with(_ value: JSONValue) -> CameraSetting {
    CameraSetting(
      name: name, current: value, candidates: candidates, eventPosition: eventPosition)
  }

  /// `"int"` or `"string"`, as getMethodTypes calls it.
  var typeName: String { current.integerValue == nil ? "string" : "int" }

  /// Exposure compensation alone is described by limits instead of a list.
  var isRange: Bool { name == Self.exposureCompensation }

  /// Result of `getAvailable…`.
  var available: [JSONValue] {
    guard isRange, let lowest = candidates.first, let highest = candidates.last else {
      return [current, .array(candidates)]
    }
    return [current, highest, lowest, 1]
  }

  /// Result of `getSupported…`.
  var supported: [JSONValue] {
    guard isRange, let lowest = candidates.first, let highest = candidates.last else {
      return [.array(candidates)]
    }
    return [[highest], [lowest], [1]]
  }

  /// The value a call of `set…` asks for; nil if it is none the camera has.
  func value(from parameters: [JSONValue]) -> JSONValue? {
    guard name != Self.whiteBalance else { return whiteBalance(from: parameters) }
    guard let value = parameters.first, candidates.contains(value) else { return nil }
    return value
  }

  /// Entry in getEvent.
  var event: JSONValue {
    guard name != Self.whiteBalance else { return whiteBalanceEvent }
    let property = name.prefix(1).lowercased() + name.dropFirst()
    if isRange, let lowest = candidates.first, let highest = candidates.last {
      return [
        "type": .string(property), "currentExposureCompensation": current,
        "maxExposureCompensation": highest, "minExposureCompensation": lowest,
        "stepIndexOfExposureCompensation": 1,
      ]
    }
    return [
      "type": .string(property), "current\(name)": current,
      "\(property)Candidates": .array(candidates),
    ]
  }

  static let exposureCompensation = "ExposureCompensation"
  static let flashMode = "FlashMode"

  /// What both remote applications offer.
  static let basic = [
    CameraSetting(name: "SelfTimer", current: 0, candidates: [0, 2, 10], eventPosition: 20),
    CameraSetting(
      name: exposureCompensation, current: 0, candidates: (-9...9).map(JSONValue.integer),
      eventPosition: 25),
    CameraSetting(name: "ShootMode", current: "still", candidates: ["still"], eventPosition: 21),
  ]

  /// Of the flash the camera tells only which modes there are.
  static let flash = CameraSetting(
    name: flashMode, current: "off", candidates: ["off", "auto", "on", "slowSync", "rearSync"],
    eventPosition: 26)

  /// What only the installed application offers.
  ///
  /// Source: capability dumps of an ILCE-5000 with application 4.x.
  static let additional = [
    CameraSetting(
      name: "ExposureMode", current: "Program Auto",
      candidates: ["Program Auto", "Aperture", "Shutter", "Manual", "Intelligent Auto"],
      eventPosition: 18),
    CameraSetting(
      name: "PostviewImageSize", current: "2M", candidates: ["Original", "2M"], eventPosition: 19),
    CameraSetting(
      name: "FNumber", current: "5.6", candidates: ["3.5", "4.0", "5.6", "8.0", "11"],
      eventPosition: 27),
    CameraSetting(
      name: "FocusMode", current: "AF-S", candidates: ["AF-S", "AF-C", "DMF", "MF"],
      eventPosition: 28),
    CameraSetting(
      name: "IsoSpeedRate", current: "AUTO", candidates: ["AUTO", "100", "400", "1600", "6400"],
      eventPosition: 29),
    CameraSetting(
      name: "ShutterSpeed", current: "1/60", candidates: ["1/30", "1/60", "1/125", "1/250"],
      eventPosition: 32),
    whiteBalanceSetting,
  ]
}
