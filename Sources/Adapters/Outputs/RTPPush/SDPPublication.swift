import Media
import NIOCore
import SDP

/// What a target's SDP file says, and what it should say next.
struct SDPPublication: Sendable {
  let path: String
  private let settings: RTPPushTargetSettings
  /// nil: the target does not know yet where to send.
  private var route: RTPPushRoute?
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
    var route: RTPPushRoute
    /// nil: Sora's words for the format are taken.
    var parameterSets: ParameterSets?
    var address: String
  }

  /// A text that is to replace the file's.
  struct Change: Sendable {
    var text: String
    fileprivate var content: Content
    fileprivate var version: UInt64
  }

  /// The target sends along `route` from now on.
  mutating func take(_ route: RTPPushRoute) { self.route = route }

  /// What to write for `format`; nil if the file says so already.
  ///
  /// - Parameter destination: Where the packets go, the host name resolved.
  func change(for format: VideoFormat, destination: SocketAddress) -> Change? {
    guard let route, let address = destination.ipAddress else { return nil }
    let content = Content(
      route: route, parameterSets: route.forwarded == nil ? format.parameterSets : nil,
      address: address)
    guard published != content else { return nil }
    let version = published == nil ? version : version &+ 1
    let isIPv4Multicast = destination.isMulticast && destination.protocol == .inet
    let timeToLive = isIPv4Multicast ? settings.socket.multicastTTL : nil
    let description: SessionDescription
    if let forwarded = route.forwarded {
      description = mirrored(forwarded, route, address: address, timeToLive: timeToLive)
    } else {
      description = .forwarding(
        profile: settings.profile.form, address: address, timeToLive: timeToLive,
        port: UInt16(truncatingIfNeeded: route.port), payloadType: route.payloadType,
        format: format, version: version)
    }
    return Change(text: description.serialized, content: content, version: version)
  }

  /// Sora's own words, but for what the settings want otherwise.
  private func mirrored(
    _ forwarded: ForwardedStream, _ route: RTPPushRoute, address: String, timeToLive: UInt8?
  ) -> SessionDescription {
    var connection: SessionDescription.Connection?
    if settings.address != nil {
      connection = SessionDescription.Connection(address: address)
      if let timeToLive { connection?.address += "/\(timeToLive)" }
    }
    return forwarded.sessionDescription(
      connection: connection,
      port: settings.port == nil ? nil : UInt16(truncatingIfNeeded: route.port),
      payloadType: settings.payloadType)
  }

  /// The file holds `change` now.
  mutating func wrote(_ change: Change) {
    published = change.content
    version = change.version
  }
}
