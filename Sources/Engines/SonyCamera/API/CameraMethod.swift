/// Names of the API methods this program uses.
///
/// A struct, so that a camera's own list can hold names that are not in here.
///
/// Source: Camera Remote API; lists of real cameras.
public struct CameraMethod: RawRepresentable, Sendable, Hashable {
  public var rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  public static let getVersions = CameraMethod(rawValue: "getVersions")
  public static let getMethodTypes = CameraMethod(rawValue: "getMethodTypes")
  public static let getApplicationInfo = CameraMethod(rawValue: "getApplicationInfo")
  public static let getAvailableApiList = CameraMethod(rawValue: "getAvailableApiList")
  public static let getEvent = CameraMethod(rawValue: "getEvent")
  public static let startRecMode = CameraMethod(rawValue: "startRecMode")
  public static let stopRecMode = CameraMethod(rawValue: "stopRecMode")
  public static let startLiveview = CameraMethod(rawValue: "startLiveview")
  public static let startLiveviewWithSize = CameraMethod(rawValue: "startLiveviewWithSize")
  public static let stopLiveview = CameraMethod(rawValue: "stopLiveview")
  public static let setLiveviewFrameInfo = CameraMethod(rawValue: "setLiveviewFrameInfo")
  public static let actTakePicture = CameraMethod(rawValue: "actTakePicture")
  public static let actZoom = CameraMethod(rawValue: "actZoom")
  public static let setTouchAFPosition = CameraMethod(rawValue: "setTouchAFPosition")
  public static let setShootMode = CameraMethod(rawValue: "setShootMode")
  public static let setSelfTimer = CameraMethod(rawValue: "setSelfTimer")
  public static let setFocusMode = CameraMethod(rawValue: "setFocusMode")
  public static let setWhiteBalance = CameraMethod(rawValue: "setWhiteBalance")
  public static let getAvailableExposureCompensation =
    CameraMethod(rawValue: "getAvailableExposureCompensation")
  public static let setExposureCompensation = CameraMethod(rawValue: "setExposureCompensation")
}

extension CameraMethod: CustomStringConvertible {
  public var description: String { rawValue }
}
