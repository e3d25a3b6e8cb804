import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import SonyCamera
import Synchronization

/// The short exchanges with a camera: its description and its API. Liveview is another matter, see
/// `LiveviewReader`.
///
/// HTTP/1.1 only, no redirects, nothing decompressed, every answer limited. Calls get a connection
/// of their own: one left over from before a Wi-Fi loss would swallow the next call.
final class CameraHTTPClient: Sendable {
  private let client: HTTPClient
  /// Source address of connections; nil leaves it to the routes.
  private let localAddress: String?
  private let lastIdentifier = Mutex(0)

  private init(client: HTTPClient, localAddress: String?) {
    self.client = client
    self.localAddress = localAddress
  }

  /// Lends a client to `body` and closes its connections afterwards.
  ///
  /// - Parameter localAddress: Of the interface that leads to the camera; nil for any.
  static func withClient<Value: Sendable>(
    localAddress: String?, _ body: (CameraHTTPClient) async throws -> Value
  ) async throws -> Value {
    // A camera in reach accepts within milliseconds; one that comes back should not be missed
    // because of a try that began before.
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: .milliseconds(1500)))
    configuration.httpVersion = .http1Only
    configuration.decompression = .disabled
    // A refused connection is an answer; whoever asked decides about the next try.
    configuration.connectionPool.retryConnectionEstablishment = false
    let client = HTTPClient(
      eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
      configuration: configuration)
    let result: Result<Value, any Error>
    do {
      result = .success(
        try await body(
          CameraHTTPClient(
            client: client, localAddress: localAddress)))
    } catch {
      result = .failure(error)
    }
    try? await client.shutdown()
    return try result.get()
  }

  /// Fetches and reads a device description.
  func description(at url: CameraURL, timeLimit: Duration) async throws -> DeviceDescription {
    let request = shortRequest(url)
    let (status, body) = try await exchange(
      request, maximumByteCount: DeviceDescription.maximumByteCount, timeLimit: timeLimit)
    guard status == 200 else { throw LiveviewEnd.refused(status: status) }
    return try DeviceDescription(parsing: body)
  }

  /// Sends one call and reads its answer. Never send two at the same time.
  func call(
    _ call: CameraCall, endpoint: CameraURL, timeLimit: Duration
  ) async throws(CameraCallFault) -> CameraReply {
    let identifier = nextIdentifier()
    var request = shortRequest(endpoint)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.body = .bytes(call.body(identifier: identifier))
    let status: Int
    let body: ByteBuffer
    do {
      (status, body) = try await exchange(
        request, maximumByteCount: CameraReply.maximumByteCount, timeLimit: timeLimit)
    } catch is TimeLimitExceeded {
      throw .timedOut
    } catch {
      throw .unreachable
    }
    do {
      return try CameraReply(parsing: body, status: status, to: call, identifier: identifier)
    } catch {
      throw .unreadable(error)
    }
  }

  private func request(_ url: CameraURL) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: url.description)
    request.localAddress = localAddress
    return request
  }

  /// A request whose connection ends with the answer.
  private func shortRequest(_ url: CameraURL) -> HTTPClientRequest {
    var request = request(url)
    request.headers.add(name: "Connection", value: "close")
    return request
  }

  private func exchange(
    _ request: HTTPClientRequest, maximumByteCount: Int, timeLimit: Duration
  ) async throws -> (status: Int, body: ByteBuffer) {
    let client = client
    return try await withTimeLimit(timeLimit) {
      let response = try await client.execute(request, deadline: .distantFuture)
      let body = try await response.body.collect(upTo: maximumByteCount)
      return (Int(response.status.code), body)
    }
  }

  private func nextIdentifier() -> Int {
    lastIdentifier.withLock { last in
      last = last < CameraCall.identifierRange.upperBound ? last + 1 : 1
      return last
    }
  }
}
