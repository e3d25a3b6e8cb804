import NIOCore

/// One call of the remote API.
struct APIRequest: Sendable, Equatable {
  var method: String
  var parameters: [JSONValue]
  var id: Int
  var version: String

  /// Why a body is no call. The camera answers with this error and the id, if one was legible.
  struct Fault: Error, Equatable {
    var error: APIError
    var id: Int
  }

  /// Source: Camera Remote API Reference, "API request": id 1 to 2147483647, `params` an array.
  init(parsing body: ByteBuffer) throws(Fault) {
    guard let object = JSONValue(parsing: body) else {
      throw Fault(error: .illegalRequest, id: 0)
    }
    guard let id = object["id"]?.integerValue, (1...Int(Int32.max)).contains(id) else {
      throw Fault(error: .illegalRequest, id: 0)
    }
    guard let method = object["method"]?.stringValue,
      let parameters = object["params"]?.arrayValue,
      let version = object["version"]?.stringValue
    else {
      throw Fault(error: .illegalRequest, id: id)
    }
    self.method = method
    self.parameters = parameters
    self.id = id
    self.version = version
  }
}

/// An error of the remote API: a number and a text, of which only the number means something.
struct APIError: Error, Sendable, Equatable {
  var code: Int
  var text: String

  /// Known, but not possible in this state.
  static let notAvailableNow = APIError(code: 1, text: "Not Available Now")
  static let timedOut = APIError(code: 2, text: "Timed out")
  static let illegalArgument = APIError(code: 3, text: "illegal argument")
  static let illegalRequest = APIError(code: 5, text: "Illegal Request")
  static let unsupportedVersion = APIError(code: 14, text: "Unsupported Version")
  static let doublePolling = APIError(code: 40402, text: "DoublePolling")

  /// The text is the name of the method, as an ILCE-6300 has it.
  static func noSuchMethod(_ name: String) -> APIError { APIError(code: 12, text: name) }
}

/// What the camera answers to a call.
enum APIAnswer: Sendable, Equatable {
  /// `{"id":…,"result":[…]}`
  case result([JSONValue])
  /// `{"id":…,"results":[…]}`, the form of getMethodTypes.
  case results([JSONValue])
  /// `{"id":…,"error":[code,"text"]}`
  case error(APIError)

  func message(id: Int) -> JSONValue {
    switch self {
    case .result(let values): ["id": .integer(id), "result": .array(values)]
    case .results(let values): ["id": .integer(id), "results": .array(values)]
    case .error(let error):
      ["id": .integer(id), "error": [.integer(error.code), .string(error.text)]]
    }
  }
}
