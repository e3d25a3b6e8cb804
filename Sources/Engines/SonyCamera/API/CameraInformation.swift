/// What a camera said about itself and does not change; grows while it is asked.
public struct CameraInformation: Sendable, Hashable {
  /// Longest list of versions that is kept.
  static let versionLimit = 16

  /// API versions; nil if not told.
  public var versions: [String]?
  public var application: CameraApplication?
  /// Everything it ever offered; a hint, real lists are incomplete.
  public var methods: Set<CameraMethod>?
  /// How the camera tells what it is doing.
  public var eventSupport = EventSupport.unknown
  /// What it did not accept of the setup, by the newest try.
  public var setupRefusals: [SetupItem: SetupRefusal] = [:]

  /// Of what it refused, what an operator was told about: once is enough.
  public var noticedRefusals: Set<SetupItem> = []

  public init() {}
}
