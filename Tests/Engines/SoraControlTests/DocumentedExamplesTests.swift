import JSON
import NIOCore
import TestSupport
import Testing

@testable import SoraControl

/// What the documents show to be sent and answered, operation by operation.
struct DocumentedExample: CustomTestStringConvertible, Sendable {
  var folder: String
  var operation: ControlOperation

  var testDescription: String { operation.target }

  private func body(_ kind: String) throws -> JSONValue? {
    let bytes = try? Fixture.bytes("\(folder)/\(operation.name).\(kind).json")
    return try bytes.map { try JSONValue(reading: ByteBuffer(bytes: $0)) }
  }

  /// Nil if the documents send no body, or show no request.
  func request() throws -> JSONValue? { try body("request") }
  /// Nil if the documents show none.
  func reply() throws -> JSONValue? { try body("reply") }
  /// The headers of the request by their names in small letters.
  func headers() throws -> JSONValue? {
    guard let bytes = try? Fixture.bytes("\(folder)/headers.json") else { return nil }
    return try JSONValue(reading: ByteBuffer(bytes: bytes))[operation.name]
  }

  /// The folders of examples; those that end in `later` are our own after documents without any.
  static let all: [DocumentedExample] = ["sora", "imageflux", "sora-later", "imageflux-later"]
    .flatMap { folder in
      ControlOperations.all.map { DocumentedExample(folder: folder, operation: $0.operation) }
    }
    .filter { (try? $0.request()) != nil || (try? $0.reply()) != nil }

  var type: any ControlRequest.Type {
    get throws { try #require(ControlOperations.targeting(operation.target)) }
  }
}

@Suite struct DocumentedExamplesTests {
  @Test func allOperationsOfTheDocumentsHaveTheirExamples() {
    let sora = DocumentedExample.all.filter { $0.folder == "sora" }
    #expect(sora.count == 23)
    let shown = Set(DocumentedExample.all.map(\.operation.name))
    #expect(shown == Set(ControlOperations.all.map { $0.operation.name }))
  }

  @Test(arguments: DocumentedExample.all)
  func theHeaderIsTheDocuments(example: DocumentedExample) throws {
    guard let headers = try example.headers() else {
      #expect(example.folder.hasSuffix("later"))
      return
    }
    #expect(example.operation.target == headers["x-sora-target"]?.string)
    // What is sent without a body says no content type.
    #expect((headers["content-type"] == nil) == (try example.request() == nil))
  }

  @Test(arguments: DocumentedExample.all)
  func theRequestIsTheDocuments(example: DocumentedExample) throws {
    let shown = try example.request()
    let parameters = try #require((shown ?? [:]).object)
    #expect(example.operation.check(parameters).isEmpty)
    let request = try (try example.type).init(parameters: parameters)
    #expect(request.parameters == parameters)
    if parameters.isEmpty {
      #expect((shown == nil) == (example.operation.emptyBody == .none))
    }
  }

  @Test(arguments: DocumentedExample.all)
  func theReplyIsReadAndWrittenWithoutLoss(example: DocumentedExample) throws {
    guard let shown = try example.reply() else {
      #expect(example.operation.reply == "not documented")
      return
    }
    func roundTrip<Request: ControlRequest>(_: Request.Type) throws -> JSONValue? {
      try Request.Reply(json: shown).json
    }
    #expect(try roundTrip(try example.type) == shown)
  }
}
