/// A line being typed that is not shown, with the keys that edit it.
struct HiddenLine {
  enum Progress {
    case goOn
    case done
    /// The user wants out.
    case givenUp
  }

  private var bytes: [UInt8] = []

  /// What was typed and not erased.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The next byte from the terminal. Control characters that edit nothing are left out.
  mutating func typed(_ byte: UInt8) -> Progress {
    switch byte {
    case 0x0A, 0x0D:  // Return
      return .done
    case 0x03:  // Ctrl-C
      return .givenUp
    case 0x04:  // Ctrl-D
      return bytes.isEmpty ? .givenUp : .done
    case 0x08, 0x7F:  // Backspace
      eraseCharacter()
    case 0x15:  // Ctrl-U
      bytes.removeAll()
    case 0x00..<0x20:
      break
    default:
      bytes.append(byte)
    }
    return .goOn
  }

  /// One character of UTF-8, which may be several bytes.
  private mutating func eraseCharacter() {
    while let byte = bytes.popLast(), byte & 0xC0 == 0x80 {}
  }
}
