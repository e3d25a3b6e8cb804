import Logging
import NIOCore
import NIOHTTP1
import SonyCamera
import Synchronization

/// The short exchanges with a camera: its description and its API. Liveview is another matter, see
/// `LiveviewReader`.
///
/// HTTP/1.1 only, no redirects, nothing decompressed, every answer limited in size and time. Calls
/// get a connection of their own: one left over from before a Wi-Fi loss would swallow the next
/// call.
final class CameraHTTPClient: Sendable {
  /// For a session's calls: two attempts of `CameraConnector`, for datagrams get lost. What is
  /// silent then is better looked for anew, where it was and elsewhere: the finder asks it on.
  static let usualConnectLimit = CameraConnector.usualAttemptLimit * 2

  private let connector: CameraConnector
  private let lastIdentifier = Mutex(0)

  /// - Parameters:
  ///   - interface: Name or address of the only interface to use; nil for any.
  ///   - logger: Told once if sockets cannot be kept to the interface.
  init(interface: String? = nil, logger: Logger? = nil) {
    connector = CameraConnector(interface: interface, logger: logger)
  }

  /// Fetches and reads a device description.
  ///
  /// - Throws: `HTTPExchangeFault`, `LiveviewEnd.refused` for a status other than 200, or
  ///   `SonyCameraError`.
  func description(
    at url: CameraURL, timeLimit: Duration, connectLimit: Duration = usualConnectLimit
  ) async throws -> DeviceDescription {
    let answer = try await HTTPExchange(
      connector: connector, method: .GET, url: url,
      maximumByteCount: DeviceDescription.maximumByteCount, connectLimit: connectLimit,
      timeLimit: timeLimit
    ).run().get()
    guard answer.status == 200 else { throw LiveviewEnd.refused(status: answer.status) }
    return try DeviceDescription(parsing: answer.body)
  }

  /// Sends one call and reads its answer. Never send two at the same time.
  ///
  /// When the task is cancelled the connection is closed at once, and the fault is `unreachable`.
  func call(
    _ call: CameraCall, endpoint: CameraURL, timeLimit: Duration,
    connectLimit: Duration = usualConnectLimit
  ) async throws(CameraCallFault) -> CameraReply {
    do {
      return try await ask(
        call, endpoint: endpoint, timeLimit: timeLimit, connectLimit: connectLimit)
    } catch let fault as HTTPExchangeFault {
      throw CameraCallFault(fault)
    } catch let error as SonyCameraError {
      throw .unreadable(error)
    } catch {
      throw .unreachable
    }
  }

  /// The same with the finer faults of `HTTPExchange`.
  ///
  /// - Throws: `HTTPExchangeFault` or `SonyCameraError`.
  func ask(
    _ call: CameraCall, endpoint: CameraURL, timeLimit: Duration, connectLimit: Duration
  ) async throws -> CameraReply {
    let identifier = nextIdentifier()
    let answer = try await HTTPExchange(
      connector: connector, method: .POST, url: endpoint,
      content: ("application/json", call.body(identifier: identifier)),
      maximumByteCount: CameraReply.maximumByteCount, connectLimit: connectLimit,
      timeLimit: timeLimit
    ).run().get()
    return try CameraReply(
      parsing: answer.body, status: answer.status, to: call, identifier: identifier)
  }

  private func nextIdentifier() -> Int {
    lastIdentifier.withLock { last in
      last = last < CameraCall.identifierRange.upperBound ? last + 1 : 1
      return last
    }
  }
}

extension CameraCallFault {
  /// The same in the session's words.
  init(_ fault: HTTPExchangeFault) {
    switch fault {
    case .unreachable, .refused, .closed, .cancelled: self = .unreachable
    case .timedOut: self = .timedOut
    case .tooLong(let limit, let actual):
      self = .unreadable(.replyTooLong(limit: limit, actual: actual))
    case .unreadable: self = .unreadable(.replyNotJSON)
    }
  }
}
