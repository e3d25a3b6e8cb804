import Foundation
import RTSP

/// Why there is no picture, in words for the person at the terminal.
enum SnapshotError: Error, Sendable {
  // Arguments.
  case sourceNotUnderstood(String)
  case destinationNotUnderstood(String)
  case credentialIncomplete(String)
  case passwordFileUnreadable(path: String, reason: String)

  // Getting there.
  case cannotConnect(host: String, port: Int, reason: String)
  case connectTimedOut(host: String, port: Int, seconds: Double)
  case connectionEnded(awaiting: RTSPClientStep?, reason: String?)
  case timedOut(awaiting: RTSPClientStep?, seconds: Double, RTSPClientProgress)

  // What the other side said.
  case rtsp(RTSPClientError)
  case httpStatus(Int, reason: String)
  case httpFailed(reason: String)
  case httpTimedOut(seconds: Double)
  case notAJPEG(contentType: String?)
  case cameraSettingsWrong(String)
  case noCamera(seconds: Double, detail: String?)

  // Making the file.
  case ffmpegMissing
  case ffmpegFailed(status: Int32, message: String)
  case ffmpegTimedOut(seconds: Double)
  case cannotWrite(path: String, reason: String)
}

extension SnapshotError {
  /// Exit codes; those above 2 are from sysexits.h.
  enum ExitStatus: Int32 {
    case failed = 1
    case usage = 64
    case unavailable = 69
    case cannotCreate = 73
    case noPermission = 77
  }

  var exitStatus: ExitStatus {
    switch self {
    case .sourceNotUnderstood, .destinationNotUnderstood, .credentialIncomplete,
      .passwordFileUnreadable, .cameraSettingsWrong:
      .usage
    case .cannotConnect, .connectTimedOut, .noCamera, .ffmpegMissing:
      .unavailable
    case .cannotWrite:
      .cannotCreate
    case .rtsp(.credentialMissing), .rtsp(.credentialRejected),
      .rtsp(.authenticationUnsupported), .rtsp(.refused(_, code: 403, _)), .httpStatus(401, _),
      .httpStatus(403, _):
      .noPermission
    case .rtsp, .connectionEnded, .timedOut, .httpStatus, .httpFailed, .httpTimedOut, .notAJPEG,
      .ffmpegFailed, .ffmpegTimedOut:
      .failed
    }
  }
}

extension SnapshotError: CustomStringConvertible {
  var description: String {
    switch self {
    case .sourceNotUnderstood(let reason), .destinationNotUnderstood(let reason),
      .credentialIncomplete(let reason), .cameraSettingsWrong(let reason):
      reason
    case .passwordFileUnreadable(let path, let reason):
      "password file \(path): \(reason)"
    case .cannotConnect(let host, let port, let reason):
      "cannot connect to \(host) port \(port): \(reason)"
    case .connectTimedOut(let host, let port, let seconds):
      "cannot connect to \(host) port \(port) within \(seconds.short) s"
    case .connectionEnded(let step, let reason):
      "the server closed the connection while waiting for \(step.phrase)"
        + (reason.map { " (\($0))" } ?? "")
    case .timedOut(let step, let seconds, let progress):
      "no picture within \(seconds.short) s: still waiting for \(step.phrase)"
        + (step == .picture ? "; \(progress.phrase)" : "")
    case .rtsp(let error):
      error.phrase
    case .httpStatus(let code, let reason):
      "the server answered \(code) \(reason)" + (code == 401 ? "; see --username" : "")
    case .httpFailed(let reason):
      reason
    case .httpTimedOut(let seconds):
      "no picture within \(seconds.short) s"
    case .notAJPEG(let type):
      "what the server sent is no complete JPEG" + (type.map { " (it says: \($0))" } ?? "")
    case .noCamera(let seconds, let detail):
      "no picture from a camera within \(seconds.short) s" + (detail.map { "; \($0)" } ?? "")
    case .ffmpegMissing:
      "a JPEG from an RTSP stream needs the program ffmpeg, which is not in the PATH; install "
        + "it (apt-get install ffmpeg), or name a file that ends in .h264 to save the picture "
        + "as it came"
    case .ffmpegFailed(let status, let message):
      "ffmpeg could not decode the picture (exit code \(status))"
        + (message.isEmpty ? "" : ": \(message)")
    case .ffmpegTimedOut(let seconds):
      "ffmpeg did not finish within \(seconds.short) s"
    case .cannotWrite(let path, let reason):
      "cannot write \(path): \(reason)"
    }
  }
}

