import SimulatedSora
import Testing

/// One thing that can go wrong with a call, and what the user then sees.
struct ControlFault: Sendable, CustomTestStringConvertible {
  enum Peer: Sendable {
    /// Answers each connection with its script; the last one goes on for ever.
    case answers([[RawServer.Action]])
    /// Speaks before it is asked.
    case speaksFirst([RawServer.Action])
    /// Answers over TLS, with this certificate.
    case secure(Certificate, [RawServer.Action])
    case nobody
    case unknownName
    /// No call is made.
    case none
  }

  /// Of a server; nobody else vouches for it.
  enum Certificate: Sendable {
    /// CA_FILE among the arguments is the certificate itself.
    case selfSigned
    /// For 127.0.0.1, and signed by a CA whose certificate CA_FILE is.
    case signed
    /// The same for another name.
    case signedForAnotherName
    /// CA_FILE is the certificate of another CA.
    case signedByAnotherCA
  }

  var what: String
  var peer: Peer
  var arguments = ["sora", "list-channels"]
  /// With PORT for the server's port.
  var message: String
  var exitCode: Int32
  var scheme = "http"

  var testDescription: String { what }

  /// An answer of the API with this status and body.
  static func answer(
    _ what: String, _ status: String, _ body: String, type: String? = "application/json",
    headers: String = "", arguments: [String] = ["sora", "list-channels"], _ message: String,
    _ exitCode: Int32
  ) -> ControlFault {
    ControlFault(
      what: what,
      peer: .answers([[RawServer.reply(status, body, type: type, headers: headers)]]),
      arguments: arguments, message: message, exitCode: exitCode)
  }

  static let all =
    words + refusals + statuses + redirections + broken + unreadable + unusable + connections
    + certificates + arguments + files
}

extension ControlFault {
  /// What Sora's HTTP layer says itself.
  private static let words: [ControlFault] = [
    (
      "400 Bad Request", "MissingService",
      "the server does not know this service: Sora's and ImageFlux's APIs have different URLs", 1
    ),
    (
      "400 Bad Request", "InvalidTarget",
      "the server does not understand the name of the operation", 1
    ),
    (
      "400 Bad Request", "MissingTarget",
      "the server has no operation of this version and name; is it too old for it?", 1
    ),
    (
      "400 Bad Request", "MissingTargetModule",
      "the server does not know this operation; is it too old for it?", 1
    ),
    (
      "400 Bad Request", "MissingTargetFunction",
      "the server does not know this operation with these parameters; is it too old for it?", 1
    ),
    (
      "400 Bad Request", "SchemaNotFound",
      "the server does not know this operation with parameters", 1
    ),
    ("400 Bad Request", "MalformedJSON", "the server could not read the parameters as JSON", 1),
    (
      "408 Request Timeout", "RequestTimeout", "the server did not get the whole request in time",
      75
    ),
    (
      "413 Payload Too Large", "PayloadTooLarge",
      "the parameters are larger than the server accepts", 1
    ),
    (
      "500 Internal Server Error", "HandlerException",
      "the operation failed inside the server; its logs say why", 69
    ),
  ].map { status, word, sentence, code in
    answer(
      "\(status.prefix(3)), error_type \(word)", status, "{\"error_type\":\"\(word)\"}",
      "http://127.0.0.1:PORT/: \(sentence) (\(word))", code)
  }

