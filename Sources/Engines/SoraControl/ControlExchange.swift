import JSON
import NIOCore

/// One call over HTTP: what is sent, what an answer means, and whether to send again.
///
/// ```
///             request ──▶ answered ──┬──▶ reply
///                ▲                   ├──▶ fail
///                ├── follow ◀────────┤   307, 308
///                └── again  ◀────────┤   502, 503, 504
///                       ▲            │
///                failed ┴────────────┘   connection
/// ```
///
/// Knows no time: who calls keeps the limit, pauses included, and says how much of it remains.
///
/// Source: swidden, the HTTP layer of Sora; RFC 9110 §15.4 for redirections.
public struct ControlExchange: Sendable {
  /// What to send next, always with POST.
  public struct Request: Sendable {
    public var url: ControlURL
    public var headers: [(name: String, value: String)]
    /// nil: no body, and `Content-Length: 0`.
    public var body: ByteBuffer?
  }

  /// What came back, with its whole body.
  public struct Answer: Sendable {
    public var status: Int
    public var location: String?
    public var contentType: String?
    public var contentEncoding: String?
    public var body: ByteBuffer

    public init(
      status: Int, location: String? = nil, contentType: String? = nil,
      contentEncoding: String? = nil, body: ByteBuffer = ByteBuffer()
    ) {
      self.status = status
      self.location = location
      self.contentType = contentType
      self.contentEncoding = contentEncoding
      self.body = body
    }
  }

  /// Why no whole answer came.
  public enum Failure: Sendable, Hashable {
    /// Refused, no route, a name that is not known; nothing was sent.
    case notConnected(reason: String)
    /// Nobody refused or accepted the connection; nothing was sent.
    case connectTimedOut(seconds: Double)
    /// Nothing was sent.
    case tlsFailed(reason: String)
    /// The server's certificate, which will be the same a second later; nothing was sent.
    case certificateUnusable(reason: String)
    /// After the request, or a part of it, was sent: who knows what of it arrived. A connection
    /// that was kept from an earlier call and dies under the next one is the same case.
    case closed(reason: String)
    /// Something else than HTTP came.
    case notHTTP(reason: String)
    case tooLarge(limitBytes: Int)
  }

  /// What to do now.
  public enum Step: Sendable, Hashable {
    /// Done; nil if the answer has no body.
    case reply(JSONValue?)
    /// Send `request`, which goes elsewhere now.
    case follow(ControlURL)
    /// Send `request` once more after a pause.
    case again(after: Duration)
    /// Over.
    case fail(ControlError)
  }

  /// Redirections that are followed in one call.
  public static let redirectionLimit = 5
  /// Pauses before a call is sent again; there are no more repetitions than pauses.
  public static let pauses: [Duration] = [.milliseconds(200), .seconds(1)]
  /// Largest answer that is worth reading: the statistics of some thousand connections.
  public static let replyLimitBytes = 8 * 1024 * 1024

  private let origin: ControlURL
  private let target: String
  private let body: ByteBuffer?
  private let accessToken: String?
  private let userAgent: String
  private let repetition: ControlOperation.Repetition
  /// Must not be in anything that is shown.
  private let secrets: [String]
  /// Whether the body has some of them.
  private let hasSecretParameters: Bool
  private var url: ControlURL
  private var redirectionCount = 0
  private var repetitionCount = 0
  /// Why `request` is sent once more.
  private var lastError: ControlError?
  /// Whether an earlier attempt was sent and not answered.
  private var wasSentInVain = false

  /// - Parameters:
  ///   - target: `Service_YYYYMMDD.Operation`.
  ///   - body: nil for no body at all.
  ///   - secrets: What must not be shown though the server may repeat it; the token needs no
  ///     mention.
  /// - Throws: `urlUnusable`, `accessTokenUnusable`, or `parametersUnusable` for the target.
  public init(
    url: String, target: String, body: JSONValue?, accessToken: String? = nil,
    userAgent: String, repetition: ControlOperation.Repetition, secrets: [String] = []
  ) throws(ControlError) {
    origin = try ControlURL(url)
    self.url = origin
    guard Self.isTarget(target) else {
      let problem = ControlKeyProblem(
        key: "x-sora-target", value: ControlText.cleaned(target, limit: 60),
        allowed: "like Sora_20201013.ListChannels")
      throw .parametersUnusable(ControlParameterError(problems: [problem]))
    }
    self.target = target
    if let accessToken { try Self.check(accessToken) }
    self.accessToken = accessToken
    self.userAgent = userAgent
    self.repetition = repetition
    hasSecretParameters = !secrets.isEmpty
    self.secrets = secrets + (accessToken.map { [$0] } ?? [])
    self.body = body.map { body in
      var bytes = ByteBuffer()
      body.encode(into: &bytes)
      return bytes
    }
  }

