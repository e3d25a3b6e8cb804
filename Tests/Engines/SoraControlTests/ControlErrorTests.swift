import JSON
import Testing

@testable import SoraControl

@Suite struct ControlErrorTests {
  private static let all: [(error: ControlError, isWorthRetrying: Bool)] = [
    (
      .parametersUnusable(
        ControlParameterError(problems: [
          ControlKeyProblem(key: "a", value: nil, allowed: "given"),
          ControlKeyProblem(key: "b", value: "0", allowed: "1 to 8"),
        ])), false
    ),
    (.urlUnusable("x", reason: "y"), false), (.accessTokenUnusable(reason: "x"), false),
    (.cannotConnect(url: "http://s/", reason: "refused"), true),
    (.tlsFailed(url: "https://s/", reason: "x"), true), (.timedOut(seconds: 10), true),
    (.connectionClosed(reason: "x"), true), (.cancelled, false),
    (.refused(ControlRefusal(status: 400, type: "X")), false),
    (.refused(ControlRefusal(status: 500, type: "HandlerException")), true),
    (.refused(ControlRefusal(status: 408, type: "RequestTimeout")), true),
    (.accessDenied(status: 401, detail: nil), false), (.unexpectedStatus(404, excerpt: ""), false),
    (.unexpectedStatus(503, excerpt: "x"), true), (.unexpectedStatus(429, excerpt: ""), true),
    (.redirectUnusable(location: nil, reason: "x"), true), (.tooManyRedirects(limit: 5), true),
    (.replyTooLarge(limitBytes: 8 * 1024 * 1024), false), (.notHTTP(reason: "x"), true),
    (.notJSON(contentType: nil, excerpt: "", reason: "x"), true),
    (.replyUnusable(ControlReplyError(path: "a", expected: "a text")), false),
  ]

  @Test func eachSaysOneLineAndWhetherToTryAgain() {
    for (error, isWorthRetrying) in Self.all {
      #expect(!error.description.contains { $0.isNewline } && error.description.count > 10)
      #expect(error.isWorthRetrying == isWorthRetrying, "\(error)")
    }
    #expect(Set(Self.all.map(\.error.kind)).count == 17)
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
