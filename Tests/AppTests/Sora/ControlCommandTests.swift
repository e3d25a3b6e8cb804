import Foundation
import SimulatedSora
import TestSupport
import Testing

@testable import LiveviewBridge

/// The commands as a user meets them, with the real program.
@Suite(.timeLimit(.minutes(1))) struct ControlCommandTests {
  private func lines(_ request: String?) -> [String] {
    (request ?? "").split(separator: "\r\n").map(String.init)
  }

  @Test func aCallIsSentAsTheDocumentsSay() async throws {
    let server = try await RawServer(
      RawServer.reply("200 OK", #"{"sdp":"v=0\r\nm=video 60003 RTP/SAVPF 120\r\n","x":[1]}"#))
    let arguments = [
      "sora", "start-forwarding-rtp", "--channel-id", "sora", "--ip-address", "127.0.0.1",
      "--audio-port", "60001", "--video-port", "60003", "--api-url", server.url,
    ]
    let outcome = try await runBridge(arguments)
    #expect(outcome.exitCode == 0 && outcome.errors.isEmpty)
    #expect(
      String(decoding: outcome.output, as: UTF8.self)
        == "v=0\r\nm=video 60003 RTP/SAVPF 120\r\n")
    let request = lines(server.requests.first)
    #expect(request.contains("x-sora-target: Sora_20170814.StartForwardingRtp"))
    #expect(request.contains("User-Agent: liveview-bridge/\(Version.current)"))
    #expect(
      request.last
        == #"{"audio_port":60001,"channel_id":"sora","ip_address":"127.0.0.1","video_port":60003}"#)

    let json = try await runBridge(arguments + ["--json"])
    #expect(
      String(decoding: json.output, as: UTF8.self)
        == #"{"sdp":"v=0\u000d\u000am=video 60003 RTP/SAVPF 120\u000d\u000a","x":[1]}"# + "\n")
    let target = try await runBridge([
      "sora", "call", "Sora_20170814.StartForwardingRtp", "{}", "--api_url", server.url,
    ])
    #expect(target.exitCode == 0 && target.output == outcome.output)
    await server.stop()
  }

  @Test func tokensComeFromThePlacesTheDaemonKnows() async throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "token")
    try Data("fromFile\n".utf8).write(to: file)
    let server = try await RawServer(RawServer.reply("200 OK", #"{"channel_ids":[]}"#))
    let url = "LIVEVIEW_BRIDGE_IMAGE_FLUX_API_URL=\(server.url)"
    let prefix = "LIVEVIEW_BRIDGE_IMAGE_FLUX_ACCESS_TOKEN"
    let name = ["imageflux", "list-channel-ids"]
    let outcomes = [
      try await runBridge(name, [url, "\(prefix)=direct"]),
      try await runBridge(name, [url, "\(prefix)_FILE=\(file.path)"]),
      try await runBridge(
        name + ["--access-token-file", file.path], [url, "\(prefix)=other"]),
      try await runBridge(name + ["--access-token-file", "-"], [url], input: "fromInput\n"),
    ]
    #expect(outcomes.allSatisfy { $0.exitCode == 0 && $0.errors.isEmpty })
    let sent = server.requests.map { lines($0).first { $0.hasPrefix("Authorization") } }
    #expect(
      sent == ["direct", "fromFile", "fromFile", "fromInput"].map { "Authorization: Bearer \($0)" })
    #expect(server.requests.allSatisfy { $0.hasSuffix("\r\n\r\n{}") })

    let both = try await runBridge(name, [url, "\(prefix)=a", "\(prefix)_FILE=\(file.path)"])
    #expect(both.exitCode == 78 && server.requests.count == 4)
    await server.stop()
  }

  @Test(arguments: [("a b", "it has blanks"), (" \n", "empty"), ("", "empty")])
  func unusableTokensAreNamed(content: String, fault: String) async throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "token")
    try Data(content.utf8).write(to: file)
    let name = ["imageflux", "list-channel-ids"]
    let option = try await runBridge(name + ["--access-token-file", file.path])
    let variable = try await runBridge(
      name, ["LIVEVIEW_BRIDGE_IMAGE_FLUX_ACCESS_TOKEN_FILE=\(file.path)"])
    for outcome in [option, variable] {
      #expect(outcome.exitCode == 78)
      #expect(outcome.errors.contains(file.path) && outcome.errors.contains(fault))
    }
    #expect(option.errors.hasPrefix("Error: --access-token-file: "))
  }

  @Test func anUnusableURLIsNamedByItsVariable() async throws {
    let outcome = try await runBridge(
      ["sora", "list-channels"], ["LIVEVIEW_BRIDGE_SORA_API_URL=sora.example"])
    #expect(outcome.exitCode == 78)
    #expect(outcome.errors.hasPrefix("Error: LIVEVIEW_BRIDGE_SORA_API_URL: the URL sora.example "))
    #expect(outcome.errors.hasSuffix("; is http://sora.example/ meant?\n"))
  }

  @Test func aTokenInTheOpenIsWarnedAbout() async throws {
    let outcome = try await runBridge(
      ["sora", "list-channels", "--api-url", "http://sora.invalid/"],
      ["LIVEVIEW_BRIDGE_SORA_ACCESS_TOKEN=hunter2"])
    #expect(outcome.errors.hasPrefix("Warning: the access token goes to sora.invalid without"))
    #expect(outcome.exitCode == 69 && !outcome.errors.contains("hunter2"))
  }

  @Test func anyTargetCanBeCalled() async throws {
    let server = try await RawServer(RawServer.reply("200 OK", #"{"a":"b"}"#))
    let url = ["--api-url", server.url]
    let outcomes = [
      try await runBridge(["sora", "call", "Sora_20991231.NewThing"] + url),
      try await runBridge(["sora", "call", "Sora_20991231.NewThing", #"{"x": 1}"#] + url),
      try await runBridge(["sora", "call", "Sora_20991231.NewThing", "-"] + url, input: "[2]"),
    ]
    #expect(outcomes.allSatisfy { $0.exitCode == 0 && $0.output == Array("a  b\n".utf8) })
    let bodies = server.requests.map { $0.components(separatedBy: "\r\n\r\n").last }
    #expect(bodies == ["", #"{"x":1}"#, "[2]"])
    await server.stop()
  }

  @Test(arguments: [
    ["sora", "list-channels"], ["sora", "list-channels", "--json"], ["imageflux", "--help"],
    ["sora", "list-channels", "--help"], ["imageflux", "orphans", "--help"],
  ]) func whatCannotBeWrittenIsAFailure(arguments: [String]) async throws {
    let server = try await RawServer(RawServer.reply("200 OK", "[]"))
    let outcome = try await ExternalProgram.run(
      "env",
      ["LIVEVIEW_BRIDGE_SORA_API_URL=\(server.url)", "sh", "-c", "exec \"$@\" > /dev/full", "sh"]
        + [BuiltProduct.url("liveview-bridge").path] + arguments)
    await server.stop()
    let isCall = !server.requests.isEmpty
    #expect(outcome.exitCode == 74)
    #expect(
      outcome.errors == "Error: cannot write to standard output: No space left on device"
        + (isCall ? "; the call was carried out all the same\n" : "\n"))
  }

  @Test func secretsOfKnownTargetsAreNotShown() async throws {
    let refusal = #"{"error_type":"NO","error_reason":"hunter2 is wrong"}"#
    let server = try await RawServer(RawServer.reply("400 Bad Request", refusal))
    let outcome = try await runBridge(
      ["imageflux", "call", "ImageFlux_20190205.CreateArchiveDestination", "-"]
        + ["--api-url", server.url],
      ["LIVEVIEW_BRIDGE_IMAGE_FLUX_ACCESS_TOKEN=t"],
      input: #"{"bucket_uri":"s3://b","aws_secret_access_key":"hunter2"}"#)
    #expect(outcome.exitCode == 1 && outcome.errors.contains("is wrong"))
    #expect(!outcome.errors.contains("hunter2"))
    await server.stop()
  }

  @Test func helpGoesToStandardOutput() async throws {
    for arguments in [
      ["sora", "--help"], ["imageflux", "-h"], ["sora", "list-channels", "--help"],
      ["sora", "ListChannels", "-h"], ["sora", "call", "--help"],
    ] {
      let outcome = try await runBridge(arguments)
      #expect(outcome.exitCode == 0 && outcome.errors.isEmpty && outcome.output.count > 300)
    }
  }
}
