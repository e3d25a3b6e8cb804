import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import Pipeline

extension Response {
  /// A page of JSON: indented, members sorted, so that people and `diff` can read it.
  static func json(
    _ value: StatusValue, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
  ) -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var headers = headers
    headers[.contentType] = "application/json; charset=utf-8"
    headers[.cacheControl] = "no-store"
    guard let data = try? encoder.encode(value) else {
      // A `StatusValue` holds nothing that JSON has no form for.
      assertionFailure("status value without a JSON form")
      return Response(status: .internalServerError)
    }
    var body = ByteBuffer(bytes: data)
    body.writeStaticString("\n")
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
  }

  /// What went wrong, as JSON.
  static func failure(
    _ status: HTTPResponse.Status, _ message: String, headers: HTTPFields = [:]
  ) -> Response {
    json(.object(["error": .string(message)]), status: status, headers: headers)
  }

  /// A page of plain text.
  static func text(_ text: String, contentType: String = "text/plain; charset=utf-8") -> Response {
    Response(
      status: .ok, headers: [.contentType: contentType, .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
