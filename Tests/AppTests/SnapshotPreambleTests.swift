import Foundation
import TestSupport
import Testing

/// What players are sent first, decoded by ffmpeg.
@Suite(.timeLimit(.minutes(2))) struct SnapshotPreambleTests {
  private struct Picture: Equatable {
    /// In units of 1/90000 s.
    var time: Int
    var hash: String
  }

  /// The first pictures as ffmpeg decodes them, with their times as sent.
  private func pictures(_ count: Int, of url: String) async throws -> [Picture] {
    let outcome = try await ExternalProgram.run(
      "ffmpeg",
      [
        "-v", "error", "-err_detect", "explode", "-rtsp_transport", "tcp", "-i", url,
        "-frames:v", "\(count)", "-copyts", "-vsync", "passthrough", "-enc_time_base", "1:90000",
        "-f", "framemd5", "-",
      ])
    #expect(outcome.exitCode == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let text = String(decoding: outcome.output, as: UTF8.self)
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
      let fields = line.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      guard fields.count == 6, let time = Int(fields[2]) else { return nil }
      return Picture(time: time, hash: fields[5])
    }
  }

  @Test func theFirstPictureIsRepeatedAndTheStreamGoesOn() async throws {
    let bridge = try await RunningBridge()
    let pictures = try await pictures(45, of: bridge.url)
    try #require(pictures.count == 45)
    #expect(Set(pictures.prefix(33).map(\.hash)).count == 1)
    let steps = zip(pictures, pictures.dropFirst()).map { $1.time - $0.time }
    #expect(steps.prefix(32).allSatisfy { $0 == 90 }, "a millisecond each")
    #expect(steps.allSatisfy { $0 > 0 })
    // The camera's own pictures, each with another number in it. Where there is little time, one
    // may be encoded a second time.
    #expect(Set(pictures.dropFirst(32).map(\.hash)).count >= 8)
    #expect(await bridge.stop() == 0)
  }

  @Test(arguments: [("?start=live", []), ("", ["--outputs-rtsp-preamble", "off"])])
  func whoWantsTheStreamAloneGetsIt(query: String, settings: [String]) async throws {
    let bridge = try await RunningBridge(settings)
    let pictures = try await pictures(10, of: bridge.url + query)
    #expect(Set(pictures.map(\.hash)).count >= 6)
    #expect(await bridge.stop() == 0)
  }
}
