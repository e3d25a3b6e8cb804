import AsyncHTTPClient
import Foundation
import Media
import NIOCore
import NIOHTTP1
import NIOPosix
import RTSP

/// A JPEG as it came, and what its sender told about it.
struct FetchedPicture: Sendable {
  /// Cut at its real end.
  var jpeg: ByteBuffer
  var age: Duration?
  var substitute: PictureSubstitute?
}

/// What a bridge gives in place of a picture while its camera gives none, as `X-Picture` names it.
enum PictureSubstitute: String, Sendable {
  /// The last picture there was.
  case frozen
  /// Words that say so.
  case slate

  /// For people, without the file's name.
  var notice: String {
    switch self {
    case .frozen: "offline picture: the last one there was, the camera gives none"
    case .slate: "offline picture: the camera gives none"
    }
  }
}

/// Fetches a JPEG as it is.
struct HTTPSnapshot: Sendable {
  let url: HTTPPictureURL
  let login: RTSPLogin?
  /// From the first step to the whole picture.
  let timeLimit: Duration

  /// Larger than any camera's picture.
  private static let byteLimit = 64 << 20

  /// - Parameter report: Gets each step, also those before a failure.
  /// - Throws: `SnapshotError`.
  func take(report: inout SnapshotReport) async throws -> FetchedPicture {
    var request = HTTPClientRequest(url: url.text)
    request.headers.add(name: "User-Agent", value: "liveview-bridge/\(Version.current)")
    request.headers.add(name: "Accept", value: "image/jpeg")
    if let login { request.headers.add(name: "Authorization", value: login.basicAuthorization) }
    let client = HTTPClient(
      eventLoopGroupProvider: .singleton, configuration: clientConfiguration)
    do {
      let picture = try await fetch(request, client, report: &report)
      try? await client.shutdown()
      return picture
    } catch {
      try? await client.shutdown()
      throw error as? SnapshotError ?? explain(error)
    }
  }

  /// A refused connection is news, not a reason to try again; and a password is meant for the
  /// server in the URL.
  private var clientConfiguration: HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: TimeAmount(timeLimit)))
    configuration.connectionPool.retryConnectionEstablishment = false
    return configuration
  }

  private func fetch(
    _ request: HTTPClientRequest, _ client: HTTPClient, report: inout SnapshotReport
  ) async throws -> FetchedPicture {
    let response = try await client.execute(request, deadline: .now() + TimeAmount(timeLimit))
    report.reached("answer")
    guard response.status == .ok else {
      throw SnapshotError.httpStatus(
        Int(response.status.code), reason: response.status.reasonPhrase)
    }
    let body = try await response.body.collect(upTo: Self.byteLimit)
    report.reachedPicture("picture")
    guard let outline = try? JPEGMarkerWalk.outline(of: body),
      let jpeg = body.getSlice(at: body.readerIndex, length: outline.byteCount)
    else {
      throw SnapshotError.notAJPEG(contentType: response.headers.first(name: "Content-Type"))
    }
    let age = response.headers.first(name: "X-Picture-Age-Milliseconds").flatMap(Int64.init)
    return FetchedPicture(
      jpeg: jpeg, age: age.map { .milliseconds($0) },
      substitute: response.headers.first(name: "X-Picture").flatMap(PictureSubstitute.init))
  }

  /// The client passes on what the system said about the connection, without its address.
  private static let neverConnected: Set<CInt> = [
    ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT, ECONNABORTED,
  ]

  private func explain(_ error: any Error) -> SnapshotError {
    switch error {
    case let error as HTTPClientError
    where error == .deadlineExceeded || error == .connectTimeout || error == .readTimeout:
      return .httpTimedOut(seconds: timeLimit.inSeconds)
    case let error as NIOConnectionError:
      return .cannotConnect(
        host: error.host, port: error.port, reason: ConnectionTrouble.reason(error))
    case let error as IOError where Self.neverConnected.contains(error.errnoCode):
      return .cannotConnect(
        host: url.host, port: url.port, reason: ConnectionTrouble.reason(error))
    case let error as HTTPClientError:
      return .httpFailed(reason: error.shortDescription)
    default:
      return .httpFailed(reason: ConnectionTrouble.reason(error))
    }
  }
}
