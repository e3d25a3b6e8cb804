/// The number in an API error answer.
///
/// The texts beside the numbers vary between cameras and say little; only the number counts.
///
/// Source: Camera Remote API, "Error codes"; the comments say what real cameras do.
public struct CameraErrorCode: RawRepresentable, Sendable, Hashable {
  public var rawValue: Int

  public init(rawValue: Int) {
    self.rawValue = rawValue
  }

  /// Anything; in practice "Not Available Now": the method exists but not in this state.
  public static let any = CameraErrorCode(rawValue: 1)
  /// For `getEvent`: nothing changed, ask again.
  public static let timeout = CameraErrorCode(rawValue: 2)
  public static let illegalArgument = CameraErrorCode(rawValue: 3)
  public static let illegalDataFormat = CameraErrorCode(rawValue: 4)
  /// No body, no id, no method, or `params` is not an array.
  public static let illegalRequest = CameraErrorCode(rawValue: 5)
  public static let illegalResponse = CameraErrorCode(rawValue: 6)
  public static let illegalState = CameraErrorCode(rawValue: 7)
  public static let illegalType = CameraErrorCode(rawValue: 8)
  public static let indexOutOfBounds = CameraErrorCode(rawValue: 9)
  public static let noSuchElement = CameraErrorCode(rawValue: 10)
  public static let noSuchField = CameraErrorCode(rawValue: 11)
  public static let noSuchMethod = CameraErrorCode(rawValue: 12)
  public static let nullPointer = CameraErrorCode(rawValue: 13)
  public static let unsupportedVersion = CameraErrorCode(rawValue: 14)
  public static let unsupportedOperation = CameraErrorCode(rawValue: 15)
  // Statuses of HTTP are repeated as error codes.
  public static let unauthorized = CameraErrorCode(rawValue: 401)
  public static let forbidden = CameraErrorCode(rawValue: 403)
  public static let notFound = CameraErrorCode(rawValue: 404)
  public static let notAcceptable = CameraErrorCode(rawValue: 406)
  public static let requestEntityTooLarge = CameraErrorCode(rawValue: 413)
  public static let requestURITooLong = CameraErrorCode(rawValue: 414)
  public static let notImplemented = CameraErrorCode(rawValue: 501)
  public static let serviceUnavailable = CameraErrorCode(rawValue: 503)
  public static let shootingFailed = CameraErrorCode(rawValue: 40400)
  /// Documented; no real log of it is known.
  public static let cameraNotReady = CameraErrorCode(rawValue: 40401)
  /// Ends the older of two parallel `getEvent` polls.
  public static let alreadyPolling = CameraErrorCode(rawValue: 40402)
  public static let stillCapturing = CameraErrorCode(rawValue: 40403)
  public static let someContentNotDeleted = CameraErrorCode(rawValue: 41003)

  /// True if the same call may work a little later, without doing anything else first.
  public var isTemporary: Bool {
    switch self {
    case .any, .timeout, .illegalState, .serviceUnavailable, .cameraNotReady, .alreadyPolling,
      .stillCapturing:
      true
    default: false
    }
  }
}

extension CameraErrorCode: CustomStringConvertible {
  public var description: String { String(rawValue) }
}