  private static let refusals: [ControlFault] = [
    answer(
      "400, type MissingHeaderName", "400 Bad Request", #"{"type":"MissingHeaderName"}"#,
      "http://127.0.0.1:PORT/: the server did not get the header x-sora-target; does something on "
        + "the way remove it? (MissingHeaderName)", 1),
    answer(
      "400, type UnexpectedMethod", "400 Bad Request", #"{"type":"UnexpectedMethod"}"#,
      "http://127.0.0.1:PORT/: the server did not get a POST; does something on the way change it? "
        + "(UnexpectedMethod)", 1),
    answer(
      "400, InvalidJSON with its list of faults", "400 Bad Request",
      #"{"error_type":"InvalidJSON","error_reason":[{"invalid":"data","schema":{"type":"integer"},"#
        + #""error":"wrong_type","data":"60003","path":["video_port"]}]}"#,
      "http://127.0.0.1:PORT/: the server does not accept the parameters: video_port is of the "
        + "wrong type (given: 60003) (InvalidJSON)", 1),
    answer(
      "400, InvalidJSON for a key that is missing", "400 Bad Request",
      #"{"error_type":"InvalidJSON","error_reason":[{"invalid":"data","schema":{},"#
        + #""error":"missing_required_property","data":"channel_id","path":[]}]}"#,
      "http://127.0.0.1:PORT/: the server does not accept the parameters: lacks the key channel_id "
        + "(InvalidJSON)", 1),
    answer(
      "400, an operation's own word", "400 Bad Request", #"{"error_type":"CHANNEL-NOT-FOUND"}"#,
      "http://127.0.0.1:PORT/: the server refuses the call: CHANNEL-NOT-FOUND", 1),
    answer(
      "400, a word with a reason", "400 Bad Request",
      #"{"error_type":"INVALID-STATE","error_reason":{"multistream":false}}"#,
      #"http://127.0.0.1:PORT/: the server refuses the call: INVALID-STATE: {"multistream":false}"#,
      1),
    answer(
      "400, a word made to harm a terminal", "400 Bad Request",
      #"{"error_type":"A\u001b]0;x\u0007\r\nB"}"#,
      "http://127.0.0.1:PORT/: the server refuses the call: A ]0;x B", 1),
  ]

  private static let statuses: [ControlFault] = [
    answer(
      "401", "401 Unauthorized", "",
      "http://127.0.0.1:PORT/: access denied (status 401); is the access token there, right and "
        + "still valid?", 77),
    answer(
      "403 with a word", "403 Forbidden", #"{"error_type":"InvalidAccessToken"}"#,
      "http://127.0.0.1:PORT/: access denied (status 403: InvalidAccessToken); is the access token "
        + "there, right and still valid?", 77),
    answer(
      "404 of a web server", "404 Not Found", "<h1>Not Found</h1>", type: "text/html",
      "http://127.0.0.1:PORT/: the server answered with status 404 and “<h1>Not Found</h1>”; is "
        + "this the URL of the API?", 1),
    answer(
      "400 with an unknown body", "400 Bad Request", #"{"error":"x"}"#,
      #"http://127.0.0.1:PORT/: the server answered with status 400 and “{"error":"x"}”"#, 1),
    answer(
      "429", "429 Too Many Requests", "",
      "http://127.0.0.1:PORT/: the server answered with status 429; try again later", 1),
    answer(
      "503, three times", "503 Service Unavailable", "busy", type: "text/plain",
      "http://127.0.0.1:PORT/: the server answered with status 503 and “busy”; try again later", 69),
  ]

  private static let redirections: [ControlFault] = [
    answer(
      "307 in a circle", "307 Temporary Redirect", "", headers: "location: /\r\n",
      "http://127.0.0.1:PORT/: the server redirects more than 5 times; is its cluster set up right?",
      76),
    answer(
      "307 without Location", "307 Temporary Redirect", "",
      "http://127.0.0.1:PORT/: the server redirects, which cannot be followed: status 307 does not "
        + "say where to", 76),
    answer(
      "302 to a login page", "302 Found", "", headers: "location: http://portal/login?a=b\r\n",
      "http://127.0.0.1:PORT/: the server redirects to http://portal/login, which cannot be "
        + "followed: status 302 does not keep the request; only 307 and 308 do", 76),
    answer(
      "308 to another scheme", "308 Permanent Redirect", "", headers: "location: ftp://x/\r\n",
      "http://127.0.0.1:PORT/: the server redirects to ftp://x/, which cannot be followed: not a "
        + "usable http or https URL", 76),
  ]
}
