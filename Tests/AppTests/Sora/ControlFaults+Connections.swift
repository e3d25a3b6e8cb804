import SimulatedSora

extension ControlFault {
  private static func broken(
    _ what: String, _ script: RawServer.Action..., arguments: [String] = ["sora", "list-channels"],
    message: String, _ exitCode: Int32
  ) -> ControlFault {
    ControlFault(
      what: what, peer: .answers([script]), arguments: arguments, message: message,
      exitCode: exitCode)
  }

  /// Answers that end too early, or never.
  static let broken: [ControlFault] = [
    broken(
      "no answer", arguments: ["sora", "list-channels", "--timeout", "0.5"],
      message: "http://127.0.0.1:PORT/: no whole answer within 0.5 s", 75),
    broken(
      "no answer to a call that changes something",
      arguments: ["sora", "disconnect-channel", "--channel-id", "sora", "--timeout", "0.5"],
      message: "http://127.0.0.1:PORT/: no whole answer within 0.5 s; the call may be carried out "
        + "all the same", 75),
    broken(
      "half an answer, then nothing",
      .send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n[1,"),
      arguments: ["sora", "list-channels", "--timeout", "0.5"],
      message: "http://127.0.0.1:PORT/: no whole answer within 0.5 s", 75),
    broken(
      "half an answer, then the end", .send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n[1,"),
      .close,
      message: "http://127.0.0.1:PORT/: the connection ended before the answer did (in the middle "
        + "of it)", 76),
    broken(
      "half a chunk, then the end",
      .send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n[1,"), .close,
      message: "http://127.0.0.1:PORT/: the connection ended before the answer did (in the middle "
        + "of it)", 76),
    broken(
      "the end before an answer", .close,
      message: "http://127.0.0.1:PORT/: the connection ended before the answer did (the server "
        + "closed it)", 76),
    broken(
      "a reset before an answer to a call that is not repeated", .reset,
      arguments: ["sora", "disconnect-channel", "--channel-id", "sora"],
      message: "http://127.0.0.1:PORT/: the connection ended before the answer did (the other side "
        + "reset it); the call may be carried out all the same", 76),
    broken(
      "more than 8 MiB", .send("HTTP/1.1 200 OK\r\n\r\n["), .flood,
      message: "http://127.0.0.1:PORT/: the answer is larger than 8 MiB; is this the URL of the "
        + "API?", 76),
    broken(
      "10 MB announced", .send("HTTP/1.1 200 OK\r\ncontent-length: 10000000\r\n\r\n["), .flood,
      message: "http://127.0.0.1:PORT/: the answer is larger than 8 MiB; is this the URL of the "
        + "API?", 76),
    broken(
      "another protocol", .send("SSH-2.0-OpenSSH_9.2\r\n"), .close,
      message:
        "http://127.0.0.1:PORT/: what answers does not speak HTTP (invalid constant string); is "
        + "this the URL of the API?", 76),
  ]

  /// Success, but not with JSON.
  static let unreadable: [ControlFault] = [
    answer(
      "200 with a web page", "200 OK", "<html>\r\n  <title>Sign in</title>", type: "text/html",
      "http://127.0.0.1:PORT/: the answer is not JSON: it is a web page, text/html, “<html> "
        + "<title>Sign in</title>”", 76),
    answer(
      "200 with plain text", "200 OK", "OK", type: "text/plain",
      "http://127.0.0.1:PORT/: the answer is not JSON: it is something else, text/plain, “OK”", 76),
    answer(
      "200 with JSON that is cut off", "200 OK", #"[{"channel_id""#,
      "http://127.0.0.1:PORT/: the answer is not JSON: line 1, column 15: the text ends too early, "
        + #"application/json, “[{"channel_id"”"#, 76),
    answer(
      "200, compressed unasked", "200 OK", "\u{1F}x", headers: "content-encoding: gzip\r\n",
      "http://127.0.0.1:PORT/: the answer is not JSON: it is compressed, which was not asked for, "
        + "application/json, “x”", 76),
    answer("200 with JSON called text/html", "200 OK", "[]", type: "text/html", "(none)", 0),
    answer("200 with JSON of no type", "200 OK", "[]", type: nil, "(none)", 0),
  ]

  private static let forwarding = [
    "sora", "start-forwarding-rtp", "--channel-id", "sora", "--ip-address", "127.0.0.1",
    "--video-port", "60003",
  ]
  private static let place = "http://127.0.0.1:PORT/: the answer is not as documented: "

  /// JSON, but not what the documents promise.
  static let unusable: [ControlFault] = [
    answer("an object for a list", "200 OK", #"{"a":1}"#, place + "the reply is not a list", 76),
    answer("null for a list", "200 OK", "null", place + "the reply is not a list", 76),
    answer(
      "nothing for a list", "200 OK", "", type: nil, place + "the reply is not a list, but empty",
      76),
    answer(
      "a list whose elements are others", "200 OK", #"[{"channel_id":5}]"#,
      place + "[0].channel_id is not a text", 76),
    answer(
      "members that are null, or that nobody knows", "200 OK",
      #"[{"channel_id":"a","multistream":null,"x":1}]"#,
      "channel_id  multistream  x\na           null         1", 0),
    answer(
      "a list for an object", "200 OK", "[]",
      arguments: [
        "sora", "get-connection-remote-stats", "--channel-id", "sora", "--connection-id", "5",
      ], place + "the reply is not an object", 76),
    answer(
      "nothing for a session description", "200 OK", "", type: nil, arguments: forwarding,
      place + "the reply is not an object, but empty", 76),
    answer(
      "a number for a session description", "200 OK", #"{"sdp":5}"#, arguments: forwarding,
      place + "sdp is not a text", 76),
    answer(
      "another text for a session description", "200 OK", #"{"sdp":"later"}"#,
      arguments: forwarding, place + "sdp is not a session description", 76),
    answer(
      "nothing where the answer would repeat the call", "200 OK", "", type: nil,
      arguments: ["sora", "disconnect-channel", "--channel-id", "sora"], "done", 0),
  ]

  static let connections: [ControlFault] = [
    ControlFault(
      what: "nobody listens", peer: .nobody,
      message:
        "cannot connect to http://127.0.0.1:PORT/: connection refused; is the server running?",
      exitCode: 69),
    ControlFault(
      what: "nobody listens, and there is no time to try thrice", peer: .nobody,
      arguments: ["sora", "disconnect-channel", "--channel-id", "sora", "--timeout", "1"],
      message:
        "cannot connect to http://127.0.0.1:PORT/: connection refused; is the server running?",
      exitCode: 69),
    ControlFault(
      what: "a name that does not exist", peer: .unknownName,
      message: "cannot connect to http://sora.invalid:PORT/: the name sora.invalid is not known",
      exitCode: 69),
    ControlFault(
      what: "https where http is spoken",
      peer: .speaksFirst([.send("HTTP/1.1 400 Bad Request\r\n\r\n")]),
      message: "no secure connection to https://127.0.0.1:PORT/: what answers does not speak TLS; "
        + "is it http instead of https?", exitCode: 69, scheme: "https"),
  ]

  /// Before anything is sent.
  static let arguments: [ControlFault] = [
    ControlFault(
      what: "a key is missing", peer: .none, arguments: ["sora", "disconnect-channel"],
      message: "--channel-id: must be given\nSee liveview-bridge sora disconnect-channel --help",
      exitCode: 64),
    ControlFault(
      what: "a value is out of range", peer: .none,
      arguments: [
        "sora", "change-spotlight-number", "--channel_id", "sora", "--spotlight_number=9",
      ],
      message: "--spotlight_number = 9: must be a whole number from 1 to 8\n"
        + "See liveview-bridge sora change-spotlight-number --help", exitCode: 64),
    ControlFault(
      what: "an operation that does not exist", peer: .none, arguments: ["sora", "list-chanels"],
      message: "list-chanels is no operation of Sora; did you mean list-channels?\n"
        + "See liveview-bridge sora --help", exitCode: 64),
    ControlFault(
      what: "ImageFlux without an access token", peer: .none,
      arguments: ["imageflux", "list-channel-ids"],
      message: "ImageFlux wants an access token; give --access-token-file FILE or --config FILE, "
        + "or set LIVEVIEW_BRIDGE_IMAGE_FLUX_ACCESS_TOKEN", exitCode: 77),
    ControlFault(
      what: "a URL of another scheme", peer: .none,
      arguments: ["sora", "list-channels", "--api-url", "ftp://sora/"],
      message: "--api-url: the URL ftp://sora/ cannot be used: must begin with http:// or https://",
      exitCode: 78),
    ControlFault(
      what: "a URL without a scheme", peer: .none,
      arguments: ["sora", "list-channels", "--api_url", "localhost:3000"],
      message: "--api-url: the URL localhost:3000 cannot be used: must begin with http:// or "
        + "https://; is http://localhost:3000/ meant?", exitCode: 78),
  ]
}
