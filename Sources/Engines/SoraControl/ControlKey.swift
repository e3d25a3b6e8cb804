import JSON

/// A key of an operation's parameters: what it means, and which values may be sent.
public struct ControlKey: Sendable, Hashable {
  /// What values are allowed.
  public enum Kind: Sendable, Hashable {
    /// Text of so many bytes of UTF-8, without control characters: it goes into logs and URLs.
    case text(bytes: ClosedRange<Int>)
    /// Text of so many bytes of UTF-8 that may have several lines, as a file has.
    case lines(bytes: ClosedRange<Int>)
    /// One of these texts.
    case choice([String])
    case integer(ClosedRange<Int>)
    /// A number, whole or not.
    case number(ClosedRange<Double>)
    case boolean
    /// An IPv4 or IPv6 address, not a name.
    case ipAddress
    /// An absolute URL with one of these schemes, or nothing if `mayBeEmpty`.
    case url(schemes: [String], mayBeEmpty: Bool)
    /// An object with any members.
    case object
    /// Any JSON value.
    case any
    /// An object with these members and no others.
    case record([ControlKey])
    /// A list of such objects, at least one.
    case records([ControlKey])
  }

  /// As it is sent, for example `channel_id`.
  public var name: String
  public var kind: Kind
  public var isRequired: Bool
  /// Whether the value must not be shown, logged or given as an argument.
  public var isSecret: Bool
  /// What it is, a few words for people.
  public var summary: String

  public init(
    _ name: String, _ kind: Kind, _ summary: String, isRequired: Bool = true,
    isSecret: Bool = false
  ) {
    self.name = name
    self.kind = kind
    self.summary = summary
    self.isRequired = isRequired
    self.isSecret = isSecret
  }

  /// The same key where it may be left out.
  public var optional: ControlKey {
    var key = self
    key.isRequired = false
    return key
  }

  /// The name as commands write it behind two dashes: `channel-id`.
  public var optionName: String { KebabCase.of(name) }
}

/// One thing that is wrong with the parameters of a call.
public struct ControlKeyProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where it is, for example `channel_id` or `hls[0].video.width`.
  public var key: String
  /// The value as given, short; nil if it is missing or secret.
  public var value: String?
  /// What is allowed, the end of a sentence: `1 to 255 bytes`.
  public var allowed: String
  /// The key that `allowed` is about, at its end; nil if it is about none.
  public var other: String?

  public init(key: String, value: String?, allowed: String, other: String? = nil) {
    self.key = key
    self.value = value
    self.allowed = allowed
    self.other = other
  }

  public var description: String {
    let given = value.map { " = \($0)" } ?? ""
    return "\(key)\(given): must be \(allowed)" + (other.map { " \($0)" } ?? "")
  }
}
