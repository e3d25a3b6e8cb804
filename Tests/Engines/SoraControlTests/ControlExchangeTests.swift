import JSON
import NIOCore
import TestSupport
import Testing

@testable import SoraControl

@Suite struct ControlExchangeTests {
  private static let token = "c2VjcmV0LXRva2Vu"

  private func exchange(
    _ url: String = "https://api.example/", body: JSONValue? = ["channel_id": "sora"],
    token: String? = token, repetition: ControlOperation.Repetition = .ifUnsent,
    secrets: [String] = []
  ) throws -> ControlExchange {
    try ControlExchange(
      url: url, target: "Sora_20201013.ListChannels", body: body, accessToken: token,
      userAgent: "liveview-bridge/1.2.3", repetition: repetition, secrets: secrets)
  }

  private func answer(
    _ status: Int, _ body: String = "", location: String? = nil, type: String? = nil
  ) -> ControlExchange.Answer {
    ControlExchange.Answer(
      status: status, location: location, contentType: type, body: ByteBuffer(string: body))
  }

  private func headers(_ exchange: ControlExchange) -> [String: String] {
    Dictionary(uniqueKeysWithValues: exchange.request.headers.map { ($0.name, $0.value) })
  }

  // MARK: Requests

  @Test func aBodyHasItsType() throws {
    let exchange = try exchange()
    #expect(
      headers(exchange) == [
        "x-sora-target": "Sora_20201013.ListChannels", "Accept": "application/json",
        "Content-Type": "application/json", "Authorization": "Bearer \(Self.token)",
        "User-Agent": "liveview-bridge/1.2.3",
      ])
    #expect(exchange.request.body == ByteBuffer(string: #"{"channel_id":"sora"}"#))
  }

  @Test func withoutParametersThereIsNoBody() throws {
    let exchange = try exchange(body: nil, token: nil)
    #expect(
      headers(exchange) == [
        "x-sora-target": "Sora_20201013.ListChannels", "Accept": "application/json",
        "User-Agent": "liveview-bridge/1.2.3",
      ])
    #expect(exchange.request.body == nil)
  }

  @Test(arguments: ["a b", "a\r\nX: y", "", "tökén", String(repeating: "x", count: 5000)])
  func tokensThatNoHeaderCanHoldAreRefused(token: String) {
    let error = #expect(throws: ControlError.self) { try exchange(token: token) }
    guard case .accessTokenUnusable = error else { return #expect(Bool(false), "\(error as Any)") }
    #expect(token.isEmpty || error?.description.contains(token) == false)
  }

  @Test(arguments: [
    ("Sora_20201013.ListChannels", true), ("ImageFlux_20180905.CreateChannel", true),
    ("Sora_20201013", false), ("Sora_2020101.X", false), ("Sora_2020101x.X", false), ("", false),
    ("Sora_20201013.", false), ("_20201013.X", false), ("Sora_20201013.A.B", false),
    ("Sora_20201013.A\r\nB", false), ("Sora_20201013.Ä", false),
  ]) func targetsHaveAForm(target: String, isRight: Bool) {
    #expect(ControlExchange.isTarget(target) == isRight)
  }

  // MARK: Answers

  @Test(arguments: ["", " \r\n"]) func anEmptyAnswerIsNoValue(body: String) throws {
    var exchange = try exchange()
    #expect(exchange.answered(answer(200, body)) == .reply(nil))
  }

  @Test(arguments: [nil, "application/json; charset=utf-8", "text/html", "nonsense"])
  func jsonIsJSONWhateverItIsCalled(type: String?) throws {
    var exchange = try exchange()
    #expect(exchange.answered(answer(200, #"{"a": [1]}"#, type: type)) == .reply(["a": [1]]))
  }

  @Test func aWebPageIsQuoted() throws {
    var exchange = try exchange()
    let page =
      "<html>\u{1B}[31m\r\n<title>Sign \u{202E}in</title>" + String(repeating: "x", count: 999)
    guard
      case .fail(.notJSON(let type, let excerpt, let reason)) = exchange.answered(
        answer(200, page, type: "text/html\u{7}"))
    else { return #expect(Bool(false)) }
    #expect(type == "text/html" && reason == "it is a web page")
    #expect(excerpt.hasPrefix("<html> [31m <title>Sign in</title>xxx") && excerpt.count == 121)
  }

  @Test(arguments: [400, 408, 413, 500])
  func bothShapesOfRefusalAreUnderstood(status: Int) throws {
    var exchange = try exchange()
    let long = answer(status, #"{"error_type": "INVALID-X", "error_reason": {"a": 1}}"#)
    #expect(
      exchange.answered(long)
        == .fail(
          .refused(ControlRefusal(status: status, type: "INVALID-X", reason: ["a": 1]))))
    #expect(
      exchange.answered(answer(status, #"{"error_type":"INVALID-X","error_reason":null}"#))
        == .fail(.refused(ControlRefusal(status: status, type: "INVALID-X"))))
    #expect(
      exchange.answered(answer(status, #"{"type":"MissingHeaderName"}"#))
        == .fail(.refused(ControlRefusal(status: status, type: "MissingHeaderName"))))
  }

  @Test(arguments: [
    (400, ""), (404, "not found"), (500, #"{"error":"x"}"#), (418, #"{"error_type":5}"#),
    (429, #"["error_type"]"#),
  ]) func otherBodiesAreQuoted(status: Int, body: String) throws {
    var exchange = try exchange()
    #expect(
      exchange.answered(answer(status, body)) == .fail(.unexpectedStatus(status, excerpt: body)))
  }

  @Test(arguments: [401, 403]) func accessMayBeDenied(status: Int) throws {
    var exchange = try exchange()
    #expect(
      exchange.answered(answer(status, #"{"error_type":"InvalidToken"}"#))
        == .fail(.accessDenied(status: status, detail: "InvalidToken")))
    #expect(
      exchange.answered(answer(status)) == .fail(.accessDenied(status: status, detail: nil)))
  }

  @Test func noSecretIsRepeated() throws {
    let secret = "s3 \"key\"\nline"
    for (status, body) in [
      (400, #"{"error_type":"X c2VjcmV0LXRva2Vu","error_reason":["s3 \"key\"\nline"]}"#),
      (400, #"{"you":"Bearer c2VjcmV0LXRva2Vu","and":"s3 \"key\"\nline"}"#),
      (200, "<p>c2VjcmV0LXRva2Vu"), (403, "no c2VjcmV0LXRva2Vu"),
    ] {
      var exchange = try exchange(secrets: body.hasPrefix("{") ? [secret] : [])
      guard case .fail(let error) = exchange.answered(answer(status, body)) else {
        return #expect(Bool(false))
      }
      #expect(error.description.contains("<secret>"))
      #expect(!error.description.contains(Self.token) && !error.description.contains("s3"))
    }
  }

  @Test func ofAnAnswerToSecretsOnlyJSONIsQuoted() throws {
    for status in [200, 400, 401, 500] {
      var exchange = try exchange(secrets: ["a key of some length"])
      guard case .fail(let error) = exchange.answered(answer(status, "you said: k e y")) else {
        return #expect(Bool(false))
      }
      #expect(!error.description.contains("you said"))
    }
  }

  @Test func anyBytesAreAnswered() throws {
    let seed = Array(
      #"{"error_type":"InvalidJSON","error_reason":[{"path":["a"],"data":"x"}]}"#.utf8)
    var generator = SeededGenerator(seed: 51)
    for _ in 0..<4000 {
      let bytes = Mutation.mutate(seed, using: &generator)
      var exchange = try exchange()
      for status in [200, 400] {
        let answer = ControlExchange.Answer(status: status, body: ByteBuffer(bytes: bytes))
        if case .fail(let error) = exchange.answered(answer) {
          let text = error.description
          #expect(text.utf8.count < 4000 && !text.contains { $0.isNewline })
        }
      }
    }
  }
}
