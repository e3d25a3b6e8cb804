import Foundation
import NIOCore
import NIOPosix

/// What the system says about a connection that failed, in a few words.
enum ConnectionTrouble {
  static func reason(_ error: any Error) -> String {
    switch error {
    case let error as IOError:
      return String(cString: strerror(error.errnoCode))
    case let error as NIOConnectionError:
      guard let first = error.connectionErrors.first else { return "the name is not known" }
      return reason(first.error)
    default:
      return "\(error)"
    }
  }
}
