import Media
import SDP

/// What a target's SDP file says, and what it should say next.
struct SDPPublication: Sendable {
  let path: String
  private let settings: RTPPushTargetSettings
  private var published: ParameterSets?
  private var version: UInt64 = 0

  /// nil if no file is asked for.
  init?(settings: RTPPushTargetSettings) {
    guard let path = settings.sdpFile else { return nil }
    self.path = path
    self.settings = settings
  }

  /// A text that is to replace the file's.
  struct Change: Sendable {
    var text: String
    fileprivate var parameterSets: ParameterSets
    fileprivate var version: UInt64
  }

  /// What to write for `format`; nil if the file says so already.
  ///
  /// - Parameter address: Where the packets go, the host name resolved.
  func change(for format: VideoFormat, address: String) -> Change? {
    guard published != format.parameterSets else { return nil }
    let version = published == nil ? version : version &+ 1
    let description = SessionDescription.forwarding(
      profile: settings.profile, address: address,
      port: UInt16(truncatingIfNeeded: settings.port), payloadType: settings.payloadType,
      format: format, version: version)
    return Change(
      text: description.serialized, parameterSets: format.parameterSets, version: version)
  }

  /// The file holds `change` now.
  mutating func wrote(_ change: Change) {
    published = change.parameterSets
    version = change.version
  }
}
