import JSON
import Pipeline
import SoraControl

/// Why a command of an API ends without success, for people and for programs.
struct ControlFailure: Error, Hashable {
  /// Exit codes; those above 2 are from sysexits.h.
  enum ExitStatus: Int32 {
    case refused = 1
    case usage = 64
    case unavailable = 69
    case outputFailed = 74
    case timedOut = 75
    case answerUnusable = 76
    case noPermission = 77
    case configuration = 78
  }

  var status: ExitStatus
  /// One word, for programs.
  var kind: String
  /// One line; several for problems with arguments.
  var message: String
  /// The API's own word for it.
  var type: String?
  var httpStatus: Int?

  init(_ status: ExitStatus, kind: String, message: String) {
    self.status = status
    self.kind = kind
    self.message = message
  }

  /// Everything wrong with the settings, for one message.
  ///
  /// - Parameter faults: One at least.
  init(ofSettings faults: [ControlFailure]) {
    if faults.count == 1 {
      self = faults[0]
    } else {
      let list = faults.map { "  - \($0.message)" }
      self.init(
        .configuration, kind: "configurationUnusable",
        message: (["the settings have \(faults.count) problems:"] + list).joined(separator: "\n"))
    }
  }

  init(_ problem: SettingsProblem) {
    self.init(.configuration, kind: "configurationUnusable", message: problem.description)
  }

  /// - Parameter url: What was called; put before messages that do not say it.
  init(_ error: ControlError, url: String? = nil) {
    let place: String
    switch error {
    case .cannotConnect, .tlsFailed, .urlUnusable, .accessTokenUnusable, .parametersUnusable:
      place = ""
    default:
      place = url.map { "\($0): " } ?? ""
    }
    self.init(error.exitStatus, kind: error.kind, message: place + error.description)
    switch error {
    case .refused(let refusal):
      type = refusal.type
      httpStatus = refusal.status
    case .accessDenied(let status, _), .unexpectedStatus(let status, _):
      httpStatus = status
    default: break
    }
  }

  /// `{"error": …}`.
  var json: JSONValue {
    var members: [String: JSONValue] = ["kind": .string(kind), "message": .string(message)]
    if let type { members["type"] = .string(type) }
    if let httpStatus { members["status"] = .integer(httpStatus) }
    return ["error": .object(members)]
  }
}

extension ControlError {
  var exitStatus: ControlFailure.ExitStatus {
    switch self {
    case .parametersUnusable: .usage
    case .urlUnusable, .accessTokenUnusable: .configuration
    case .cannotConnect, .tlsFailed: .unavailable
    case .timedOut, .cancelled: .timedOut
    case .refused(let refusal): Self.exitStatus(refusal.status)
    case .unexpectedStatus(let status, _): Self.exitStatus(status)
    case .accessDenied: .noPermission
    case .connectionClosed, .redirectUnusable, .tooManyRedirects, .replyTooLarge, .notHTTP,
      .notJSON, .replyUnusable:
      .answerUnusable
    }
  }

  private static func exitStatus(_ status: Int) -> ControlFailure.ExitStatus {
    switch status {
    case 408: .timedOut
    case 400...499: .refused
    case 500...599: .unavailable
    default: .answerUnusable
    }
  }
}
