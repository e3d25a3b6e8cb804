import Foundation
import JSON
import NIOCore
import Pipeline
import SimulatedSora
import SoraControl
import SoraServices
import TestSupport
import Testing

@testable import LiveviewBridge

/// Where the commands of an API take URL, token, certificates and time limit from.
@Suite(.timeLimit(.minutes(1))) struct ControlAccessTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ name: String, _ content: String) throws -> String {
    let url = folder.url.appending(path: name)
    try Data(content.utf8).write(to: url)
    return url.path
  }

  /// - Parameter arguments: Options alone.
  private func access(
    _ service: ControlOperation.Service, _ arguments: [String] = [],
    environment: [String: String] = [:]
  ) async throws -> ControlAccess {
    let operation =
      service == .sora ? ListChannels.operation : ListChannelIDs.operation
    let given = ControlArguments(
      arguments, of: operation, command: "test", files: ControlFiles())
    #expect(given.problems == [])
    let sources = try await ControlAccess.sources(given.options, environment: environment)
    return try ControlAccess(service, given.options, sources: sources)
  }

  private func failure(
    _ service: ControlOperation.Service, _ arguments: [String] = [],
    environment: [String: String] = [:]
  ) async throws -> ControlFailure {
    do {
      _ = try await access(service, arguments, environment: environment)
    } catch let failure as ControlFailure {
      return failure
    }
    Issue.record("no failure")
    return ControlFailure(.refused, kind: "", message: "")
  }

  // MARK: Precedence

  @Test func optionsWinOverTheEnvironmentAndThatOverTheFile() async throws {
    let config = try file(
      "config.json",
      #"{"sora": {"apiURL": "http://file/", "accessToken": "f", "requestTimeoutSeconds": 3}}"#)
    let token = try file("token", "o\n")
    let environment = [
      "LIVEVIEW_BRIDGE_SORA_API_URL": "http://environment/",
      "LIVEVIEW_BRIDGE_SORA_ACCESS_TOKEN": "e",
      "LIVEVIEW_BRIDGE_SORA_REQUEST_TIMEOUT_SECONDS": "4",
    ]
    let options = ["--api-url", "http://option/", "--access-token-file", token, "--timeout", "5"]
    func found(
      _ arguments: [String], _ environment: [String: String]
    ) async throws -> [String] {
      let endpoint = try await access(.sora, arguments, environment: environment).endpoint
      return [endpoint.url, endpoint.accessToken?.value ?? "", "\(endpoint.timeout / .seconds(1))"]
    }
    #expect(try await found([], [:]) == ["http://127.0.0.1:3000/", "", "10.0"])
    #expect(try await found(["--config", config], [:]) == ["http://file/", "f", "3.0"])
    #expect(
      try await found(["--config", config], environment) == ["http://environment/", "e", "4.0"])
    #expect(try await found([], environment) == ["http://environment/", "e", "4.0"])
    #expect(
      try await found(["--config", config] + options, environment) == [
        "http://option/", "o", "5.0",
      ])
  }

  @Test func theSampleIsReadAndNoOtherFile() async throws {
    let sample = URL(filePath: #filePath).appending(path: "../../../../config.json")
      .standardizedFileURL.path
    let endpoint = try await access(.sora, ["--config", sample]).endpoint
    #expect(endpoint.url == "http://127.0.0.1:3000/" && endpoint.timeout == .seconds(5))
    #expect(endpoint.accessToken == nil && endpoint.trustAnchors.isEmpty)
    #expect(try await access(.sora).endpoint.timeout == .seconds(10))
  }

  @Test func aTokenOfAStrongerSourceCountsEitherWay() async throws {
    let token = try file("token", "inFile\n")
    let named = try file("named.json", #"{"imageFlux": {"accessTokenFile": "\#(token)"}}"#)
    let direct = try file("direct.json", #"{"imageFlux": {"accessToken": "direct"}}"#)
    let prefix = "LIVEVIEW_BRIDGE_IMAGE_FLUX_ACCESS_TOKEN"
    func found(_ file: String, _ environment: [String: String]) async throws -> String? {
      try await access(.imageFlux, ["--config", file], environment: environment)
        .endpoint.accessToken?.value
    }
    #expect(try await found(named, [:]) == "inFile")
    #expect(try await found(direct, [:]) == "direct")
    #expect(try await found(named, [prefix: "fromEnvironment"]) == "fromEnvironment")
    #expect(try await found(direct, ["\(prefix)_FILE": token]) == "inFile")
  }

  @Test func certificatesComeFromTheStrongestSource() async throws {
    let one = try await TestCertificate("one", in: folder)
    let two = try await TestCertificate("two", in: folder)
    let config = try file("c.json", #"{"sora": {"caFile": "\#(one.certificateFile)"}}"#)
    let variable = ["LIVEVIEW_BRIDGE_SORA_CA_FILE": two.certificateFile]
    func setting(_ arguments: [String], _ environment: [String: String]) async throws -> String {
      try await access(.sora, arguments, environment: environment).endpoint.trustAnchors.setting
    }
    #expect(try await setting(["--config", config], [:]) == "sora.caFile (c.json)")
    #expect(
      try await setting(["--config", config], variable) == "LIVEVIEW_BRIDGE_SORA_CA_FILE")
    #expect(
      try await setting(
        ["--config", config, "--ca-file", one.certificateFile], variable) == "--ca-file")
    // Who has none is told of the option.
    #expect(try await setting([], [:]) == "--ca-file")
    // What an option gives makes an unusable setting nobody's business.
    let wrong = ["LIVEVIEW_BRIDGE_SORA_CA_FILE": "/nonexistent"]
    #expect(try await setting(["--ca-file", one.certificateFile], wrong) == "--ca-file")
  }

  // MARK: Faults

  @Test func allProblemsOfTheSectionAreToldAtOnce() async throws {
    let config = try file(
      "config.json",
      """
      {"imageFlux": {"apiURL": "ftp://x/", "caFile": "/nonexistent", "accessToken": "a b",
        "requestTimeoutSeconds": 500, "acessTokenFile": "x"}}
      """)
    let failure = try await failure(.imageFlux, ["--config", config])
    #expect(failure.status == .configuration)
    #expect(
      failure.message == """
        the settings have 5 problems:
          - imageFlux.apiURL (config.json): the URL ftp://x/ cannot be used: must begin with \
        http:// or https://
          - imageFlux.accessToken (config.json): the access token cannot be used: it has blanks \
        or other characters that no token has; use the encoded form
          - imageFlux.caFile = /nonexistent (config.json): must be a readable file with CA \
        certificates in PEM (it cannot be read: No such file or directory)
          - imageFlux.requestTimeoutSeconds = 500.0 (config.json): must be a number from 1.0 to \
        120.0
          - imageFlux.acessTokenFile (config.json): must be a known key; did you mean \
        imageFlux.accessTokenFile?
        """)
  }

  @Test(arguments: [
    #"{"sora": {"apiURL": 5}}"#, #"{"sora": {"requestTimeoutSeconds": "soon"}}"#,
    #"{"sora": {"caFile": true}}"#, #"{"sora": {"accessToken": ["a"]}}"#,
    #"{"Sora": {"apiURL": "http://x/"}}"#, #"{"sora": {"cafile": "x"}}"#, "{", "[]", "",
  ]) func wrongValuesInTheSectionAreProblems(text: String) async throws {
    let failure = try await failure(.sora, ["--config", try file("config.json", text)])
    #expect(failure.status == .configuration && failure.kind == "configurationUnusable")
    #expect(failure.message.contains("config.json"))
  }

  @Test(arguments: [
    "{}", #"{"log": {"level": 5}, "unknown": [1], "imageFlux": {"apiURL": "ftp://x/"}}"#,
    #"{"imageFlux": {"accessTokenFile": "/nonexistent", "caFile": "/"}}"#,
    #"{"sora": {"enabled": "maybe", "videoPort": 70000, "zzz": 1, "//apiURL": "x"}}"#,
  ]) func faultsElsewhereInTheFileStopNobody(text: String) async throws {
    let found = try await access(.sora, ["--config", try file("config.json", text)])
    #expect(found.endpoint.url == "http://127.0.0.1:3000/")
  }

  @Test func noOtherKeyOfTheSectionsIsTakenForOneThatIsRead() async throws {
    let sample = URL(filePath: #filePath).appending(path: "../../../../config.json")
      .standardizedFileURL
    let keys = try ConfigurationSources.keys(in: Data(contentsOf: sample))
    for service in ControlOperation.Service.allCases {
      let rest = keys.filter { $0.hasPrefix(service.section + ".") }
        .map { String($0.dropFirst(service.section.count + 1)) }
      #expect(ControlAccess.keys.isSubset(of: rest))
      for key in Set(rest).subtracting(ControlAccess.keys) {
        #expect(Spelling.closest(to: key, among: ControlAccess.keys) == nil, "\(key)")
      }
    }
  }

  @Test func aMissingFileIsNamedWithTheOtherFaults() async throws {
    let alone = try await failure(.sora, ["--config", "/nonexistent/config.json"])
    #expect(alone.status == .configuration)
    #expect(
      alone.message.hasPrefix("--config = /nonexistent/config.json: must be a JSON file that can "))
    let both = try await failure(.sora, ["--config", "/nonexistent/c", "--ca-file", "/dev/null"])
    #expect(both.message.hasPrefix("the settings have 2 problems:\n  - --ca-file: /dev/null is "))
    #expect(both.message.contains("\n  - --config = /nonexistent/c: must be "))
  }

  @Test func standardInputIsForOneOption() throws {
    let given = ControlArguments(
      ["--access-token-file", "-", "--ca-file", "-"], of: ListChannels.operation, command: "test",
      files: ControlFiles())
    #expect(given.problems.last == "--ca-file: standard input can be given for one option only")
  }

  // MARK: With the real program

  @Test func allCommandsReadTheFile() async throws {
    let ca = try await TestCertificate("ca", in: folder)
    let own = try await TestCertificate("own", for: "IP:127.0.0.1", signedBy: ca, in: folder)
    let tls = try ServerTLS(certificateFile: own.certificateFile, keyFile: own.keyFile)
    let token = try file("token", "tok")
    let api = try await SimulatedSora(.imageFlux(token: "tok"), tls: tls)
    let sora = try await SimulatedSora(tls: tls)
    let state = folder.url.appending(path: "state").path
    let config = try file(
      "config.json",
      """
      {"sora": {"apiURL": "\(sora.url)", "caFile": "\(ca.certificateFile)"}, "log": 5,
       "imageFlux": {"apiURL": "\(api.url)", "caFile": "\(ca.certificateFile)",
                     "accessTokenFile": "\(token)"},
       "state": {"directory": "\(state)"}}
      """)
    // Wherever the option stands.
    let outcomes = [
      try await runBridge(["sora", "list-channels", "--config", config]),
      try await runBridge(["sora", "--config", config, "list-channels"]),
      try await runBridge(["sora", "call", "--config=\(config)", "Sora_20201013.ListChannels"]),
      try await runBridge(["imageflux", "list-channel-ids", "--config", config]),
      try await runBridge(["imageflux", "orphans", "--config", config]),
      try await runBridge([
        "imageflux", "--ca-file", ca.certificateFile, "orphans", "--config", config,
      ]),
    ]
    for outcome in outcomes { #expect(outcome.exitCode == 0, "\(outcome.errors)") }
    #expect(String(decoding: outcomes[4].output, as: UTF8.self).contains("State file: \(state)/"))
    #expect(sora.calls(of: "ListChannels").count == 3)
    #expect(api.journal.count == 3)

    let pem = try String(contentsOfFile: ca.certificateFile, encoding: .utf8)
    let input = try await runBridge(
      ["sora", "list-channels", "--api-url", sora.url, "--ca-file", "-"], input: pem)
    #expect(input.exitCode == 0)
    let without = try await runBridge(["sora", "list-channels", "--api-url", sora.url])
    #expect(without.exitCode == 69 && without.errors.hasSuffix("is trusted with --ca-file\n"))
    let orphans = try await runBridge([
      "imageflux", "orphans", "--config", config, "--ca-file", "/",
    ])
    #expect(orphans.exitCode == 78)
    #expect(orphans.errors == "Error: --ca-file: / cannot be read: Is a directory\n")
    try await sora.stop()
    try await api.stop()
  }

  @Test func theDaemonSaysAllThatIsWrongWithItsFiles() async throws {
    let config = try file(
      "config.json", #"{"sora": {"caFile": "/nonexistent"}, "imageFlux": {"caFile": "/dev/null"}}"#)
    for command in [["run"], ["config", "check"]] {
      let outcome = try await runBridge(
        command + ["--config", config, "--image-flux-environment", "a"])
      #expect(outcome.exitCode == 78)
      #expect(
        outcome.errors.contains(
          "sora.caFile = /nonexistent (config.json): must be a readable file with CA certificates "
            + "in PEM (it cannot be read: No such file or directory)"))
      #expect(outcome.errors.contains("imageFlux.caFile = /dev/null (config.json): must be "))
      #expect(outcome.errors.contains("imageFlux.environment"))
    }
  }
}
