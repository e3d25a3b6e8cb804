/// The class of service that routers on the way may give a packet (DSCP), 0…63.
///
/// Source: RFC 2474 §3; names from RFC 2474, 2597, 3246, 5865 and 8622.
struct DiffServCodePoint: RawRepresentable, Sendable, Hashable {
  let rawValue: UInt8

  static let bestEffort = DiffServCodePoint(code: 0)

  /// nil above 63.
  init?(rawValue: UInt8) {
    guard rawValue < 64 else { return nil }
    self.rawValue = rawValue
  }

  private init(code: UInt8) { rawValue = code }

  /// What the settings may say, for messages.
  static let spelling =
    "a number from 0 to 63 or a name: BE, LE, CS0 to CS7, AF11 to AF43, EF, VA"

  /// Reads a number or a name, small or capital letters.
  init?(text: String) {
    if let number = UInt8(text) {
      self.init(rawValue: number)
      return
    }
    guard let code = Self.code(named: text.uppercased()) else { return nil }
    self.init(code: code)
  }

  private static func code(named name: String) -> UInt8? {
    switch name {
    case "BE", "DF": return 0
    case "LE": return 1
    case "VA": return 44
    case "EF": return 46
    default: break
    }
    // Other bytes than digits become numbers that no class has.
    let digits = name.utf8.dropFirst(2).map { $0 &- UInt8(ascii: "0") }
    switch (name.prefix(2), digits.count) {
    case ("CS", 1) where digits[0] < 8: return digits[0] * 8
    case ("AF", 2) where (1...4).contains(digits[0]) && (1...3).contains(digits[1]):
      return digits[0] * 8 + digits[1] * 2
    default: return nil
    }
  }

  /// The octet in the IP header (TOS, traffic class), without congestion notification.
  var octet: UInt8 { rawValue << 2 }
}
