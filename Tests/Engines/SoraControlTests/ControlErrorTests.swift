import JSON
import Testing

@testable import SoraControl

@Suite struct ControlErrorTests {
  private static let all: [(error: ControlError, effect: ControlError.Effect)] = [
    (
      .parametersUnusable(
        ControlParameterError(problems: [
          ControlKeyProblem(key: "a", value: nil, allowed: "given"),
          ControlKeyProblem(key: "b", value: "0", allowed: "1 to 8"),
        ])), .none
    ),
    (.urlUnusable("x", reason: "y"), .none), (.accessTokenUnusable(reason: "x"), .none),
    (.cannotConnect(url: "http://s/", reason: "refused"), .none),
    (.tlsFailed(url: "https://s/", reason: "x"), .none), (.timedOut(seconds: 10), .unknown),
    (.timedOut(seconds: 10, isInDoubt: false), .unknown),
    (.connectionClosed(reason: "x"), .unknown), (.cancelled, .unknown),
    (.refused(ControlRefusal(status: 400, type: "X")), .refusal),
    (.refused(ControlRefusal(status: 404, type: "CHANNEL-NOT-FOUND")), .refusal),
    (.refused(ControlRefusal(status: 400, type: "MissingTarget")), .refusal),
    (.refused(ControlRefusal(status: 408, type: "RequestTimeout")), .unknown),
    (.refused(ControlRefusal(status: 429, type: "TooMany")), .none),
    (.refused(ControlRefusal(status: 500, type: "HandlerException")), .unknown),
    (.refused(ControlRefusal(status: 503, type: "X")), .unknown),
    (.accessDenied(status: 401, detail: nil), .none),
    (.accessDenied(status: 403, detail: nil), .none),
    (.unexpectedStatus(204, excerpt: ""), .unknown), (.unexpectedStatus(400, excerpt: ""), .none),
    (.unexpectedStatus(404, excerpt: ""), .none), (.unexpectedStatus(408, excerpt: ""), .unknown),
    (.unexpectedStatus(429, excerpt: ""), .none), (.unexpectedStatus(503, excerpt: "x"), .unknown),
    (.redirectUnusable(location: nil, reason: "x"), .unknown),
    (.tooManyRedirects(limit: 5), .none),
    (.replyTooLarge(limitBytes: 8 * 1024 * 1024), .unknown), (.notHTTP(reason: "x"), .unknown),
    (.notJSON(contentType: nil, excerpt: "", reason: "x"), .unknown),
    (.replyUnusable(ControlReplyError(path: "a", expected: "a text")), .unknown),
  ]

  @Test func eachSaysOneLineAndWhatItMayHaveChanged() {
    for (error, effect) in Self.all {
      #expect(!error.description.contains { $0.isNewline } && error.description.count > 10)
      #expect(error.effect == effect, "\(error)")
      #expect(error.mayHaveHappened == (effect == .unknown))
      #expect(error.isRefusal == (effect == .refusal))
    }
    #expect(Set(Self.all.map(\.error.kind)).count == 17)
  }

  @Test(
    arguments: [
      (400, "NOT-FORWARDING", true), (404, "CHANNEL-NOT-FOUND", true), (400, "InvalidJSON", false),
      (400, "MissingTarget", false), (429, "TooMany", false), (500, "NOT-FORWARDING", false),
    ])
  func onlyWordsOfTheOperationSayThatItLooked(status: Int, type: String, hasLooked: Bool) {
    let error = ControlError.refused(ControlRefusal(status: status, type: type))
    #expect(error.isRefusalOfTheOperation == hasLooked)
  }

  @Test(arguments: [
    (ControlError.timedOut(seconds: 2.5), "no whole answer within 2.5 s; the call may be carried"),
    (.timedOut(seconds: 10, isInDoubt: false), "no whole answer within 10 s"),
    (.replyTooLarge(limitBytes: 8 * 1024 * 1024), "the answer is larger than 8 MiB"),
    (.unexpectedStatus(404, excerpt: "nope"), "the server answered with status 404 and “nope”; is"),
    (.accessDenied(status: 401, detail: "Expired"), "access denied (status 401: Expired); is the"),
  ]) func valuesAreInTheText(error: ControlError, beginning: String) {
    #expect(error.description.hasPrefix(beginning))
  }
}

@Suite struct ControlRefusalTests {
  @Test func swiddensWordsAreExplained() {
    #expect(
      ControlRefusal(status: 400, type: "MissingTargetFunction").description
        == "the server does not know this operation with these parameters; is it too old for it? "
        + "(MissingTargetFunction)")
  }

  @Test func wordsOfOperationsAreKept() {
    #expect(
      ControlRefusal(status: 400, type: "CHANNEL-NOT-FOUND", reason: ["id": "x"]).description
        == #"the server refuses the call: CHANNEL-NOT-FOUND: {"id":"x"}"#)
  }

  @Test func faultsOfParametersNameTheKey() {
    let reason: JSONValue = [
      [
        "invalid": "data", "schema": ["type": "integer"], "error": "wrong_type", "data": "80",
        "path": ["hls", 0, "video_port"],
      ],
      ["error": "not_in_range", "data": 9, "path": "spotlight_number"],
      ["error": ["odd", 1]],
    ]
    #expect(
      ControlRefusal(status: 400, type: "InvalidJSON", reason: reason).description
        == "the server does not accept the parameters: hls[0].video_port is of the wrong type "
        + "(given: 80); spotlight_number is out of range (given: 9); [\"odd\",1] (InvalidJSON)")
  }

  @Test func onlyCallsThatChangeSomethingAreInDoubt() {
    let end = "; the call may be carried out all the same"
    for isInDoubt in [true, false] {
      #expect(
        ControlError.timedOut(seconds: 1, isInDoubt: isInDoubt).description.hasSuffix(end)
          == isInDoubt)
      #expect(
        ControlError.connectionClosed(reason: "x", isInDoubt: isInDoubt).description.hasSuffix(end)
          == isInDoubt)
    }
  }

  @Test(
    arguments: [
      (["error": "missing_required_property", "data": "channel_id"], "lacks the key channel_id"),
      (
        ["error": "missing_required_property", "data": "width", "path": ["hls", 0, "video"]],
        "hls[0].video lacks the key width"
      ),
      (
        [
          "error": "missing_required_property", "data": ["channel_id": "sora"],
          "schema": ["required": ["channel_id", "audio_port"]],
        ], "lacks the key audio_port"
      ),
      (
        [
          "error": "missing_required_property", "data": [:],
          "schema": ["required": ["channel_id", "audio_port"]],
        ], "lacks the keys channel_id, audio_port"
      ),
      (
        ["error": "missing_required_property", "data": ["channel_id": "sora"]],
        "lacks a required key"
      ),
      (["error": ["missing_required_property", "audio_port"]], "lacks the key audio_port"),
    ] as [(JSONValue, String)])
  func aMissingKeyIsNamed(fault: JSONValue, words: String) {
    #expect(
      ControlRefusal(status: 400, type: "InvalidJSON", reason: [fault]).description
        == "the server does not accept the parameters: \(words) (InvalidJSON)")
  }

  @Test(arguments: [nil, [], "text", [1, 2]] as [JSONValue?])
  func otherReasonsAreShownAsTheyAre(reason: JSONValue?) {
    let text = ControlRefusal(status: 400, type: "InvalidJSON", reason: reason).description
    #expect(text.hasPrefix("the server does not accept the parameters (InvalidJSON"))
  }
}
