import Foundation
import JSON
import NIOCore
import SimulatedSora
import SoraControl
import TestSupport
import Testing

/// An operation with a request and a reply, of the documents or of our own after them.
struct SoraExample: Sendable, CustomTestStringConvertible {
  /// Where they are from: a folder of fixtures.
  enum Source: String, Sendable, CaseIterable {
    case sora, imageFlux = "imageflux", soraLater = "sora-later", imageFluxLater = "imageflux-later"

    /// As the table names it.
    var title: String {
      switch self {
      case .sora: "Sora's documents"
      case .imageFlux: "ImageFlux's quick start"
      case .soraLater, .imageFluxLater: "our own, after later documents"
      }
    }
  }

  var source: Source
  var operation: ControlOperation
  /// The body as JSON; nil if there is none.
  var request: JSONValue?
  var reply: JSONValue?
  /// Header fields that the documents show and that depend on the operation; nil if they show none.
  var headers: JSONValue?

  var testDescription: String { operation.target }

  /// All of them, those of the documents first.
  static let all: [SoraExample] = Source.allCases.flatMap { source in
    ControlOperations.all.compactMap { type in
      func json(_ file: String) -> JSONValue? {
        (try? Fixture.bytes("\(source.rawValue)/\(file).json"))
          .flatMap { JSONValue(parsing: ByteBuffer(bytes: $0)) }
      }
      let operation = type.operation
      let example = SoraExample(
        source: source, operation: operation, request: json("\(operation.name).request"),
        reply: json("\(operation.name).reply"), headers: json("headers")?[operation.name])
      return example.request == nil && example.reply == nil ? nil : example
    }
  }

  /// The token that the quick start writes.
  static let token = String(repeating: "X", count: 25)

  /// A server that answers the example's request with the example's reply, and keeps the strictness
  /// it has.
  func server() async throws -> SimulatedSora {
    let service: SimulatedSora.Service =
      operation.service == .sora ? .sora : .imageFlux(token: Self.token)
    let server = try await SimulatedSora(service)
    if source == .sora {
      server.change { $0.prepareExample(of: operation.name, statistics: reply) }
      return server
    }
    let channel = request?["channel_id"]?.string ?? ""
    server.change { state in
      state.publish(channel, id: request?["connection_id"]?.string)
      state.addChannel(channel)
      state.archiveDestinations["d1"] = "s3://bucket/path/"
      state.encryptKeys["k1"] = "00112233445566778899aabbccddeeff"
    }
    if let reply {
      var bytes = ByteBuffer()
      reply.encode(into: &bytes)
      server.fail(operation.name, with: .answers(Array(bytes.readableBytesView)))
    }
    return server
  }

  /// Arguments of the program that stand for the example's request.
  ///
  /// - Parameter folder: For files with secrets.
  func arguments(url: String, folder: TemporaryFolder) throws -> [String] {
    var arguments = [
      operation.service == .sora ? "sora" : "imageflux", operation.commandName, "--api-url", url,
      "--json",
    ]
    if operation.service == .imageFlux {
      arguments += ["--access-token-file", try write(Self.token, "token", folder)]
    }
    // In the order of the request, as somebody would type them.
    for key in operation.keys {
      guard let value = request?[key.name] else { continue }
      let text = value.string ?? Self.text(value)
      if key.isSecret {
        arguments += ["--\(key.optionName)-file", try write(text, key.name, folder)]
      } else {
        arguments += ["--\(key.optionName)", text]
      }
    }
    return arguments
  }

  private func write(_ text: String, _ name: String, _ folder: TemporaryFolder) throws -> String {
    let file = folder.url.appending(path: name)
    try Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    return file.path
  }

  static func text(_ value: JSONValue) -> String {
    var bytes = ByteBuffer()
    value.encode(into: &bytes)
    return String(buffer: bytes)
  }
}

/// What the real program sent for an example, and what it made of the answer.
struct SoraExampleRun: Sendable {
  var example: SoraExample
  var exitCode: Int32
  var output: JSONValue?
  var errors: String
  var calls: [SoraCall]

  init(_ example: SoraExample) async throws {
    self.example = example
    let (server, folder) = (try await example.server(), try TemporaryFolder())
    let outcome = try await ExternalProgram.run(
      BuiltProduct.url("liveview-bridge").path,
      try example.arguments(url: server.url, folder: folder))
    exitCode = outcome.exitCode
    output = JSONValue(parsing: ByteBuffer(bytes: outcome.output))
    errors = outcome.errors
    calls = server.journal
  }
}
