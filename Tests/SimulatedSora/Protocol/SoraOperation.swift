import JSON

/// One operation as the server knows it: what it takes and what it does.
struct SoraOperation: Sendable {

  /// An operation says no: status 400.
  struct Refusal: Error, Sendable, Hashable {
    var type: String
    var reason: JSONValue?

    init(_ type: String, reason: JSONValue? = nil) {
      self.type = type
      self.reason = reason
    }
  }

  /// `Sora_20170814.StartForwardingRtp`
  var target: String
  /// What is done without a body; nil if the operation needs one.
  var bare: (@Sendable (inout SoraState) throws -> JSONValue?)?
  /// What a body must be and what is done with it; nil if the operation takes none.
  var withBody: Body?
  /// Whether ImageFlux hands it on to its Sora, for channels of the customer's own.
  var isPassedOn = false

  struct Body: Sendable {
    var members: [JSONSchema.Member]
    var run: @Sendable (Parameters, inout SoraState) throws -> JSONValue?
  }

  /// The checked body of a call.
  struct Parameters: Sendable {
    var json: JSONValue

    func text(_ name: String) -> String { json[name]?.string ?? "" }
    func optionalText(_ name: String) -> String? { json[name]?.string }
    func integer(_ name: String) -> Int { json[name]?.integer ?? 0 }
    func flag(_ name: String) -> Bool { json[name]?.boolean ?? false }
    var channelID: String { text("channel_id") }
    var connectionID: String { text("connection_id") }
  }

  /// An operation without parameters.
  static func bare(
    _ target: String, isPassedOn: Bool = false,
    _ run: @escaping @Sendable (inout SoraState) throws -> JSONValue?
  ) -> SoraOperation {
    SoraOperation(target: target, bare: run, isPassedOn: isPassedOn)
  }

  /// An operation with parameters.
  static func taking(
    _ target: String, _ members: [JSONSchema.Member], isPassedOn: Bool = false,
    _ run: @escaping @Sendable (Parameters, inout SoraState) throws -> JSONValue?
  ) -> SoraOperation {
    SoraOperation(
      target: target, withBody: Body(members: members, run: run), isPassedOn: isPassedOn)
  }

  /// All of Sora's.
  static let sora: [String: SoraOperation] = table(
    signalling + forwarding + spotlight + simulcast + metadata + pausing + statistics
      + connections + messages)

  /// All of ImageFlux's, with those it hands on.
  static let imageFlux: [String: SoraOperation] = table(
    channels + archives + sora.values.filter(\.isPassedOn))

  private static func table(_ operations: [SoraOperation]) -> [String: SoraOperation] {
    Dictionary(operations.map { ($0.target, $0) }) { first, _ in first }
  }
}
