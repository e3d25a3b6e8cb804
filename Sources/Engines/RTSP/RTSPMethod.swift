/// The methods of RFC 2326 §10; anything else is kept as text.
public enum RTSPMethod: Sendable, Hashable {
  case options
  case describe
  case setup
  case play
  case pause
  case teardown
  case getParameter
  case setParameter
  case announce
  case record
  case redirect
  case other(String)

  private static let known: [String: RTSPMethod] = [
    "OPTIONS": .options, "DESCRIBE": .describe, "SETUP": .setup, "PLAY": .play, "PAUSE": .pause,
    "TEARDOWN": .teardown, "GET_PARAMETER": .getParameter, "SET_PARAMETER": .setParameter,
    "ANNOUNCE": .announce, "RECORD": .record, "REDIRECT": .redirect,
  ]

  /// Method names are case-sensitive (RFC 2326 §6.1).
  public init(_ name: String) {
    self = Self.known[name] ?? .other(name)
  }

  public var name: String {
    switch self {
    case .options: "OPTIONS"
    case .describe: "DESCRIBE"
    case .setup: "SETUP"
    case .play: "PLAY"
    case .pause: "PAUSE"
    case .teardown: "TEARDOWN"
    case .getParameter: "GET_PARAMETER"
    case .setParameter: "SET_PARAMETER"
    case .announce: "ANNOUNCE"
    case .record: "RECORD"
    case .redirect: "REDIRECT"
    case .other(let name): name
    }
  }

  /// What this server does, in the order of the `Public` header.
  static let supported: [RTSPMethod] = [
    .options, .describe, .setup, .play, .pause, .teardown, .getParameter, .setParameter,
  ]

  /// Value of a `Public` or `Allow` header.
  static func list(_ methods: [RTSPMethod]) -> String {
    methods.map(\.name).joined(separator: ", ")
  }
}
