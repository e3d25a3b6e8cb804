import Media
import NIOCore
import SDP
import TestSupport
import Testing

@testable import RTSP

/// Logins as whole conversations.
@Suite struct LoginDeskTests {
  private static let stream = "rtsp://h:8554/live/stream"

  private func lock(
    _ schemes: [RTSPAuthentication.Scheme], users: [RTSPCredential]? = nil
  ) -> RTSPAuthentication {
    RTSPAuthentication(
      schemes: schemes,
      users: users ?? [
        RTSPCredential(username: "cam", password: "sec:ré\"t"),
        RTSPCredential(username: "spare", password: "x"),
      ], realm: "realm")
  }

  /// How a client proves itself.
  private struct Login {
    var username = "cam"
    var password = "sec:ré\"t"
    var algorithm = DigestAlgorithm.md5
    /// nil: as from clients that know no `qop`.
    var count: Int? = 1
    var uri: String?

    func header(for method: String, _ url: String, challenge: String) -> String {
      let nonce = Login.parameter("nonce", of: challenge)
      let realm = Login.parameter("realm", of: challenge)
      let digits = count.map { String($0, radix: 16) } ?? ""
      let padded = String(repeating: "0", count: 8 - digits.count) + digits
      var credentials = DigestCredentials(
        algorithm: algorithm, username: username, realm: realm, nonce: nonce, uri: uri ?? url,
        response: [],
        protection: count.map { _ in
          DigestCredentials.Protection(count: padded, clientNonce: "c0ffee")
        })
      credentials.response = algorithm.response(
        secret: algorithm.secret(username: username, realm: realm, password: password),
        method: method, credentials: credentials)
      let quality = count.map { _ in ", qop=auth, nc=\(padded), cnonce=\"c0ffee\"" } ?? ""
      return "Authorization: Digest username=\"\(username)\", realm=\"\(realm)\", "
        + "nonce=\"\(nonce)\", uri=\"\(credentials.uri)\", "
        + "response=\"\(String(decoding: credentials.response, as: UTF8.self))\", "
        + "algorithm=\(algorithm.rawValue)" + quality
    }

    static func parameter(_ name: String, of challenge: String) -> String {
      String(
        (challenge.split(separator: "\(name)=\"").dropFirst().first ?? "").prefix { $0 != "\"" })
    }
  }

  private func challenges(_ answer: Answer) -> [String] {
    answer.text.split(separator: "\r\n").filter { $0.hasPrefix("WWW-Authenticate: ") }.map {
      String($0.dropFirst(18))
    }
  }

  // MARK: Challenges

  @Test func everySchemeIsOfferedInTheGivenOrder() {
    var dialogue = Dialogue(authentication: lock([.digestSHA256, .digest, .basic]))
    for _ in 0..<2 {
      let offered = challenges(dialogue.request("DESCRIBE \(Self.stream)"))
      #expect(offered.map { String($0.prefix { $0 != " " }) } == ["Digest", "Digest", "Basic"])
      #expect(offered[0].contains("algorithm=SHA-256") && offered[1].contains("algorithm=MD5"))
      #expect(offered[0].contains("qop=\"auth\"") && !offered[0].contains("stale"))
      #expect(!Login.parameter("opaque", of: offered[0]).isEmpty)
      #expect(offered[2] == "Basic realm=\"realm\"")
    }
  }

