import JSON
import SimulatedSora
import TestSupport
import Testing

/// The real program and APIs whose certificate is of a CA that the system does not know.
@Suite("Daemon: a CA of one's own", .timeLimit(.minutes(2)))
struct DaemonTrustTests {
  private let folder: TemporaryFolder
  private let caFile: String
  private let tls: ServerTLS

  init() async throws {
    folder = try TemporaryFolder()
    let ca = try await TestCertificate("ca", in: folder)
    let own = try await TestCertificate("own", for: "IP:127.0.0.1", signedBy: ca, in: folder)
    caFile = ca.certificateFile
    tls = try ServerTLS(certificateFile: own.certificateFile, keyFile: own.keyFile)
  }

  private func start(
    _ sections: [String: JSONValue], _ section: String, trusts: Bool = true
  ) throws -> SoraDaemon {
    var members = sections[section]?.object ?? [:]
    if trusts { members["caFile"] = .string(caFile) }
    return try SoraDaemon(state: folder, [section: .object(members)])
  }

  @Test("a channel of ImageFlux is made and deleted over TLS")
  func channel() async throws {
    let api = try await SimulatedSora(.imageFlux(token: SoraExample.token), tls: tls)
    let daemon = try start(SoraDaemon.channel(api), "imageFlux")
    try await daemon.line(containing: "channel ready")
    #expect(api.read(\.channelIDs).count == 1)
    #expect(await daemon.stop() == 0)
    #expect(api.read(\.channelIDs).isEmpty)
    try await api.stop()
  }

  @Test("a forwarding is started over TLS, taken up after kill -9, and stopped")
  func forwarding() async throws {
    let sora = try await SimulatedSora(tls: tls)
    sora.change { _ = $0.publish("live", role: .sendonly) }
    let first = try start(SoraDaemon.forwarding(sora), "sora")
    try await sora.until { $0.forwardings.count == 1 }
    await first.kill()
    let second = try start(SoraDaemon.forwarding(sora), "sora")
    try await sora.call(of: "StopForwardingRtp")
    try await sora.until { $0.forwardings.count == 1 }
    #expect(await second.stop() == 0)
    #expect(sora.read(\.forwardings).isEmpty)
    try await sora.stop()
  }

  @Test("without the file nothing is sent, and the log names the key")
  func untrusted() async throws {
    let api = try await SimulatedSora(.imageFlux(token: SoraExample.token), tls: tls)
    let daemon = try start(SoraDaemon.channel(api), "imageFlux", trusts: false)
    try await daemon.line(containing: "is trusted with imageFlux.caFile")
    #expect(await daemon.stop() == 0)
    #expect(api.journal.isEmpty)
    try await api.stop()
  }
}
