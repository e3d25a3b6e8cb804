import Foundation
import JSON
import Pipeline
import SoraControl
import TestSupport
import Testing

@testable import LiveviewBridge

@Suite struct ControlArgumentsTests {
  private func read(_ name: String, _ arguments: [String]) throws -> ControlArguments {
    let operation = try #require(
      ControlOperations.all.map { $0.operation }.first { $0.commandName == name })
    return ControlArguments(
      arguments, of: operation, command: "sora \(name)", files: ControlFiles())
  }

  private func file(_ text: String) throws -> (folder: TemporaryFolder, path: String) {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "file")
    try Data(text.utf8).write(to: url)
    return (folder, url.path)
  }

  @Test func keysAreWrittenAsCommandsOrAsDocumentsDo() throws {
    let given = try read(
      "start-forwarding-rtp",
      ["--channel-id", "sora", "--ip_address=::1", "--video_port", "60003", "--audio-port=60001"])
    #expect(given.problems.isEmpty)
    #expect(
      given.parameters == [
        "channel_id": "sora", "ip_address": "::1", "video_port": 60003, "audio_port": 60001,
      ])
  }

  @Test(arguments: [
    (["--push"], true), (["--push", "true"], true), (["--push", "false"], false),
    (["--push=false"], false),
  ]) func switchesMayHaveAValue(arguments: [String], value: Bool) throws {
    let given = try read(
      "delete-signaling-notify-metadata",
      arguments + ["--channel-id", "true", "--connection-id", "5"])
    #expect(given.problems.isEmpty)
    // What is text stays text, whatever it looks like.
    #expect(
      given.parameters == [
        "channel_id": "true", "connection_id": "5", "push": .boolean(value),
      ])
  }

  @Test(
    arguments: [
      ("efg", "efg"), ("5", 5), ("\"5\"", "5"), ("true", true), ("[1, {}]", [1, [:]]),
      ("null", .null), ("a b", "a b"), ("", ""), ("007", "007"),
    ] as [(String, JSONValue)]) func anyValueMayBeABareWord(text: String, value: JSONValue) throws
  {
    let given = try read(
      "put-signaling-notify-metadata-item",
      ["--channel-id", "c", "--connection-id", "d", "--key", "k", "--value=\(text)"])
    #expect(given.problems.isEmpty && given.parameters["value"] == value)
  }

  @Test func objectsComeFromArgumentsAndFiles() throws {
    let (folder, path) = try file(#"{"a": [1]}"#)
    for text in [#"{"a": [1]}"#, "@\(path)"] {
      let given = try read(
        "put-signaling-notify-metadata",
        ["--channel-id", "c", "--connection-id", "d", "--metadata", text])
      #expect(given.problems.isEmpty && given.parameters["metadata"] == ["a": [1]])
    }
    _ = folder
  }

  @Test func listsAreGivenOneByOneOrTogether() throws {
    let one = #"{"durationSeconds": 1}"#
    let given = try read("create-channel", ["--hls", one, "--hls", "[\(one), \(one)]"])
    #expect(given.problems.isEmpty && given.parameters["hls"]?.array?.count == 3)
  }

  @Test func secretsComeFromFiles() throws {
    let (folder, path) = try file("abc\n")
    let given = try read(
      "create-archive-destination",
      [
        "--bucket-uri", "s3://b", "--aws-secret-access-key-file", path, "--aws-access-key-id", "id",
        "--aws-region", "ap-northeast-1",
      ])
    #expect(given.problems.isEmpty && given.parameters["aws_secret_access_key"] == "abc")
    let wrong = try read(
      "create-archive-destination",
      ["--bucket-uri", "s3://b", "--aws-secret-access-key", "hunter2"])
    #expect(wrong.problems[0].contains("-file; other users"))
    #expect(!wrong.problems[0].contains("hunter2"))
    _ = folder
  }

  @Test func allProblemsAreToldAtOnce() throws {
    let given = try read(
      "start-forwarding-rtp",
      [
        "--ip_address", "host", "--vido-port", "5", "--video-port", "70000", "word", "--audio-port",
        "--timeout", "0", "--access-token", "abc",
      ])
    #expect(
      given.problems == [
        "--vido-port: must be an option of sora start-forwarding-rtp; did you mean --video-port?",
        "word: must be an option like --channel-id sora",
        "--audio-port: needs a value",
        "--timeout = 0: must be 0.1 to 600 seconds",
        "--access-token: must be given in a file, with --access-token-file, or in the "
          + "environment; other users can read process arguments",
        "--channel-id: must be given",
        "--ip_address = \"host\": must be an IPv4 or IPv6 address",
        "--video-port = 70000: must be a whole number from 1 to 65535",
      ])
  }

  @Test(arguments: [
    (["--metadata", "{"], "--metadata: must be JSON: line 1, column 2: the text ends too early"),
    (["--metadata", "{}", "--metadata", "{}"], "--metadata: must be given once"),
    (["--metadata", "@/nonexistent"], "--metadata: /nonexistent cannot be read: "),
    (["--metadata", "5"], "--metadata = 5: must be an object"),
    (["--metadata={}", "--json=1"], "--json: takes no value"),
  ]) func otherProblemsNameTheOption(arguments: [String], beginning: String) throws {
    let given = try read(
      "put-signaling-notify-metadata",
      ["--channel-id", "c", "--connection-id", "d"] + arguments)
    #expect(given.problems.count == 1 && given.problems[0].hasPrefix(beginning))
  }

  @Test func membersOfListsAreNamedBehindTheOption() throws {
    let given = try read(
      "create-channel", ["--hls", #"{"durationSeconds": 1, "video": {"width": 1, "height": 36}}"#])
    #expect(given.problems.count == 1)
    #expect(given.problems[0].hasPrefix("--hls [0].video.width = 1: must be a whole number from"))
  }

  @Test func optionsAreGivenOnce() throws {
    let given = try read(
      "list-channels",
      [
        "--timeout", "1", "--api-url=http://a/", "--json", "--api_url", "b", "--timeout=2",
        "--json",
      ])
    #expect(
      given.problems == [
        "--api-url: must be given once", "--timeout: must be given once",
        "--json: must be given once",
      ])
    #expect(given.options.apiURL == "http://a/" && given.options.timeout == .seconds(1))
  }

  @Test(arguments: ["--audio-port", "--audio_port"])
  func keysThatMustDifferAreNamedAsWritten(option: String) throws {
    let given = try read(
      "start-forwarding-rtp",
      ["--channel-id", "c", "--ip-address", "::1", option, "5", "--video-port", "5"])
    #expect(given.problems == ["--video-port = 5: must be another one than \(option)"])
  }

  @Test func editorsMayMarkAndSurroundATokenInAFile() throws {
    let (folder, path) = try file("\u{FEFF} \tc2VjcmV0 \r\n\n")
    let given = try read("list-channels", ["--access-token-file", path])
    #expect(given.problems.isEmpty && given.options.accessToken?.value == "c2VjcmV0")
    _ = folder
  }

  @Test func theTokenComesFromAFile() throws {
    let (folder, path) = try file("c2VjcmV0\r\n")
    let given = try read("list-channels", ["--access-token-file", path, "--timeout=2.5", "--json"])
    #expect(given.problems.isEmpty && given.options.accessToken?.value == "c2VjcmV0")
    #expect(given.options.timeout == .seconds(2.5) && given.options.isJSON)
    _ = folder
  }

  @Test func noKeyIsCalledLikeAnOption() {
    for operation in ControlOperations.all.map({ $0.operation }) {
      for key in operation.keys {
        #expect(!ControlOptions.names.contains("--\(key.optionName)"), "\(operation.name)")
      }
    }
  }
}
