import JSON

/// Gets the key of encrypted HLS.
public struct GetEncryptKey: ControlRequest, Hashable {
  public typealias Reply = EncryptKey
  public static let operation = ControlOperation(
    .imageFlux, "20200707", "GetEncryptKey",
    "Gets the key that the segments of an encrypted HLS stream are encrypted with.",
    keys: [ControlKey("kid", .text(bytes: 1...255), "ID of the key, as the playlist says it")],
    reply: "`encrypt_key`: 32 hexadecimal digits", documents: .imageFluxReference,
    repetition: .always)

  public var kid: String

  public init(kid: String) {
    self.kid = kid
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    kid = try CheckedParameters(parameters, of: Self.operation).text("kid")
  }

  public var parameters: [String: JSONValue] { ["kid": .string(kid)] }
}
