import NIOCore
import NIOHTTP1

/// Which of the camera's two HTTP ports a connection belongs to.
enum HTTPService: String, Sendable {
  case description
  case api
}

/// A request, complete with its body.
struct HTTPRequest: Sendable {
  /// The camera takes no longer bodies.
  static let bodyLimit = 20_480

  var method: HTTPMethod
  /// Without the query.
  var path: String
  var keepsConnection: Bool
  var body = ByteBuffer()
  /// The body was longer than ``bodyLimit``; what came is not kept.
  var isTooLong = false

  init(head: HTTPRequestHead) {
    method = head.method
    path = String(head.uri.prefix { $0 != "?" })
    keepsConnection = head.isKeepAlive
  }
}

/// An answer as the camera's own small server writes it: exactly these headers, in this order.
///
/// NIO's response encoder is not used because it adds and moves headers, and because faults need
/// bytes that are no HTTP.
struct HTTPAnswer: Sendable {
  var status: HTTPResponseStatus
  var headers: [(String, String)] = []
  var body = ByteBuffer()
  var closesConnection = false

  /// A JSON answer of the API.
  ///
  /// Source: NEX-5T capture; Content-Type and Content-Length are its only headers.
  static func json(
    _ value: JSONValue, status: HTTPResponseStatus = .ok, escapesSlashes: Bool = false
  ) -> HTTPAnswer {
    let body = ByteBuffer(string: value.encoded(escapesSlashes: escapesSlashes))
    return HTTPAnswer(status: status, headers: [("Content-Type", "application/json")], body: body)
  }

  /// A refusal; the status is repeated as the API's error.
  static func refusal(_ status: HTTPResponseStatus, closesConnection: Bool = false) -> HTTPAnswer {
    let error: JSONValue = [.integer(Int(status.code)), .string(status.reasonPhrase)]
    var answer = json(["error": error, "id": 0], status: status)
    answer.closesConnection = closesConnection
    return answer
  }

  func encoded() -> ByteBuffer {
    let length = ("Content-Length", String(body.readableBytes))
    let isThere = headers.contains { $0.0 == length.0 }
    var bytes = head(headers: isThere ? headers : headers + [length])
    bytes.writeImmutableBuffer(body)
    return bytes
  }

  /// Status line and headers alone, for a body without a length.
  func head() -> ByteBuffer { head(headers: headers) }

  private func head(headers: [(String, String)]) -> ByteBuffer {
    var bytes = ByteBuffer()
    bytes.writeString("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n")
    for (name, value) in headers { bytes.writeString("\(name): \(value)\r\n") }
    bytes.writeString("\r\n")
    return bytes
  }
}
