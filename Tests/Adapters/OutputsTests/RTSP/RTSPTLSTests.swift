import Configuration
import Foundation
import Media
import NIOCore
import NIOPosix
import NIOSSL
import Pipeline
import RTP
import TestSupport
import Testing

@testable import Outputs

/// RTSP over TLS, with certificates made by openssl.
@Suite(.timeLimit(.minutes(1))) struct RTSPTLSTests {
  /// A self-signed certificate and its key.
  private func makeCertificate(_ name: String, in folder: TemporaryFolder) async throws -> TLSFiles
  {
    let (certificate, key) = (
      folder.url.appending(path: "\(name).crt").path, folder.url.appending(path: "\(name).key").path
    )
    let outcome = try await ExternalProgram.run(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-days", "2", "-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
        key, "-out", certificate,
      ])
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    return TLSFiles(certificateFile: certificate, keyFile: key)
  }

  private func settings(
    _ files: TLSFiles, _ more: [AbsoluteConfigKey: ConfigValue] = [:]
  ) -> [AbsoluteConfigKey: ConfigValue] {
    more.merging([
      "tls.enabled": true, "tls.listenPort": 0,
      "tls.certificateFile": .init(.string(files.certificateFile), isSecret: false),
      "tls.keyFile": .init(.string(files.keyFile), isSecret: false),
    ]) { $1 }
  }

  @Test func theSameStreamPlaysOverTLSAndBeside() async throws {
    let folder = try TemporaryFolder()
    let scene = try await RTSPScene(settings(try await makeCertificate("one", in: folder)))
    let port = try #require(scene.securePort)
    let secure = try await RTSPTestClient(
      port: port, url: "rtsps://127.0.0.1:\(port)/live/stream", isSecure: true)
    let plain = try await scene.connect()
    let description = try await secure.request("DESCRIBE")
    #expect(description["Content-Base"] == "rtsps://127.0.0.1:\(port)/live/stream/")
    let (_, _, play) = try await secure.play()
    #expect(
      play["RTP-Info"]?.hasPrefix("url=rtsps://127.0.0.1:\(port)/live/stream/trackID=0") == true)
    try await plain.play()
    await scene.awaitSubscribers(1)
    let picture = await scene.publish(isIDR: true, size: 60_000)
    let (one, other) = (try await secure.picture(), try await plain.picture())
    #expect(one.map(\.payload) == other.map(\.payload) && one.count > 40)
    #expect(picture.isIDR)
    #expect(scene.viewers.count == 2)
    try await secure.close()
    try await scene.stop()
  }

  @Test(arguments: [
    "RTP/AVP;unicast;client_port=5000-5001", "RTP/AVP/UDP;unicast;client_port=5000-5001",
    "RTP/AVP;multicast",
  ]) func nothingLeavesTheEncryption(_ transport: String) async throws {
    let folder = try TemporaryFolder()
    let scene = try await RTSPScene(settings(try await makeCertificate("one", in: folder)))
    let port = try #require(scene.securePort)
    let client = try await RTSPTestClient(
      port: port, url: "rtsps://127.0.0.1:\(port)/live/stream", isSecure: true)
    #expect(try await client.request("SETUP", "/trackID=0", "Transport: \(transport)").code == 461)
    let both = "\(transport),RTP/AVP/TCP;unicast;interleaved=0-1"
    #expect(try await client.request("SETUP", "/trackID=0", "Transport: \(both)").code == 200)
    try await scene.stop()
  }

  @Test func aPathAloneIsAnsweredWithTheSecureScheme() async throws {
    let folder = try TemporaryFolder()
    let scene = try await RTSPScene(
      settings(try await makeCertificate("one", in: folder), ["plainEnabled": false]))
    // Without TLS beside it, the only listener is the secure one.
    let port = scene.port
    #expect(scene.securePort == nil)
    let client = try await RTSPTestClient(port: port, url: "/live/stream", isSecure: true)
    let base = try await client.request("DESCRIBE")["Content-Base"]
    #expect(base == "rtsps://127.0.0.1:\(port)/live/stream/")
    try await scene.stop()
  }

  @Test func whoSpeaksTheWrongLanguageIsClosed() async throws {
    let folder = try TemporaryFolder()
    let scene = try await RTSPScene(settings(try await makeCertificate("one", in: folder)))
    let port = try #require(scene.securePort)
    // Plain text at the secure port: closed, perhaps with an alert.
    let plain = try await RTSPTestClient(port: port, url: scene.url)
    plain.send("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    while try await plain.next() != nil {}
    // TLS at the plain port.
    let secure = try await RTSPTestClient(port: scene.port, url: scene.url, isSecure: true)
    secure.send("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    #expect(try await secure.next() == nil)
    // Both ports go on.
    #expect(try await scene.connect().request("OPTIONS").code == 200)
    let again = try await RTSPTestClient(
      port: port, url: "rtsps://127.0.0.1/live/stream", isSecure: true)
    #expect(try await again.request("OPTIONS").code == 200)
    try await scene.stop()
  }

  /// Nothing at all, and a handshake that stops in the middle.
  @Test(arguments: ["", "\u{16}\u{3}\u{1}\u{2}"]) func aHandshakeThatNeverEndsIsCut(
    _ bytes: String
  ) async throws {
    let folder = try TemporaryFolder()
    let scene = try await RTSPScene(
      settings(
        try await makeCertificate("one", in: folder), ["limits.firstRequestTimeoutSeconds": 0.5]))
    let client = try await RTSPTestClient(port: try #require(scene.securePort), url: scene.url)
    if !bytes.isEmpty { client.send(bytes) }
    while try await client.next() != nil {}
    try await scene.stop()
  }

  @Test(arguments: [("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)])
  func opensslShakesHandsFrom12On(_ version: String, works: Bool) async throws {
    let folder = try TemporaryFolder()
    let scene = try await RTSPScene(settings(try await makeCertificate("one", in: folder)))
    let port = try #require(scene.securePort)
    let outcome = try await ExternalProgram.run(
      "openssl",
      [
        "s_client", "-connect", "127.0.0.1:\(port)", version, "-cipher", "DEFAULT@SECLEVEL=0",
        "-ign_eof",
      ],
      input: Array(
        ("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\nTEARDOWN * RTSP/1.0\r\nCSeq: 2\r\n"
          + "Content-Length: 999999999\r\n\r\n").utf8), secondsAllowed: 20)
    let text = String(decoding: outcome.output, as: UTF8.self)
    #expect(text.contains("RTSP/1.0 200 OK") == works, "\(text) \(outcome.errors)")
    try await scene.stop()
  }

  @Test func newFilesAreTakenAndBrokenOnesAreNot() async throws {
    let folder = try TemporaryFolder()
    let files = try await makeCertificate("one", in: folder)
    let material = try TLSIdentity.Material(files: files)
    let next = try await makeCertificate("two", in: folder)
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let recorder = LogRecorder()
    let identity = try await loop.submit {
      NIOLoopBound(TLSIdentity(material, logger: recorder.logger), eventLoop: loop)
    }.get()
    let first = try await loop.submit { ObjectIdentifier(identity.value.context) }.get()
    @Sendable func look() async throws -> ObjectIdentifier {
      try await loop.flatSubmit { identity.value.refresh(on: loop) }.get()
      return try await loop.submit { ObjectIdentifier(identity.value.context) }.get()
    }
    #expect(try await look() == first)
    // The certificate is there, its key not yet.
    try replace(files.certificateFile, with: next.certificateFile)
    #expect(try await look() == first)
    #expect(recorder.messages.isEmpty)
    #expect(try await look() == first)
    #expect(try await look() == first)
    #expect(recorder.messages == ["new TLS certificate cannot be used, the old one stays"])
    try replace(files.keyFile, with: next.keyFile)
    let second = try await look()
    #expect(second != first)
    #expect(recorder.messages.last == "TLS certificate exchanged" && recorder.messages.count == 2)
    try Data("nonsense".utf8).write(to: URL(filePath: files.certificateFile))
    for _ in 0..<5 { #expect(try await look() == second) }
    #expect(recorder.messages.count == 3)
    try FileManager.default.removeItem(atPath: files.certificateFile)
    #expect(try await look() == second)
  }

  private func replace(_ path: String, with other: String) throws {
    try Data(contentsOf: URL(filePath: other)).write(to: URL(filePath: path), options: .atomic)
  }

  @Test func aKeyMustFitItsCertificateAndHaveNoPassphrase() async throws {
    let folder = try TemporaryFolder()
    let (one, two) = (
      try await makeCertificate("one", in: folder), try await makeCertificate("two", in: folder)
    )
    #expect(throws: TLSFilesError.pairUnusable) {
      _ = try TLSFiles(certificateFile: one.certificateFile, keyFile: two.keyFile).load()
    }
    #expect(throws: TLSFilesError.certificateUnusable) {
      _ = try TLSFiles(certificateFile: "/nonexistent", keyFile: two.keyFile).load()
    }
    #expect(throws: TLSFilesError.keyUnusable) {
      _ = try TLSFiles(certificateFile: one.certificateFile, keyFile: one.certificateFile).load()
    }
    let locked = folder.url.appending(path: "locked.key").path
    let outcome = try await ExternalProgram.run(
      "openssl", ["pkcs8", "-topk8", "-in", one.keyFile, "-out", locked, "-passout", "pass:x"])
    try #require(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(throws: TLSFilesError.keyUnusable) {
      _ = try TLSFiles(certificateFile: one.certificateFile, keyFile: locked).load()
    }
  }

  /// A viewer over TLS that takes nothing: its queue is seen, it skips, the other one does not.
  @Test func aSlowViewerIsSeenThroughTLS() async throws {
    let folder = try TemporaryFolder()
    let scene = try await RTSPScene(settings(try await makeCertificate("one", in: folder)))
    let port = try #require(scene.securePort)
    let slow = try await RTSPTestClient(
      port: port, url: "rtsps://127.0.0.1:\(port)/live/stream", isSecure: true, receiveBuffer: 4096)
    try await slow.play()
    await scene.awaitSubscribers(1)
    var sees = false
    while !sees, !Task.isCancelled {
      await scene.publish(isIDR: true, size: 100_000)
      guard case .int(let skipped)? = scene.viewers.first?["picturesSkipped"],
        case .int(let queued)? = scene.viewers.first?["queuedBytes"]
      else { continue }
      sees = skipped > 0 && queued > 0
    }
    #expect(sees)
    withExtendedLifetime(slow) {}
    try await scene.stop()
  }
}
