/// A status code with the reason phrase that goes with it.
///
/// Source: RFC 2326 §7.1.1 and §11.
public struct RTSPStatus: Sendable, Hashable {
  public let code: Int
  public let reason: String

  private init(_ code: Int, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  public static let ok = RTSPStatus(200, "OK")
  public static let badRequest = RTSPStatus(400, "Bad Request")
  public static let unauthorized = RTSPStatus(401, "Unauthorized")
  public static let notFound = RTSPStatus(404, "Not Found")
  public static let methodNotAllowed = RTSPStatus(405, "Method Not Allowed")
  public static let notAcceptable = RTSPStatus(406, "Not Acceptable")
  public static let requestTimeout = RTSPStatus(408, "Request Time-out")
  public static let requestEntityTooLarge = RTSPStatus(413, "Request Entity Too Large")
  public static let requestURLTooLong = RTSPStatus(414, "Request-URI Too Large")
  public static let parameterNotUnderstood = RTSPStatus(451, "Parameter Not Understood")
  public static let sessionNotFound = RTSPStatus(454, "Session Not Found")
  public static let methodNotValidInThisState = RTSPStatus(455, "Method Not Valid in This State")
  public static let invalidRange = RTSPStatus(457, "Invalid Range")
  public static let aggregateOperationNotAllowed =
    RTSPStatus(459, "Aggregate operation not allowed")
  public static let unsupportedTransport = RTSPStatus(461, "Unsupported transport")
  public static let notImplemented = RTSPStatus(501, "Not Implemented")
  public static let serviceUnavailable = RTSPStatus(503, "Service Unavailable")
  public static let versionNotSupported = RTSPStatus(505, "RTSP Version not supported")
  public static let optionNotSupported = RTSPStatus(551, "Option not supported")
}
