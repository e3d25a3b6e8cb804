/// The one setting whose value has two parts: a mode and, for one mode, a colour temperature.
///
/// Source: Camera Remote API Reference, "White balance".
extension CameraSetting {
  static let whiteBalance = "WhiteBalance"
  static let whiteBalanceType = "{\"whiteBalanceMode\":\"string\",\"colorTemperature\":\"int\"}"
  private static let temperatureMode = "Color Temperature"
  /// In kelvin.
  private static let temperatures = 2500...9900

  static let whiteBalanceSetting = CameraSetting(
    name: whiteBalance, current: whiteBalance(mode: "Auto WB"),
    candidates: [
      candidate("Auto WB"), candidate("Daylight"), candidate("Shade"), candidate("Cloudy"),
      candidate("Incandescent"), candidate(temperatureMode, range: [9900, 2500, 100]),
    ], eventPosition: 33)

  private static func candidate(_ mode: String, range: JSONValue = []) -> JSONValue {
    ["whiteBalanceMode": .string(mode), "colorTemperatureRange": range]
  }

  private static func whiteBalance(mode: String, temperature: Int = -1) -> JSONValue {
    ["whiteBalanceMode": .string(mode), "colorTemperature": .integer(temperature)]
  }

  /// The value `setWhiteBalance` asks for: mode, whether the temperature counts, temperature.
  func whiteBalance(from parameters: [JSONValue]) -> JSONValue? {
    guard parameters.count == 3, let mode = parameters[0].stringValue,
      candidates.contains(where: { $0["whiteBalanceMode"] == parameters[0] }),
      let hasTemperature = parameters[1].boolValue, let temperature = parameters[2].integerValue
    else { return nil }
    guard hasTemperature else { return Self.whiteBalance(mode: mode) }
    guard mode == Self.temperatureMode, Self.temperatures.contains(temperature) else { return nil }
    return Self.whiteBalance(mode: mode, temperature: temperature)
  }

  var whiteBalanceEvent: JSONValue {
    [
      "type": "whiteBalance", "checkAvailability": true,
      "currentWhiteBalanceMode": current["whiteBalanceMode"] ?? .null,
      "currentColorTemperature": current["colorTemperature"] ?? .null,
    ]
  }
}
