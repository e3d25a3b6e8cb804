import Foundation
import JSON
import NIOCore
import SimulatedSora
import TestSupport
import Testing

@testable import LiveviewBridge

/// Every way in which a call can fail, with the real program and a real socket.
@Suite(.timeLimit(.minutes(2))) struct ControlFaultTests {
  private static let page = URL(filePath: #filePath)
    .deletingLastPathComponent().appending(path: "../../../Docs/sora-errors.md").standardizedFileURL

  @Test(arguments: ControlFault.all) func theUserIsTold(_ fault: ControlFault) async throws {
    let folder = try TemporaryFolder()
    let (url, server, caFile) = try await Self.start(fault, in: folder)
    let given = fault.arguments.map { $0.replacing("CA_FILE", with: caFile ?? "") }
    let arguments = given + (url.map { ["--api-url", $0] } ?? [])
    let program = BuiltProduct.url("liveview-bridge").path
    let outcome = try await ExternalProgram.run(program, arguments)
    let forPrograms = try await ExternalProgram.run(program, arguments + ["--json"])
    await server?.stop()

    let message = fault.message.replacing("PORT", with: url.map(Self.port) ?? "")
    #expect(outcome.exitCode == fault.exitCode && forPrograms.exitCode == fault.exitCode)
    let json = JSONValue(parsing: ByteBuffer(bytes: forPrograms.output))
    if fault.exitCode == 0 {
      #expect(String(decoding: outcome.output, as: UTF8.self) == message + "\n")
      #expect(outcome.errors.isEmpty && json != nil)
    } else {
      #expect(outcome.errors == "Error: \(message)\n" && outcome.output.isEmpty)
      #expect(json?["error"]?["message"]?.string == message && forPrograms.errors.isEmpty)
    }
  }

  private static func start(
    _ fault: ControlFault, in folder: TemporaryFolder
  ) async throws -> (url: String?, server: RawServer?, caFile: String?) {
    switch fault.peer {
    case .answers(let scripts):
      let server = try await RawServer(scripts)
      return ("\(fault.scheme)://127.0.0.1:\(server.port)/", server, nil)
    case .speaksFirst(let script):
      let server = try await RawServer([script], atOnce: true)
      return ("\(fault.scheme)://127.0.0.1:\(server.port)/", server, nil)
    case .secure(let certificate, let script):
      let (server, ca) = try await certificates(certificate, in: folder)
      let tls = try ServerTLS(certificateFile: server.certificateFile, keyFile: server.keyFile)
      let secure = try await RawServer([script], tls: tls)
      return (secure.url, secure, ca.certificateFile)
    case .nobody: return ("http://127.0.0.1:\(try FreePort.tcp())/", nil, nil)
    case .unknownName: return ("http://sora.invalid:3000/", nil, nil)
    case .none: return (nil, nil, nil)
    }
  }

  private static func certificates(
    _ kind: ControlFault.Certificate, in folder: TemporaryFolder
  ) async throws -> (server: TestCertificate, ca: TestCertificate) {
    if kind == .selfSigned {
      let own = try await TestCertificate("own", for: "IP:127.0.0.1", in: folder)
      return (own, own)
    }
    let ca = try await TestCertificate("ca", in: folder)
    let host = kind == .signedForAnotherName ? "DNS:sora.example" : "IP:127.0.0.1"
    let server = try await TestCertificate("server", for: host, signedBy: ca, in: folder)
    guard kind == .signedByAnotherCA else { return (server, ca) }
    return (server, try await TestCertificate("other", in: folder))
  }

  private static func port(_ url: String) -> String {
    String(url.dropLast().split(separator: ":").last ?? "")
  }

  /// After a change: `UPDATE_DOCUMENTS=1 swift test --filter ControlFaultTests`.
  @Test func theDocumentHasTheTable() throws {
    let document = try String(contentsOf: Self.page, encoding: .utf8)
    let head = document.components(separatedBy: "| what happens |").first ?? ""
    let wanted = head + Self.table
    if ProcessInfo.processInfo.environment["UPDATE_DOCUMENTS"] != nil {
      try Data(wanted.utf8).write(to: Self.page)
    } else {
      #expect(document == wanted)
    }
  }

  private static var table: String {
    let rows = ControlFault.all.map { fault in
      let message = fault.message.replacing("\n", with: " ⏎ ").replacing("|", with: "\\|")
      return "| \(fault.what) | `\(message)` | \(fault.exitCode) |\n"
    }
    return "| what happens | message | exit code |\n| --- | --- | --- |\n" + rows.joined()
  }
}