  /// What to send now.
  public var request: Request {
    var headers = [("x-sora-target", target), ("Accept", "application/json")]
    if body != nil { headers.append(("Content-Type", "application/json")) }
    if let accessToken, sendsToken { headers.append(("Authorization", "Bearer \(accessToken)")) }
    headers.append(("User-Agent", userAgent))
    return Request(url: url, headers: headers, body: body)
  }

  private var sendsToken: Bool { url.hasSameOrigin(as: origin) }

  /// Takes what was answered to `request`.
  ///
  /// - Parameter remaining: Of the time limit; nil if there is none.
  public mutating func answered(_ answer: Answer, remaining: Duration? = nil) -> Step {
    switch answer.status {
    case 200...299:
      return reply(answer)
    case 307, 308:
      return redirected(answer)
    case 300...399:
      return .fail(
        .redirectUnusable(
          location: shown(answer.location),
          reason: "status \(answer.status) does not keep the request; only 307 and 308 do"))
    case 401, 403:
      return .fail(.accessDenied(status: answer.status, detail: detail(of: answer)))
    case 502, 503, 504:
      let error = refusal(answer)
      return repetition == .always ? again(or: error, remaining) : .fail(error)
    default:
      return .fail(refusal(answer))
    }
  }

  /// Takes that `request` got no whole answer.
  ///
  /// - Parameter remaining: Of the time limit; nil if there is none.
  public mutating func failed(_ failure: Failure, remaining: Duration? = nil) -> Step {
    if case .closed = failure { wasSentInVain = true }
    let mayRepeat =
      switch failure {
      case .notConnected, .tlsFailed: true
      case .closed: repetition == .always
      // Waiting took its time already and would again; the others will not change.
      case .connectTimedOut, .certificateUnusable, .notHTTP, .tooLarge: false
      }
    let error = error(failure)
    return mayRepeat ? again(or: error, remaining) : .fail(error)
  }

  /// What a call has come to whose time is up.
  ///
  /// - Parameter isConnected: Whether there was a connection for `request`, so that it may be sent.
  public func timeIsUp(afterSeconds seconds: Double, isConnected: Bool) -> ControlError {
    if isConnected || wasSentInVain {
      return .timedOut(seconds: seconds, isInDoubt: repetition == .ifUnsent)
    }
    return lastError ?? error(.connectTimedOut(seconds: seconds))
  }

  private mutating func again(or error: ControlError, _ remaining: Duration?) -> Step {
    guard repetitionCount < Self.pauses.count else { return .fail(error) }
    let pause = Self.pauses[repetitionCount]
    // A pause that outlasts the limit would turn what is known into a mere "no answer".
    if let remaining, pause >= remaining { return .fail(error) }
    repetitionCount += 1
    lastError = error
    return .again(after: pause)
  }

  private func error(_ failure: Failure) -> ControlError {
    switch failure {
    case .notConnected(let reason): .cannotConnect(url: url.shown, reason: reason)
    case .connectTimedOut(let seconds):
      .cannotConnect(
        url: url.shown, reason: "nothing answered within \(ControlError.shown(seconds)) s")
    case .tlsFailed(let reason), .certificateUnusable(let reason):
      .tlsFailed(url: url.shown, reason: reason)
    case .closed(let reason):
      .connectionClosed(reason: reason, isInDoubt: repetition == .ifUnsent)
    case .notHTTP(let reason): .notHTTP(reason: reason)
    case .tooLarge(let limit): .replyTooLarge(limitBytes: limit)
    }
  }
}

// MARK: - Redirections