extension RTSPClientProgress {
  fileprivate var phrase: String {
    var parts = ["\(packetCount) packets with \(accessUnitCount) whole pictures came"]
    if undecodableCount > 0 {
      parts.append("\(undecodableCount) keyframes without SPS and PPS")
    } else {
      parts.append("no whole keyframe (IDR) among them")
    }
    if lostCount > 0 { parts.append("\(lostCount) pictures damaged") }
    return parts.joined(separator: ", ")
  }
}

extension RTSPClientStep? {
  fileprivate var phrase: String {
    switch self {
    case nil: "nothing"
    case .options: "the answer to OPTIONS"
    case .describe: "the answer to DESCRIBE"
    case .setup: "the answer to SETUP"
    case .play: "the answer to PLAY"
    case .firstPacket: "the first packet"
    case .picture: "a whole keyframe"
    case .teardown: "the answer to TEARDOWN"
    }
  }
}

extension RTSPClientError {
  fileprivate var phrase: String {
    switch self {
    case .messageMalformed(.foreignProtocol(let version)):
      "the server speaks \(version), not RTSP"
    case .messageMalformed(let error):
      "the server's answer is malformed: \(error)"
    case .statusLineMalformed:
      "what the server sent is not RTSP"
    case .urlMalformed, .schemeUnsupported:
      "not a usable rtsp URL"
    case .refused(let method, let code, let reason):
      "the server answered \(method.name) with \(code) \(reason)"
        + (code == 404 ? "; is the path right?" : "")
    case .redirected(let method, let location):
      "the server answered \(method.name) with a redirection"
        + (location.map { "; ask \($0) instead" } ?? "")
    case .credentialMissing(let realm):
      "the server wants a user name and password" + Self.of(realm)
        + "; see --username and --password-file"
    case .credentialRejected(let realm):
      "the server refused this user name and password" + Self.of(realm)
    case .authenticationUnsupported(let offered):
      offered.isEmpty
        ? "the server refused access without saying what it wants"
        : "the server offers \(offered.joined(separator: ", ")) authentication only; Soracom's "
          + "Remote Command does Basic, this program Digest with MD5 and SHA-256, too"
    case .notADescription(let type):
      "the answer to DESCRIBE is \(type ?? "of unknown type"), not application/sdp"
    case .descriptionMalformed(let error):
      "the session description cannot be read: \(error)"
    case .noH264(let offered):
      "the stream has no H.264 video"
        + (offered.isEmpty ? "" : "; it has \(offered.joined(separator: ", "))")
    case .packetizationModeUnsupported(let mode):
      "packetization-mode=\(mode) is not supported"
    case .controlURLMalformed:
      "the session description has an unusable a=control"
    case .transportUnusable(let transport):
      "the server does not send over TCP" + (transport.map { " (Transport: \($0))" } ?? "")
    case .sessionIDMissing:
      "the answer to SETUP has no Session"
    }
  }

  private static func of(_ realm: String?) -> String { realm.map { " for \"\($0)\"" } ?? "" }
}

extension Double {
  /// Without needless decimals: `10`, `2.5`.
  fileprivate var short: String {
    truncatingRemainder(dividingBy: 1) == 0 && magnitude < 1e9 ? String(Int(self)) : String(self)
  }
}
