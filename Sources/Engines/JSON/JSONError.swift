/// Why bytes are not a JSON text, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Fault: Sendable, Hashable {
    /// The bytes end inside a value, or there are none.
    case ended
    /// Something else than `expected` stands there.
    case unexpected(expected: String)
    /// Arrays and objects inside each other, more than the limit.
    case nestedTooDeep(limit: Int)
    /// Digits of one number, more than the limit.
    case numberTooLong(limit: Int)
    case notUTF8
  }

  public var fault: Fault
  /// Bytes before it.
  public var offset: Int
  /// From 1.
  public var line: Int
  /// In bytes, from 1.
  public var column: Int

  public var description: String {
    let what =
      switch fault {
      case .ended: "the text ends too early"
      case .unexpected(let expected): "\(expected) is expected"
      case .nestedTooDeep(let limit): "nested more than \(limit) deep"
      case .numberTooLong(let limit): "a number of more than \(limit) characters"
      case .notUTF8: "a text that is not UTF-8"
      }
    return "line \(line), column \(column): \(what)"
  }
}
