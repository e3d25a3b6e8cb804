/// Ways to spoil well-formed bytes, for mutation tests of parsers.
public enum Mutation {
  /// `bytes` with one to four random faults: bits flipped, bytes replaced, runs removed,
  /// repeated or inserted, the end cut off.
  public static func mutate(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      applyFault(to: &result, using: &generator)
    }
    return result
  }

  private static func applyFault(to bytes: inout [UInt8], using generator: inout SeededGenerator) {
    guard !bytes.isEmpty else {
      bytes = (0..<8).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
      return
    }
    let position = Int.random(in: 0..<bytes.count, using: &generator)
    let length = Int.random(in: 1...min(16, bytes.count - position), using: &generator)
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: bytes[position] = UInt8.random(in: .min ... .max, using: &generator)
    case 2: bytes.removeSubrange(position..<(position + length))
    case 3: bytes.insert(contentsOf: bytes[position..<(position + length)], at: position)
    case 4:
      let extreme: [UInt8] = [0, 0xFF, 0x7F, 0x80, 0x0A, 0x0D]
      bytes[position] = extreme.randomElement(using: &generator) ?? 0
    default: bytes.removeSubrange(position...)
    }
  }
}
