import Media

/// One value of the status page; its JSON form is what `/status` shows.
public enum StatusValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case array([StatusValue])
  case object([String: StatusValue])

  public static func int(_ value: some BinaryInteger) -> StatusValue {
    .int(Int64(clamping: value))
  }

  /// A text, or null.
  public static func text(_ value: String?) -> StatusValue { value.map { .string($0) } ?? .null }

  /// Seconds with three decimals.
  public static func seconds(_ value: Duration) -> StatusValue { .rounded(value.inSeconds) }

  /// A number with three decimals; not-a-number and infinities become null, as JSON has none.
  public static func rounded(_ value: Double) -> StatusValue {
    value.isFinite ? .double((value * 1000).rounded() / 1000) : .null
  }
}

extension StatusValue: Encodable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .int(let value): try container.encode(value)
    case .double(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let members): try container.encode(members)
    }
  }
}
