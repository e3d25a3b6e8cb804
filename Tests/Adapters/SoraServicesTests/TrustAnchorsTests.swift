import Configuration
import Foundation
import JSON
import NIOSSL
import Pipeline
import SimulatedSora
import SoraControl
import TestSupport
import Testing

@testable import SoraServices

/// Certificates made by openssl, and servers that have them.
@Suite(.timeLimit(.minutes(1))) struct TrustAnchorsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func server(_ certificate: TestCertificate) async throws -> RawServer {
    let tls = try ServerTLS(
      certificateFile: certificate.certificateFile, keyFile: certificate.keyFile)
    return try await RawServer([[RawServer.reply("200 OK", "[]")]], tls: tls)
  }

  private func anchors(_ files: String...) throws -> TrustAnchors {
    let pem = try files.flatMap { [UInt8](try Data(contentsOf: URL(filePath: $0))) }
    return try TrustAnchors(setting: "--ca-file", pem: pem)
  }

  private func call(_ url: String, _ anchors: TrustAnchors) async throws -> JSONValue? {
    let client = ControlClient(endpoint: ControlEndpoint(url: url, trustAnchors: anchors))
    let result: Result<JSONValue?, any Error>
    do {
      result = .success(
        try await client.call(target: ListChannels.operation.target, body: nil))
    } catch {
      result = .failure(error)
    }
    client.shutDown()
    return try result.get()
  }

  /// Why the server's certificate is not taken; nothing of the call was sent then.
  private func refusal(_ server: RawServer, _ anchors: TrustAnchors) async throws -> String {
    do {
      let answer = try await call(server.url, anchors)
      Issue.record("answered: \(answer as Any)")
      return ""
    } catch ControlError.tlsFailed(let url, let reason) {
      #expect(url == server.url && server.requests.isEmpty)
      return reason
    }
  }

  // MARK: Calls

  @Test func aSelfSignedCertificateVouchesForItself() async throws {
    let own = try await TestCertificate("own", for: "IP:127.0.0.1", in: folder)
    let server = try await server(own)
    let reason = try await refusal(server, TrustAnchors(setting: "sora.caFile"))
    #expect(reason.hasSuffix("or a self-signed certificate, is trusted with sora.caFile"))
    #expect(try await call(server.url, try anchors(own.certificateFile)) == [])
    await server.stop()
  }

  @Test func aCAVouchesForThoseItSigned() async throws {
    let ca = try await TestCertificate("ca", in: folder)
    let other = try await TestCertificate("other", in: folder)
    let server = try await server(
      try await TestCertificate("server", for: "IP:127.0.0.1", signedBy: ca, in: folder))
    let reason = try await refusal(server, try anchors(other.certificateFile))
    #expect(reason.hasSuffix("is the root of its CA in the file of --ca-file?"))
    #expect(try await call(server.url, try anchors(ca.certificateFile)) == [])
    // Any of several, among other things.
    let all = try anchors(other.keyFile, other.certificateFile, ca.certificateFile)
    #expect(all.certificates.count == 2)
    #expect(try await call(server.url, all) == [])
    await server.stop()
  }

  @Test(arguments: ["DNS:sora.example", "IP:127.0.0.2"])
  func aCertificateForAnotherNameIsRefusedAllTheSame(host: String) async throws {
    let ca = try await TestCertificate("ca", in: folder)
    let signed = try await TestCertificate("server", for: host, signedBy: ca, in: folder)
    let own = try await TestCertificate("own", for: host, in: folder)
    for (certificate, trusted) in [(signed, ca), (own, own)] {
      let server = try await server(certificate)
      let reason = try await refusal(server, try anchors(trusted.certificateFile))
      #expect(reason == "its certificate is for another name")
      await server.stop()
    }
  }

  @Test func aNameIsCheckedAgainstTheURLsHost() async throws {
    let own = try await TestCertificate("own", for: "DNS:localhost", in: folder)
    let server = try await server(own)
    let anchors = try anchors(own.certificateFile)
    #expect(try await call("https://localhost:\(server.port)/", anchors) == [])
    #expect(server.requests.count == 1)
    await #expect(throws: ControlError.self) { try await call(server.url, anchors) }
    #expect(server.requests.count == 1)
    await server.stop()
  }

  @Test func theSystemsCAsStayTrusted() async throws {
    let ca = try await TestCertificate("ca", in: folder)
    let configuration = try #require(try anchors(ca.certificateFile).configuration)
    #expect(configuration.trustRoots == nil || configuration.trustRoots == .default)
    #expect(configuration.additionalTrustRoots.count == 1)
    #expect(configuration.certificateVerification == .fullVerification)
    // Without a file nothing differs from what the HTTP client does by itself.
    #expect(TrustAnchors().configuration == nil)
  }

  // MARK: Files

  private func fault(_ pem: [UInt8]) -> TrustAnchorsError? {
    do {
      _ = try TrustAnchors(setting: "x", pem: pem)
      return nil
    } catch {
      return error
    }
  }

  @Test func whatIsNoCertificateIsToldApart() async throws {
    let ca = try await TestCertificate("ca", in: folder)
    let pem = [UInt8](try Data(contentsOf: URL(filePath: ca.certificateFile)))
    let key = [UInt8](try Data(contentsOf: URL(filePath: ca.keyFile)))
    let der = folder.url.appending(path: "der").path
    let outcome = try await ExternalProgram.run(
      "openssl", ["x509", "-in", ca.certificateFile, "-outform", "DER", "-out", der])
    try #require(outcome.exitCode == 0)
    #expect(fault(pem) == nil)
    #expect(fault([0xEF, 0xBB, 0xBF] + pem) == nil)
    #expect(fault(Array("Our CA\n".utf8) + pem + Array("\nend".utf8)) == nil)
    #expect(fault([UInt8](try Data(contentsOf: URL(filePath: der)))) == .isDER)
    #expect(fault([]) == .empty && fault([0xEF, 0xBB, 0xBF]) == .empty)
    #expect(fault(key) == .noCertificate && fault(Array("abc".utf8)) == .noCertificate)
    #expect(fault(Array(pem.prefix(300))) == .damaged)
    #expect(fault(pem + Array(pem.prefix(300))) == .damaged)
  }

  @Test func spoiltFilesDoNoHarm() async throws {
    let ca = try await TestCertificate("ca", in: folder)
    let pem = [UInt8](try Data(contentsOf: URL(filePath: ca.certificateFile)))
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<2000 {
      let bytes = Mutation.mutate(pem + pem, using: &generator)
      if let anchors = try? TrustAnchors(setting: "x", pem: bytes) {
        #expect((1...2).contains(anchors.certificates.count))
      }
    }
  }

  // MARK: Settings

  private func problems(_ section: String, _ file: String) -> [String] {
    let ledger = SettingsLedger()
    let reader = ForwardingScene.reader(["\(section).caFile": .string(file)], ledger: ledger)
    let anchors = reader.scoped(to: section).trustAnchors()
    #expect(anchors.setting == "\(section).caFile" && anchors.isEmpty)
    return ledger.problems.map(\.description)
  }

  @Test(arguments: ["sora", "imageFlux"]) func unusableFilesAreNamed(section: String) throws {
    let large = folder.url.appending(path: "large").path
    try Data(count: TrustAnchors.fileLimitBytes + 1).write(to: URL(filePath: large))
    func allowed(_ reason: String) -> String {
      "must be a readable file with CA certificates in PEM (it \(reason))"
    }
    let faults = [
      ("/nonexistent/ca", "cannot be read: No such file or directory"),
      ("/", "cannot be read: Is a directory"), ("/dev/null", "is empty"),
      ("/etc/passwd", "has no certificate in PEM"), (large, "is larger than 1048576 bytes"),
    ]
    for (path, reason) in faults {
      #expect(
        problems(section, path) == ["\(section).caFile = \(path) (test): \(allowed(reason))"])
    }
    #expect(problems(section, "") == [])
  }

  @Test func bothSectionsHaveTheKey() async throws {
    let ca = try await TestCertificate("ca", in: folder)
    let file = ConfigContent.string(ca.certificateFile)
    let reader = ForwardingScene.reader(["sora.caFile": file, "imageFlux.caFile": file])
    let sora = SoraForwardingSettings(reader: reader.scoped(to: "sora")).endpoint.trustAnchors
    let flux = ImageFluxSettings(reader: reader.scoped(to: "imageFlux")).endpoint.trustAnchors
    #expect(sora.certificates.count == 1 && sora.setting == "sora.caFile")
    #expect(flux.certificates.count == 1 && flux.setting == "imageFlux.caFile")
  }
}
