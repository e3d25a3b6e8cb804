/// One operation of Sora's HTTP API, or of ImageFlux's, which has the same form.
///
/// Everything about an operation that does not depend on a call is said here once: commands,
/// checks, help and documents are made of it.
///
/// Source: swidden, the HTTP layer of Sora: `POST /` with a header `x-sora-target` that says
/// `Service_YYYYMMDD.Operation`.
public struct ControlOperation: Sendable, Hashable {
  /// Keys that are wanted where a key's URL has a certain scheme.
  public struct SchemeKeys: Sendable, Hashable {
    /// The key with the URL.
    public var key: String
    /// Without the `://`.
    public var scheme: String
    public var wanted: [String]
    /// Keys of which one does for all.
    public var oneOf: [String]

    public init(_ key: String, _ scheme: String, wants wanted: [String], oneOf: [String] = []) {
      self.key = key
      self.scheme = scheme
      self.wanted = wanted
      self.oneOf = oneOf
    }
  }

  /// Whose operation it is.
  public enum Service: String, Sendable, Hashable, CaseIterable {
    case sora = "Sora"
    case imageFlux = "ImageFlux"
  }

  /// When a call may be sent again because its answer did not come.
  public enum Repetition: Sendable, Hashable {
    /// Doing it twice is as good as once.
    case always
    /// Only if the first call cannot have reached the server.
    case ifUnsent
  }

  /// What is sent when no key is given.
  public enum EmptyBody: Sendable, Hashable {
    /// No body at all: Sora knows the operation by its absence.
    case none
    /// `{}`.
    case object
  }

  /// Which documents describe it.
  public enum Documents: String, Sendable, Hashable, CaseIterable {
    case soraExperimental = "Sora, experimental API (2017 to 2020)"
    case soraPausing = "Sora, stopping and resuming RTP streams (2020)"
    case soraLater = "Sora, API of later versions"
    case imageFluxQuickStart = "ImageFlux, quick start (2020)"
    case imageFluxReference = "ImageFlux, API reference"
  }

  public var service: Service
  /// Eight digits: the day the operation came with.
  public var version: String
  /// As the documents write it, for example `StartForwardingRtp`.
  public var name: String
  /// What it does, one sentence for people.
  public var summary: String
  /// What a caller should know besides; nil if there is nothing.
  public var remark: String?
  public var keys: [ControlKey]
  /// Names of keys of which one must be given, though none of them must be.
  public var oneOf: [String]
  /// What the schemes of URLs want besides.
  public var schemeKeys: [SchemeKeys]
  /// Names of keys whose values must differ from each other.
  public var distinct: [String]
  /// What is answered, a few words for people.
  public var reply: String
  public var documents: Documents
  public var repetition: Repetition
  public var emptyBody: EmptyBody
  /// Whether ImageFlux, too, has it for its own channels.
  public var isPassedOnByImageFlux: Bool

  public init(
    _ service: Service, _ version: String, _ name: String, _ summary: String,
    remark: String? = nil, keys: [ControlKey] = [], oneOf: [String] = [],
    schemeKeys: [SchemeKeys] = [], distinct: [String] = [], reply: String = "",
    documents: Documents = .soraLater,
    repetition: Repetition = .ifUnsent, emptyBody: EmptyBody = .none,
    isPassedOnByImageFlux: Bool = false
  ) {
    self.service = service
    self.version = version
    self.name = name
    self.summary = summary
    self.remark = remark
    self.keys = keys
    self.oneOf = oneOf
    self.schemeKeys = schemeKeys
    self.distinct = distinct
    self.reply = reply
    self.documents = documents
    self.repetition = repetition
    self.emptyBody = emptyBody
    self.isPassedOnByImageFlux = isPassedOnByImageFlux
  }

  /// The scheme that wants a key that is not always required: `s3`.
  public func scheme(wanting name: String) -> String? {
    schemeKeys.first { $0.wanted.contains(name) || $0.oneOf.contains(name) }?.scheme
  }

  /// Value of the header `x-sora-target`.
  public var target: String { "\(service.rawValue)_\(version).\(name)" }

  /// The name as commands write it: `start-forwarding-rtp`, `list-playlist-urls`.
  public var commandName: String { KebabCase.of(name) }
}

/// Names as commands write them.
enum KebabCase {
  /// Words begin at a capital letter that follows a small one, and at the last capital letter of
  /// several if a small one follows it: `CreateRTMPChannel` is `create-rtmp-channel`,
  /// `ListPlaylistURLs` is `list-playlist-urls`.
  static func of(_ name: String) -> String {
    let letters = Array(name)
    var result = ""
    for (index, letter) in letters.enumerated() {
      if letter == "_" {
        result += "-"
        continue
      }
      let follows = index > 0 && letters[index - 1] != "_"
      let afterSmall = follows && !letters[index - 1].isUppercase
      // The s of a plural belongs to the acronym before it.
      let rest = letters[(index + 1)...]
      let beforeSmall =
        rest.first.map { !$0.isUppercase } ?? false
        && !(rest.first == "s" && (rest.count == 1 || rest.dropFirst().first?.isUppercase == true))
      if letter.isUppercase, follows, afterSmall || beforeSmall { result += "-" }
      result += letter.lowercased()
    }
    return result
  }
}