extension ControlExchange {
  private mutating func redirected(_ answer: Answer) -> Step {
    guard let location = answer.location else {
      return .fail(
        .redirectUnusable(
          location: nil, reason: "status \(answer.status) does not say where to"))
    }
    guard let next = url.resolving(location) else {
      return .fail(
        .redirectUnusable(location: shown(location), reason: "not a usable http or https URL"))
    }
    guard next.isEncrypted || !url.isEncrypted else {
      return .fail(
        .redirectUnusable(
          location: shown(next.shown), reason: "it leads from https to http, where all can read"))
    }
    guard next.hasSameOrigin(as: origin) || !hasSecretParameters else {
      return .fail(
        .redirectUnusable(
          location: shown(next.shown),
          reason: "another server must not get the secrets among the parameters"))
    }
    guard redirectionCount < Self.redirectionLimit else {
      return .fail(.tooManyRedirects(limit: Self.redirectionLimit))
    }
    redirectionCount += 1
    lastError = nil
    url = next
    return .follow(next)
  }

  /// A location without its query, clean and short.
  private func shown(_ location: String?) -> String? {
    location.map {
      ControlText.cleaned(String($0.prefix { $0 != "?" }), hiding: mask, limit: 120)
    }
  }
}

// MARK: - Answers

extension ControlExchange {
  private func reply(_ answer: Answer) -> Step {
    if answer.body.readableBytesView.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) {
      return .reply(nil)
    }
    do {
      return .reply(try JSONValue(reading: answer.body))
    } catch {
      return .fail(
        .notJSON(
          contentType: shown(answer.contentType),
          excerpt: excerpt(of: answer),
          reason: Self.reason(error, answer)))
    }
  }

  private static func reason(_ error: JSONError, _ answer: Answer) -> String {
    let bytes = answer.body.readableBytesView
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    if bytes.starts(with: [0x1F, 0x8B]) || answer.contentEncoding != nil {
      return "it is compressed, which was not asked for"
    }
    switch first {
    case UInt8(ascii: "<"): return "it is a web page"
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      return "\(error)"
    default: return "it is something else"
    }
  }

  /// What a status other than success means.
  private func refusal(_ answer: Answer) -> ControlError {
    if let json = JSONValue(parsing: answer.body),
      let type = (json["error_type"] ?? json["type"])?.string, !type.isEmpty
    {
      let given = json["error_type"] == nil ? nil : json["error_reason"]
      let reason = given == .null ? nil : given
      let mask = mask
      return .refused(
        ControlRefusal(
          status: answer.status,
          type: ControlText.cleaned(type, hiding: mask, limit: 100),
          reason: reason.map { ControlText.shortened($0, hiding: mask) }))
    }
    return .unexpectedStatus(answer.status, excerpt: excerpt(of: answer))
  }

  private func excerpt(of answer: Answer) -> String {
    ControlText.excerpt(of: answer.body, hiding: mask, mayQuote: !hasSecretParameters)
  }

  /// Made when there is something to hide from: good answers need none.
  private var mask: SecretMask { SecretMask(secrets) }

  private func detail(of answer: Answer) -> String? {
    if accessToken != nil, !sendsToken {
      return "the access token was not sent to \(url.shown), where the server redirected to"
    }
    switch refusal(answer) {
    case .refused(let refusal): return refusal.type
    case .unexpectedStatus(_, let excerpt): return excerpt.isEmpty ? nil : excerpt
    default: return nil
    }
  }
}

// MARK: - What may be in a header

extension ControlExchange {
  /// - Throws: `accessTokenUnusable`, which does not show it.
  public static func check(_ accessToken: String) throws(ControlError) {
    guard !accessToken.isEmpty else { throw .accessTokenUnusable(reason: "it is empty") }
    guard accessToken.utf8.count <= 4096 else {
      throw .accessTokenUnusable(reason: "it is longer than 4096 bytes")
    }
    guard accessToken.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
      throw .accessTokenUnusable(
        reason: "it has blanks or other characters that no token has; use the encoded form")
    }
  }

  /// Whether it is `Service_YYYYMMDD.Operation`.
  public static func isTarget(_ text: String) -> Bool {
    let halves = text.split(separator: ".", omittingEmptySubsequences: false)
    guard text.utf8.count <= 200, halves.count == 2, !halves[1].isEmpty else { return false }
    let service = halves[0].split(separator: "_", omittingEmptySubsequences: false)
    return service.count == 2 && !service[0].isEmpty && service[1].utf8.count == 8
      && service[1].utf8.allSatisfy { 0x30...0x39 ~= $0 }
      && service[0].utf8.allSatisfy(isLetterOrDigit) && halves[1].utf8.allSatisfy(isLetterOrDigit)
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }
}
