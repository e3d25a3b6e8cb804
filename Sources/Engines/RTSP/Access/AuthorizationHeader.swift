import SDP

/// What the `Authorization` header of a request says.
///
/// Source: RFC 7235 §2.1 and Appendix C, RFC 7617 §2, RFC 7616 §3.4.
enum AuthorizationHeader: Sendable, Hashable {
  case basic(username: String, password: String)
  case digest(DigestCredentials)
  /// A scheme or a Digest algorithm this server never offers.
  case unknown

  /// Bytes of a header value; real ones have a few hundred.
  static let limit = 4096
  private static let parameterLimit = 32

  var username: String? {
    switch self {
    case .basic(let username, _): username
    case .digest(let credentials): credentials.username
    case .unknown: nil
    }
  }

  /// - Throws: `RTSPError.authorizationMalformed` with the offset in bytes.
  init(parsing value: String) throws(RTSPError) {
    let bytes = Array(value.utf8)
    guard bytes.count <= Self.limit else {
      throw .authorizationMalformed(position: Self.limit)
    }
    let scheme = bytes.prefix { $0 != 0x20 && $0 != 0x09 }
    let name = String(decoding: scheme, as: UTF8.self)
    if name.isEqualIgnoringCase("Basic") {
      self = try Self.basic(value, from: scheme.endIndex)
    } else if name.isEqualIgnoringCase("Digest") {
      self = try Self.digest(bytes, from: scheme.endIndex)
    } else {
      self = .unknown
    }
  }

  private static func basic(
    _ value: String, from position: Int
  ) throws(RTSPError) -> AuthorizationHeader {
    let token = String(decoding: Array(value.utf8)[position...], as: UTF8.self).trimmed
    guard let login = Base64.decode(token), let colon = login.firstIndex(of: UInt8(ascii: ":"))
    else { throw .authorizationMalformed(position: position) }
    return .basic(
      username: String(decoding: login[..<colon], as: UTF8.self),
      password: String(decoding: login[(colon + 1)...], as: UTF8.self))
  }

  private static func digest(
    _ bytes: [UInt8], from position: Int
  ) throws(RTSPError) -> AuthorizationHeader {
    var reader = ParameterReader(bytes: bytes, position: position)
    var parameters: [String: ParameterReader.Value] = [:]
    while let (name, value) = try reader.next() {
      // Twice the same parameter could mean one thing to us and another to a check before us.
      guard parameters.updateValue(value, forKey: name) == nil,
        parameters.count <= parameterLimit
      else { throw .authorizationMalformed(position: reader.position) }
    }
    let algorithm = parameters["algorithm"].map { DigestAlgorithm(named: $0.raw) } ?? .md5
    guard let algorithm else { return .unknown }
    guard
      let credentials = DigestCredentials(
        algorithm: algorithm, parameters: parameters)
    else { throw .authorizationMalformed(position: bytes.count) }
    return .digest(credentials)
  }
}

/// The parameters a client shows with Digest authentication.
///
/// Source: RFC 7616 §3.4.
struct DigestCredentials: Sendable, Hashable {
  /// Protection against chosen plaintext: the client's own nonce and count.
  struct Protection: Sendable, Hashable {
    /// As sent, eight hex digits.
    var count: String
    var clientNonce: String
  }

  var algorithm: DigestAlgorithm
  var username: String
  var realm: String
  var nonce: String
  /// As sent; clients differ in which URL they name.
  var uri: String
  /// In hex digits.
  var response: [UInt8]
  /// Nil without `qop`, as from clients that know RFC 2069 only: GStreamer, live555, VLC.
  var protection: Protection?
}

extension DigestCredentials {
  /// Nil if a parameter is missing or has an impossible value.
  fileprivate init?(
    algorithm: DigestAlgorithm, parameters: [String: ParameterReader.Value]
  ) {
    guard let username = parameters["username"], let realm = parameters["realm"],
      let nonce = parameters["nonce"], let uri = parameters["uri"],
      let response = parameters["response"],
      response.raw.utf8.count == algorithm.digitCount,
      response.raw.utf8.allSatisfy({ $0.hexDigitValue != nil })
    else { return nil }
    self.algorithm = algorithm
    self.username = username.unescaped
    self.realm = realm.unescaped
    self.nonce = nonce.raw
    self.uri = uri.raw
    self.response = response.raw.utf8.map(\.asciiLowercase)
    guard let quality = parameters["qop"] else { return }
    guard quality.raw.isEqualIgnoringCase("auth"), let count = parameters["nc"],
      let clientNonce = parameters["cnonce"], count.raw.utf8.count == 8,
      count.raw.utf8.allSatisfy({ $0.hexDigitValue != nil })
    else { return nil }
    protection = Protection(count: count.raw, clientNonce: clientNonce.raw)
  }
}

/// Reads `name=token, name="quoted \"text\""`.
///
/// Source: RFC 7235 Appendix C (`auth-param`), RFC 7230 §3.2.6.
struct ParameterReader {
  struct Value: Sendable, Hashable {
    /// Between the quotation marks, escapes as they are: what digests are made of.
    var raw: String
    var unescaped: String
  }

  private let bytes: [UInt8]
  private(set) var position: Int

  init(bytes: [UInt8], position: Int) {
    self.bytes = bytes
    self.position = position
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// The next parameter, its name in lower case; nil at the end.
  mutating func next() throws(RTSPError) -> (String, Value)? {
    skip { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ",") }
    guard current != nil else { return nil }
    let name = take { $0.isTokenCharacter }
    skipSpace()
    guard !name.isEmpty, name.count <= 32, current == UInt8(ascii: "=") else {
      throw .authorizationMalformed(position: position)
    }
    position += 1
    skipSpace()
    let value: Value
    if current == UInt8(ascii: "\"") {
      value = try quoted()
    } else {
      let token = take { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\"") && $0 > 0x20 }
      let text = String(decoding: token, as: UTF8.self)
      value = Value(raw: text, unescaped: text)
    }
    skipSpace()
    guard current == nil || current == UInt8(ascii: ",") else {
      throw .authorizationMalformed(position: position)
    }
    return (String(decoding: name, as: UTF8.self).lowercased(), value)
  }

  private mutating func quoted() throws(RTSPError) -> Value {
    position += 1
    let start = position
    var unescaped: [UInt8] = []
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        return Value(
          raw: String(decoding: bytes[start..<(position - 1)], as: UTF8.self),
          unescaped: String(decoding: unescaped, as: UTF8.self))
      case UInt8(ascii: "\\"):
        guard let escaped = current else { throw .authorizationMalformed(position: position) }
        position += 1
        unescaped.append(escaped)
      default:
        unescaped.append(byte)
      }
    }
    throw .authorizationMalformed(position: start)
  }

  private mutating func take(while isWanted: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    let start = position
    skip(while: isWanted)
    return bytes[start..<position]
  }

  private mutating func skip(while isWanted: (UInt8) -> Bool) {
    while let current, isWanted(current) { position += 1 }
  }

  private mutating func skipSpace() { skip { $0 == 0x20 || $0 == 0x09 } }
}
