import Foundation
import Pipeline
import TestSupport
import Testing

@testable import LiveviewBridge

@Suite struct ConfigurationTests {
  private static let sample = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "config.json")

  private func problems(
    _ arguments: [String] = [], environment: [String: String] = [:], file: String? = nil
  ) async throws -> [String] {
    do {
      let sources = try await ConfigurationSources(
        arguments: arguments, environment: environment, filePath: file)
      _ = try await Bridge(sources: sources)
      return []
    } catch let problems as ConfigurationProblems {
      return problems.problems.map(\.description)
    }
  }

  private func file(_ text: String, in folder: TemporaryFolder) throws -> String {
    let url = folder.url.appending(path: "config.json")
    try Data(text.utf8).write(to: url)
    return url.path
  }

  @Test func theSampleIsAccepted() async throws {
    #expect(try await problems(file: Self.sample.path) == [])
  }

  @Test func theSampleNamesEveryKeyThatIsRead() async throws {
    let sources = try await ConfigurationSources(
      arguments: [], environment: [:], filePath: Self.sample.path)
    _ = try await Bridge(sources: sources)
    let inFile = Set(try ConfigurationSources.keys(in: Data(contentsOf: Self.sample)))
    #expect(sources.reader.ledger.knownKeys.subtracting(inFile) == [])
  }

  @Test func allProblemsAreFoundAtOnce() async throws {
    let folder = try TemporaryFolder()
    let path = try file(
      #"{"encoder":{"bitrateKbps":"fast","preset":"warp"},"outputs":{"rtsp":{"listenPort":70000}}}"#,
      in: folder)
    let found = try await problems(file: path)
    #expect(found.count == 3)
    #expect(
      found.contains {
        $0.contains("encoder.bitrateKbps") && $0.contains("fast") && $0.contains("100")
      })
    #expect(found.contains { $0.contains("encoder.preset") && $0.contains("superfast") })
    #expect(found.contains { $0.contains("outputs.rtsp.listenPort") && $0.contains("70000") })
  }

  @Test func unknownKeysAreErrorsWithASuggestion() async throws {
    let folder = try TemporaryFolder()
    let path = try file(#"{"encoder":{"bitrateKbp":900}}"#, in: folder)
    let found = try await problems(
      ["--log-levle", "debug"], environment: ["LIVEVIEW_BRIDGE_ENCODER_PRESETS": "fast"],
      file: path)
    #expect(found.contains { $0.contains("did you mean encoder.bitrateKbps?") })
    #expect(found.contains { $0.contains("did you mean --log-level?") })
    #expect(found.contains { $0.contains("did you mean LIVEVIEW_BRIDGE_ENCODER_PRESET?") })
  }

  @Test func flagsWinOverTheEnvironmentAndThatOverTheFile() async throws {
    let folder = try TemporaryFolder()
    let path = try file(#"{"encoder":{"bitrateKbps":1000}}"#, in: folder)
    func bitrate(_ arguments: [String], _ environment: [String: String]) async throws -> Int {
      let sources = try await ConfigurationSources(
        arguments: arguments, environment: environment, filePath: path)
      return EncoderSettings(settings: sources.reader.scoped(to: "encoder")).bitrateKbps
    }
    let variables = ["LIVEVIEW_BRIDGE_ENCODER_BITRATE_KBPS": "2000"]
    #expect(try await bitrate([], [:]) == 1000)
    #expect(try await bitrate([], variables) == 2000)
    #expect(try await bitrate(["--encoder-bitrate-kbps", "3000"], variables) == 3000)
    #expect(try await bitrate(["--encoder-bitrate-kbps=3000"], variables) == 3000)
  }

  @Test(arguments: ["", "{", "[1]", #"{"a":}"#])
  func aFileThatIsNoJSONObjectIsOneProblem(text: String) async throws {
    let folder = try TemporaryFolder()
    let found = try await problems(file: try file(text, in: folder))
    #expect(found.count == 1)
    #expect(found.first?.contains("config.json") == true)
  }

  @Test func aMissingFileIsOneProblem() async throws {
    #expect(try await problems(file: "/nowhere/config.json").count == 1)
  }

  @Test func aPasswordOnTheCommandLineIsRefusedWithoutShowingIt() async throws {
    let found = try await problems([
      "--outputs-rtsp-username", "viewer", "--outputs-rtsp-password", "hunter2",
    ])
    #expect(found.count == 1)
    #expect(found.first?.contains("outputs.rtsp.password") == true)
    #expect(!found.joined().contains("hunter2"))
  }

  @Test func badConfigurationEndsTheProgramWithCode78() async throws {
    let program = try ExternalProgram(
      BuiltProduct.url("liveview-bridge"), ["run", "--encoder-bitrate-kbps", "1"])
    #expect(await program.exit() == 78)
    #expect(await program.line(containing: "encoder.bitrateKbps") != nil)
  }

  @Test(arguments: [("listenPort", "listenport", 1), ("abc", "abc", 0), ("", "ab", 2)])
  func distanceCountsSlips(left: String, right: String, distance: Int) {
    #expect(Spelling.distance(left, right) == distance)
  }
}
