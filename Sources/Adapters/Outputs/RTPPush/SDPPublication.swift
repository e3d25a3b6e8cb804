import Media
import NIOCore
import SDP

/// What a target's SDP file says, and what it should say next.
struct SDPPublication: Sendable {
  let path: String
  private let settings: RTPPushTargetSettings
  private var published: Content?
  private var version: UInt64 = 0

  /// nil if no file is asked for.
  init?(settings: RTPPushTargetSettings) {
    guard let path = settings.sdpFile else { return nil }
    self.path = path
    self.settings = settings
  }

  /// What the text depends on.
  fileprivate struct Content: Sendable, Equatable {
    var parameterSets: ParameterSets
    var address: String
  }

  /// A text that is to replace the file's.
  struct Change: Sendable {
    var text: String
    fileprivate var content: Content
    fileprivate var version: UInt64
  }

  /// What to write for `format`; nil if the file says so already.
  ///
  /// - Parameter destination: Where the packets go, the host name resolved.
  func change(for format: VideoFormat, destination: SocketAddress) -> Change? {
    guard let address = destination.ipAddress else { return nil }
    let content = Content(parameterSets: format.parameterSets, address: address)
    guard published != content else { return nil }
    let version = published == nil ? version : version &+ 1
    let isIPv4Multicast = destination.isMulticast && destination.protocol == .inet
    let description = SessionDescription.forwarding(
      profile: settings.profile, address: address,
      timeToLive: isIPv4Multicast ? settings.socket.multicastTTL : nil,
      port: UInt16(truncatingIfNeeded: settings.port), payloadType: settings.payloadType,
      format: format, version: version)
    return Change(text: description.serialized, content: content, version: version)
  }

  /// The file holds `change` now.
  mutating func wrote(_ change: Change) {
    published = change.content
    version = change.version
  }
}
