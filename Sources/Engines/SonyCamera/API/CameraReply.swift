import JSON
import NIOCore

/// The camera's answer to one call.
public struct CameraReply: Sendable, Hashable {
  /// Longest answer that is looked at; the method types of a new camera have 20 kB.
  public static let maximumByteCount = 256 * 1024
  /// Longest error text that is kept, in characters.
  public static let maximumMessageLength = 200

  public enum Outcome: Sendable, Hashable {
    /// `result`, or `results` of `getMethodTypes`.
    case result([JSONValue])
    case failure(CameraErrorCode, message: String)
  }

  public var method: CameraMethod
  public var outcome: Outcome

  /// Reads the answer to `call`.
  ///
  /// - Parameters:
  ///   - status: Of HTTP; cameras repeat it as error code, so without a JSON body it becomes one.
  ///   - identifier: What the call was sent with. An error answer may carry 0 or none, because
  ///     the camera may not have understood the call.
  /// - Throws: `SonyCameraError.replyTooLong`, `.replyNotJSON`, `.replyForeign` or
  ///   `.replyUnexpected`.
  public init(
    parsing body: ByteBuffer, status: Int = 200, to call: CameraCall, identifier: Int
  ) throws(SonyCameraError) {
    guard body.readableBytes <= Self.maximumByteCount else {
      throw .replyTooLong(limit: Self.maximumByteCount, actual: body.readableBytes)
    }
    method = call.method
    guard let value = JSONValue(parsing: body) else {
      guard status != 200 else { throw .replyNotJSON }
      outcome = .failure(CameraErrorCode(rawValue: status), message: "HTTP status")
      return
    }
    if let error = value["error"]?.array, let code = error.first?.integer {
      let message = error.dropFirst().first?.string ?? ""
      outcome = .failure(
        CameraErrorCode(rawValue: code),
        message: String(message.prefix(Self.maximumMessageLength)))
    } else if let result = value["result"]?.array ?? value["results"]?.array {
      guard let actual = value["id"]?.integer, actual == identifier else {
        throw .replyForeign(expected: identifier, actual: value["id"]?.integer ?? 0)
      }
      outcome = .result(result)
    } else {
      throw .replyUnexpected(method: call.method)
    }
  }

  /// The values of a successful answer.
  ///
  /// - Throws: `SonyCameraError.callFailed` with the camera's error code.
  public func values() throws(SonyCameraError) -> [JSONValue] {
    switch outcome {
    case .result(let values): return values
    case .failure(let code, let message):
      throw .callFailed(method: method, code: code, message: message)
    }
  }
}

// What the answers of single methods mean. Each throws `SonyCameraError.callFailed`, or
// `.replyUnexpected` if the values have another shape than documented.
extension CameraReply {
  /// Of `getAvailableApiList`.
  public func methodNames() throws(SonyCameraError) -> Set<CameraMethod> {
    guard let names = try values().first?.strings else { throw .replyUnexpected(method: method) }
    return Set(names.map { CameraMethod(rawValue: $0) })
  }

  /// Of `getVersions`: in the camera's order.
  public func versions() throws(SonyCameraError) -> [String] {
    guard let versions = try values().first?.strings else {
      throw .replyUnexpected(method: method)
    }
    return versions
  }

  /// Of `getApplicationInfo`.
  public func applicationInfo() throws(SonyCameraError) -> CameraApplication {
    let values = try values()
    guard let name = values.first?.string else { throw .replyUnexpected(method: method) }
    return CameraApplication(name: name, version: values.dropFirst().first?.string ?? "")
  }

  /// Of `getMethodTypes`; entries of another shape are left out.
  public func methodTypes() throws(SonyCameraError) -> [CameraMethodType] {
    try values().compactMap { entry in
      guard let fields = entry.array, fields.count >= 4, let name = fields[0].string else {
        return nil
      }
      return CameraMethodType(
        method: CameraMethod(rawValue: name), parameters: fields[1].strings ?? [],
        results: fields[2].strings ?? [], version: fields[3].string ?? "")
    }
  }

  /// Of `startLiveview` and `startLiveviewWithSize`: the address of the stream, as sent.
  public func liveviewAddress() throws(SonyCameraError) -> String {
    guard let address = try values().first?.string else { throw .replyUnexpected(method: method) }
    return address
  }

  /// Of `getEvent`.
  public func event() throws(SonyCameraError) -> CameraEvent {
    CameraEvent(values: try values())
  }
}

/// The remote app on the camera, which decides what the API can do.
public struct CameraApplication: Sendable, Hashable {
  /// `Smart Remote Control SR/3.31 …`, for example.
  public var name: String
  /// Version of its API server: 2.0.0 and later are what Sony documents.
  public var version: String

  public init(name: String, version: String) {
    self.name = name
    self.version = version
  }
}

/// One method as `getMethodTypes` lists it.
public struct CameraMethodType: Sendable, Hashable {
  public var method: CameraMethod
  /// Types of the parameters, `string*` and the like.
  public var parameters: [String]
  public var results: [String]
  public var version: String
}