  @Test func aRealmNeverBreaksOutOfItsQuotes() {
    let lock = RTSPAuthentication.basic(
      RTSPCredential(username: "u", password: "p"), realm: "a \"quoted\\\" realm")
    var dialogue = Dialogue(authentication: lock)
    #expect(
      challenges(dialogue.request("DESCRIBE \(Self.stream)")) == ["Basic realm=\"a quoted realm\""])
  }

  @Test func withoutUsersEverybodyMay() {
    var dialogue = Dialogue(authentication: lock([.digest], users: []))
    #expect(dialogue.request("DESCRIBE \(Self.stream)", "Authorization: Basic xx").code == 200)
  }

  // MARK: Digest

  @Test(
    arguments: [(.md5, 1), (.md5, nil), (.sha256, 1), (.sha256, nil)] as [(DigestAlgorithm, Int?)]
  ) func digestOpensTheDoorForAWholeSession(_ algorithm: DigestAlgorithm, count: Int?) {
    var dialogue = Dialogue(authentication: lock([.digestSHA256, .digest]))
    let offered = challenges(dialogue.request("DESCRIBE \(Self.stream)"))
    let challenge = offered.first { $0.contains("algorithm=\(algorithm.rawValue),") } ?? ""
    var login = Login(algorithm: algorithm, count: count)
    var session = ""
    for (index, line) in [
      "DESCRIBE \(Self.stream)", "SETUP \(Self.stream)/trackID=0", "PLAY \(Self.stream)/",
      "GET_PARAMETER \(Self.stream)/", "TEARDOWN \(Self.stream)/",
    ].enumerated() {
      let words = line.split(separator: " ").map(String.init)
      if count != nil { login.count = index + 1 }
      let answer = dialogue.request(
        line, login.header(for: words[0], words[1], challenge: challenge),
        "Transport: RTP/AVP/TCP;interleaved=0-1", "Session: \(session)")
      if words[0] == "SETUP", answer.code == 454 { continue }
      #expect(answer.code == 200 || session.isEmpty, "\(answer)")
      session = answer["Session"].map { String($0.prefix { $0 != ";" }) } ?? session
      // As ffmpeg does it: the same nonce for hours.
      dialogue.wait(.seconds(50))
    }
  }

  @Test(arguments: [
    "rtsp://h:8554/live/stream", "rtsp://h:8554/live/stream/",
    "rtsp://h:8554/live/stream/trackID=0",
    "rtsp://other/live/stream", "/live/stream", "/live/stream/trackID=0", "live/stream",
    "trackID=0", "rtsp://u:p@h/live/stream", "/live/stream?x=1",
  ]) func theURIMayNameOurPresentationInManyWays(_ uri: String) {
    var dialogue = Dialogue(authentication: lock([.digest]))
    let challenge = challenges(dialogue.request("DESCRIBE \(Self.stream)")).first ?? ""
    let header = Login(uri: uri).header(for: "DESCRIBE", Self.stream, challenge: challenge)
    #expect(dialogue.request("DESCRIBE \(Self.stream)", header).code == 200)
  }

  @Test(arguments: [
    "/other", "rtsp://h/", "*", "", "http://h/live/stream", "/live/stream/trackID=1",
  ])
  func anotherURIIsRefused(_ uri: String) {
    var dialogue = Dialogue(authentication: lock([.digest]))
    let challenge = challenges(dialogue.request("DESCRIBE \(Self.stream)")).first ?? ""
    let header = Login(uri: uri).header(for: "DESCRIBE", Self.stream, challenge: challenge)
    #expect(dialogue.request("DESCRIBE \(Self.stream)", header).text.isEmpty)
    #expect(dialogue.wait(.seconds(1)).first?.code == 401)
  }

  /// The right digest of a path that is not there is no wrong login.
  @Test(arguments: ["rtsp://h/nope", "/nope", "rtsp://other/nope"])
  func anUnknownPathIsFoundMissingAfterTheLogin(_ uri: String) {
    var dialogue = Dialogue(authentication: lock([.digest]))
    let url = "rtsp://h/nope"
    let challenge = challenges(dialogue.request("DESCRIBE \(url)")).first ?? ""
    let header = Login(uri: uri).header(for: "DESCRIBE", url, challenge: challenge)
    #expect(dialogue.request("DESCRIBE \(url)", header).code == 404)
  }

  @Test func eachPartOfADigestCounts() {
    let wrong: [(inout Login) -> Void] = [
      { $0.username = "spare" }, { $0.username = "nobody" }, { $0.password = "sec:ret" },
      { $0.password = "" },
    ]
    for spoil in wrong {
      var dialogue = Dialogue(authentication: lock([.digest]))
      let challenge = challenges(dialogue.request("DESCRIBE \(Self.stream)")).first ?? ""
      var login = Login()
      spoil(&login)
      let header = login.header(for: "DESCRIBE", Self.stream, challenge: challenge)
      #expect(dialogue.request("DESCRIBE \(Self.stream)", header).text.isEmpty)
    }
    var dialogue = Dialogue(authentication: lock([.digest]))
    let challenge = challenges(dialogue.request("DESCRIBE \(Self.stream)")).first ?? ""
    let ofSetup = Login().header(for: "SETUP", Self.stream, challenge: challenge)
    #expect(dialogue.request("DESCRIBE \(Self.stream)", ofSetup).text.isEmpty)
    dialogue.wait(.seconds(1))
    let otherRealm = challenge.replacing("realm=\"realm\"", with: "realm=\"other\"")
    let header = Login().header(for: "DESCRIBE", Self.stream, challenge: otherRealm)
    #expect(dialogue.request("DESCRIBE \(Self.stream)", header).text.isEmpty)
    dialogue.wait(.seconds(1))
    #expect(
      dialogue.request(
        "DESCRIBE \(Self.stream)",
        Login().header(for: "DESCRIBE", Self.stream, challenge: challenge)
      ).code == 200)
  }

  // MARK: Nonces

  @Test func anOldNonceIsStaleAndNoFailure() {
    var dialogue = Dialogue(authentication: lock([.digest]))
    let old = challenges(dialogue.request("DESCRIBE \(Self.stream)")).first ?? ""
    // Something in between keeps the connection.
    dialogue.wait(.seconds(29))
    _ = dialogue.request("OPTIONS *")
    dialogue.wait(.seconds(29))
    _ = dialogue.request("OPTIONS *")
    dialogue.wait(.seconds(3))
    let refused = dialogue.request(
      "DESCRIBE \(Self.stream)", Login().header(for: "DESCRIBE", Self.stream, challenge: old))
    #expect(refused.code == 401)
    let fresh = challenges(refused).first ?? ""
    #expect(
      fresh.contains("stale=true")
        && Login.parameter("nonce", of: fresh) != Login.parameter("nonce", of: old))
    #expect(
      dialogue.request(
        "DESCRIBE \(Self.stream)", Login().header(for: "DESCRIBE", Self.stream, challenge: fresh)
      ).code == 200)
    #expect(dialogue.desk.failureCount == 0)
  }

  @Test func anOldNonceWithAWrongPasswordIsAFailure() {
    var dialogue = Dialogue(authentication: lock([.digest]))
    let invented = "Digest realm=\"realm\", nonce=\"\(String(repeating: "0", count: 48))\""
    let header = Login(password: "guess").header(
      for: "DESCRIBE", Self.stream, challenge: invented)
    #expect(dialogue.request("DESCRIBE \(Self.stream)", header).text.isEmpty)
    #expect(dialogue.desk.failureCount == 1)
  }

  @Test func nobodyElseCanMakeOrUseANonce() {
    var generator = SeededGenerator(seed: 1)
    let configuration = RTSPServerConfiguration(
      presentation: RTSPPresentation(path: "/live/stream"), authentication: lock([.digest]),
      serverName: "test")
    var dialogue = Dialogue(authentication: lock([.digest]))
    let challenge = challenges(dialogue.request("DESCRIBE \(Self.stream)")).first ?? ""
    let header = Login().header(for: "DESCRIBE", Self.stream, challenge: challenge)
    // Another client's address; a restarted server.
    let owner = dialogue.address
    dialogue.address = NetworkAddress(parsing: "192.0.2.78")
    #expect(
      dialogue.request("DESCRIBE \(Self.stream)", header)["WWW-Authenticate"]?.contains(
        "stale=true") == true)
    dialogue.address = owner
    let desk = dialogue.desk
    dialogue.desk = LoginDesk(configuration: configuration, generator: &generator)
    #expect(
      dialogue.request("DESCRIBE \(Self.stream)", header)["WWW-Authenticate"]?.contains(
        "stale=true") == true)
    dialogue.desk = desk
    #expect(dialogue.request("DESCRIBE \(Self.stream)", header).code == 200)
  }

  // MARK: Basic

  private func basic(_ login: String) -> String {
    "Authorization: Basic " + Base64.encode(Array(login.utf8))
  }

  @Test func basicIsWelcomeBeforeAnyChallengeAndFromEveryUser() {
    for login in ["cam:sec:ré\"t", "spare:x"] {
      var dialogue = Dialogue(authentication: lock([.digest, .basic]))
      #expect(dialogue.request("DESCRIBE \(Self.stream)", basic(login)).code == 200)
    }
  }

  @Test(arguments: [
    "cam:sec:ré\"", "cam:sec:ré\"tt", "cam:", "cam", "", "cam:x", "spare:sec:ré\"t", ":", ":x",
    "Cam:sec:ré\"t", "cam:sec:ré\"tcam:sec:ré\"t",
  ]) func aWrongOneIsRefusedLate(_ login: String) {
    var dialogue = Dialogue(authentication: lock([.basic]))
    #expect(dialogue.request("DESCRIBE \(Self.stream)", basic(login)).text.isEmpty)
    let answers = dialogue.wait(.seconds(1))
    #expect(answers.map(\.code) == [401] && answers[0]["WWW-Authenticate"] != nil)
  }

  @Test(arguments: ["Digest", "Basic", "Basic !!!", "Digest username=\"u"])
  func unreadableLoginsAreFailures(_ value: String) {
    var dialogue = Dialogue(authentication: lock([.digest, .basic]))
    #expect(dialogue.request("DESCRIBE \(Self.stream)", "Authorization: \(value)").text.isEmpty)
    #expect(dialogue.desk.failureCount == 1)
  }

  @Test(arguments: ["Bearer x", "Basic Y2FtOng=", "Digest algorithm=MD5-sess", ""])
  func aSchemeThatWasNotOfferedIsNoLogin(_ value: String) {
    var dialogue = Dialogue(authentication: lock([.digest]))
    #expect(dialogue.request("DESCRIBE \(Self.stream)", "Authorization: \(value)").code == 401)
    #expect(dialogue.desk.failureCount == 0 || value.isEmpty)
  }

  // MARK: Hashed passwords and networks

  @Test func hashesServeTheirSchemes() {
    let realm = "realm"
    let derived = PasswordHash.derived(from: "p", salt: Array(0..<16), iterations: 1000)
    let md5 = PasswordHash.digest(.md5, username: "cam", realm: realm, password: "p")
    let sha256 = PasswordHash.digest(.sha256, username: "cam", realm: realm, password: "p")
    for (hashes, basicWorks, digests) in [
      ([derived], true, []), ([md5], true, [DigestAlgorithm.md5]), ([sha256], true, [.sha256]),
      ([derived, md5, sha256], true, [.md5, .sha256]),
    ] {
      let user = RTSPCredential(username: "cam", hashes: hashes)
      #expect(user.serves(.basic) == basicWorks)
      #expect(user.serves(.digest) == digests.contains(.md5))
      #expect(user.serves(.digestSHA256) == digests.contains(.sha256))
      let lock = lock([.basic, .digest, .digestSHA256], users: [user])
      for password in ["p", "q"] {
        var dialogue = Dialogue(authentication: lock)
        let code = dialogue.request("DESCRIBE \(Self.stream)", basic("cam:\(password)")).code
        #expect(code == (password == "p" ? 200 : 0))
      }
      for algorithm in DigestAlgorithm.allCases {
        var dialogue = Dialogue(authentication: lock)
        let challenge = challenges(dialogue.request("DESCRIBE \(Self.stream)"))[1]
        let header = Login(password: "p", algorithm: algorithm).header(
          for: "DESCRIBE", Self.stream, challenge: challenge)
        let code = dialogue.request("DESCRIBE \(Self.stream)", header).code
        #expect(code == (digests.contains(algorithm) ? 200 : 0))
      }
    }
  }

  /// As while a password is being changed.
  @Test func anyHashProvesThePassword() {
    let digests = ["old", "new"].map {
      PasswordHash.digest(.md5, username: "cam", realm: "realm", password: $0)
    }
    let derived = ["slow", "slower"].map {
      PasswordHash.derived(from: $0, salt: Array(0..<16), iterations: 1000)
    }
    let lock = lock(
      [.basic, .digest], users: [RTSPCredential(username: "cam", hashes: digests + derived)])
    for password in ["old", "new", "slow", "slower", "other"] {
      var dialogue = Dialogue(authentication: lock)
      let code = dialogue.request("DESCRIBE \(Self.stream)", basic("cam:\(password)")).code
      #expect(code == (password == "other" ? 0 : 200))
    }
    for password in ["old", "new", "slow"] {
      var dialogue = Dialogue(authentication: lock)
      let challenge = challenges(dialogue.request("DESCRIBE \(Self.stream)"))[1]
      let header = Login(password: password).header(
        for: "DESCRIBE", Self.stream, challenge: challenge)
      let code = dialogue.request("DESCRIBE \(Self.stream)", header).code
      #expect(code == (password == "slow" ? 0 : 200))
    }
  }

  @Test func aUserComesFromTheUsersNetworksOnly() throws {
    let network = try #require(NetworkPrefix(parsing: "192.0.2.0/24"))
    let user = RTSPCredential(username: "cam", password: "p", networks: AllowedNetworks([network]))
    for (address, isAllowed) in [("192.0.2.9", true), ("198.51.100.1", false), ("::1", false)] {
      var dialogue = Dialogue(authentication: lock([.basic, .digest], users: [user]))
      dialogue.address = NetworkAddress(parsing: address)
      let challenge = challenges(dialogue.request("DESCRIBE \(Self.stream)"))[1]
      let digest = Login(password: "p").header(for: "DESCRIBE", Self.stream, challenge: challenge)
      #expect(
        (dialogue.request("DESCRIBE \(Self.stream)", basic("cam:p")).code == 200) == isAllowed)
      dialogue.wait(.seconds(5))
      #expect((dialogue.request("DESCRIBE \(Self.stream)", digest).code == 200) == isAllowed)
    }
  }

  /// A verdict after its time must not open the door to what came afterwards.
  @Test func aLoginThatIsNeverJudgedEndsTheConnection() {
    var dialogue = Dialogue(authentication: lock([.basic]))
    dialogue.answersOrders = false
    _ = dialogue.request("DESCRIBE \(Self.stream)", basic("spare:x"))
    #expect(dialogue.wait(.seconds(18)).map(\.code) == [503])
    #expect(dialogue.isClosed)
    let grant = RTSPLoginVerdict.granted(RTSPLoginGrant(proof: nil))
    #expect(dialogue.connection.authenticated(grant, at: dialogue.now).isEmpty)
  }

  @Test func nothingSecretIsPrinted() {
    let credential = RTSPCredential(username: "cam", password: "hunter2")
    var dialogue = Dialogue(
      authentication: RTSPAuthentication(schemes: [.basic], users: [credential], realm: "r"))
    _ = dialogue.request("DESCRIBE \(Self.stream)", basic("cam:hunter2"))
    var dumped = "\(credential) \(dialogue.orders)" + String(reflecting: credential)
    dump(credential, to: &dumped)
    dump(dialogue.orders, to: &dumped)
    dump(dialogue.connection.loginProof, to: &dumped)
    #expect(!dumped.contains("hunter2") && !dumped.contains(Base64.encode("cam:hunter2".utf8)))
    #expect(dumped.contains("cam"))
  }
}
