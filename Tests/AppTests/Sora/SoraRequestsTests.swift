import Foundation
import JSON
import SimulatedSora
import SoraControl
import TestSupport
import Testing

/// The commands of the real program against the documents: what is sent is what they show, field
/// by field, and what they answer is what the user gets.
@Suite("Sora and ImageFlux: requests as sent", .timeLimit(.minutes(2)))
struct SoraRequestsTests {
  @Test("every operation has an example")
  func complete() {
    #expect(SoraExample.all.filter { $0.source == .sora }.count == 23)
    #expect(
      Set(SoraExample.all.map(\.operation.target))
        == Set(ControlOperations.all.map { $0.operation.target }))
  }

  @Test(
    "a command sends the documents' request and gives the documents' reply",
    arguments: SoraExample.all)
  func command(_ example: SoraExample) async throws {
    let run = try await SoraExampleRun(example)
    #expect(run.exitCode == 0, "\(run.errors)")
    let call = try #require(run.calls.first)
    #expect(run.calls.count == 1)
    #expect(call.wasDone, "\(call.outcome)")
    #expect(call.method == "POST")
    #expect(call.path == "/")
    #expect(call.target == example.operation.target)
    #expect(call[header: "host"]?.hasPrefix("127.0.0.1:") == true)
    #expect(call[header: "transfer-encoding"] == nil)
    #expect(call[header: "content-length"] == "\(call.body.count)")
    #expect(call.json == example.request)
    #expect(call.body.isEmpty == (example.request == nil))
    #expect(
      call[header: "content-type"] == (example.request == nil ? nil : "application/json"))
    let token = example.operation.service == .imageFlux ? "Bearer \(SoraExample.token)" : nil
    #expect(call[header: "authorization"] == token)
    // Where the documents show the field, it is theirs, but for the length: they put blanks in.
    for name in ["x-sora-target", "content-type", "authorization"] {
      guard let documented = example.headers?[name]?.string else { continue }
      #expect(call[header: name] == documented)
    }
    if let reply = example.reply { #expect(run.output == reply) }
  }

  @Test("Docs/sora-requests.md says what is sent")
  func document() async throws {
    var runs: [SoraExampleRun] = []
    for example in SoraExample.all { runs.append(try await SoraExampleRun(example)) }
    let text = SoraRequestsTable(runs: runs).text
    var root = URL(filePath: #filePath)
    for _ in 0..<4 { root.deleteLastPathComponent() }
    let file = root.appending(path: "Docs/sora-requests.md")
    if ProcessInfo.processInfo.environment["UPDATE_DOCUMENTS"] == "1" {
      try Data(text.utf8).write(to: file)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == text)
  }
}
