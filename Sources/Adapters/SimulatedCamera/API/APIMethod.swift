/// A method of the remote API and the types getMethodTypes tells of it.
struct APIMethod: Sendable, Equatable {
  let name: String
  let parameterTypes: [String]
  let resultTypes: [String]

  init(_ name: String, _ parameterTypes: [String] = [], _ resultTypes: [String] = []) {
    self.name = name
    self.parameterTypes = parameterTypes
    self.resultTypes = resultTypes
  }

  /// One element of getMethodTypes.
  var types: JSONValue {
    [.string(name), .strings(parameterTypes), .strings(resultTypes), "1.0"]
  }

  /// Answered in every state, and in this order at the head of both lists.
  static let always = [
    APIMethod("getVersions", [], ["string*"]),
    APIMethod("getMethodTypes", ["string"], ["string", "string*", "string*", "string"]),
    APIMethod("getApplicationInfo", [], ["string", "string"]),
    APIMethod("getAvailableApiList", [], ["string*"]),
    APIMethod("getEvent", ["bool"], ["{\"type\":\"string\"}"]),
  ]

  /// What early applications have instead of getEvent.
  static let receiveEvent = APIMethod("receiveEvent", ["bool"], ["{\"type\":\"string\"}"])

  /// Listed before startRecMode, after those of `always`.
  static let waiting = [
    APIMethod("startRecMode", [], ["int"]), APIMethod("stopRecMode", [], ["int"]),
  ]

  static let shooting = [
    APIMethod("actTakePicture", [], ["string*"]), APIMethod("stopRecMode", [], ["int"]),
    APIMethod("startLiveview", [], ["string"]), APIMethod("stopLiveview", [], ["int"]),
    APIMethod("actZoom", ["string", "string"], ["int"]),
  ]

  static let liveviewSize = [
    APIMethod("startLiveviewWithSize", ["string"], ["string"]),
    APIMethod("getLiveviewSize", [], ["string"]),
    APIMethod("getAvailableLiveviewSize", [], ["string", "string*"]),
    APIMethod("getSupportedLiveviewSize", [], ["string*"]),
  ]

  static let frameInformation = [
    APIMethod("setLiveviewFrameInfo", ["{\"frameInfo\":\"bool\"}"], []),
    APIMethod("getLiveviewFrameInfo", [], ["{\"frameInfo\":\"bool\"}"]),
  ]

  static let touchFocus = [
    APIMethod("setTouchAFPosition", ["double", "double"], ["int", "{\"AFResult\":\"bool\"}"]),
    APIMethod("getTouchAFPosition", [], ["{\"set\":\"bool\"}"]),
    APIMethod("cancelTouchAFPosition", [], ["int"]),
  ]

  /// Known to the camera though it never offers it by itself.
  static let unlisted = [APIMethod("awaitTakePicture", [], ["string*"])]

  /// `set`, `get`, `getAvailable` and `getSupported` of a setting.
  static func group(for setting: CameraSetting) -> [APIMethod] {
    let type = setting.typeName
    let available =
      setting.isRange ? [type, type, type, type] : [type, "\(type)*"]
    if setting.name == CameraSetting.whiteBalance {
      return [
        APIMethod("setWhiteBalance", ["string", "bool", "int"], ["int"]),
        APIMethod("getWhiteBalance", [], [CameraSetting.whiteBalanceType]),
        APIMethod(
          "getAvailableWhiteBalance", [],
          [CameraSetting.whiteBalanceType, "\(CameraSetting.whiteBalanceType)*"]),
        APIMethod("getSupportedWhiteBalance", [], ["\(CameraSetting.whiteBalanceType)*"]),
      ]
    }
    let supported = setting.isRange ? ["int*", "int*", "int*"] : ["\(type)*"]
    return [
      APIMethod("set\(setting.name)", [type], ["int"]),
      APIMethod("get\(setting.name)", [], [type]),
      APIMethod("getAvailable\(setting.name)", [], available),
      APIMethod("getSupported\(setting.name)", [], supported),
    ]
  }
}
