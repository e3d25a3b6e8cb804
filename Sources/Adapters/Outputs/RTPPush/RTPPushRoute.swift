import Media
import NIOCore
import Pipeline
import SDP

/// Where a target's packets go and what they look like: what the settings say, and for the rest
/// what Sora says of the stream it forwards.
struct RTPPushRoute: Sendable, Hashable {
  /// An address or a host name, without brackets.
  var host: String
  var port: Int
  var payloadType: UInt8
  /// nil: the settings say everything.
  var forwarded: ForwardedStream?

  /// Whether ``host`` has to be looked up, and may change.
  var isHostName: Bool {
    !host.contains(":") && (try? SocketAddress(ipAddress: host, port: 0)) == nil
  }

  /// Whether the same socket will do.
  func leadsToSamePlace(as other: RTPPushRoute?) -> Bool {
    host == other?.host && port == other?.port
  }

  /// Whether a receiver set up for Sora's description may be unable to decode `format`.
  func isExceeded(by format: VideoFormat) -> Bool {
    guard let expected = forwarded?.parameters.profileLevelID,
      let decoder = H264ProfileLevel(profileLevelID: expected),
      let stream = format.parameterSets.profileLevelID.flatMap(H264ProfileLevel.init)
    else { return false }
    return !stream.isDecodable(byDecoderOf: decoder)
  }
}

/// What a target is to do, by what another server says about its own stream.
enum RTPPushOrder: Sendable, Hashable {
  case send(RTPPushRoute)
  /// The form is the other server's, which has not said what it is.
  case awaitDescription
  /// The other server sends by itself.
  case standBy
  case fail(RTPPushError)
}

extension RTPPushTargetSettings {
  /// Whether what Sora says matters to this target.
  var heedsSora: Bool { profile == .fromSora || standsBy }

  /// What to do while Sora says `description`; nil: it has said nothing.
  func order(_ description: PeerDescriptions.Description?) -> RTPPushOrder {
    let order = profile == .fromSora ? mirror(description) : .send(ownRoute)
    if case .send = order, standsBy, description?.isForwarding == true { return .standBy }
    return order
  }

  /// The route of a target that needs nobody's description.
  private var ownRoute: RTPPushRoute {
    RTPPushRoute(
      host: address ?? "", port: port ?? 0,
      payloadType: payloadType ?? profile.form.defaultPayloadType)
  }

  private func mirror(_ description: PeerDescriptions.Description?) -> RTPPushOrder {
    guard let text = description?.text else { return .awaitDescription }
    do {
      let stream = try ForwardedStream(parsing: text)
      guard let host = address ?? stream.address else { return .fail(.noAddress) }
      guard address != nil || Self.isUsableAddress(host) else {
        return .fail(.unusableAddress)
      }
      let port = port ?? Int(stream.port)
      // Sender reports go to the port above.
      guard !sendsReports || port < 65_535 else { return .fail(.noPortForReports) }
      return .send(
        RTPPushRoute(
          host: host, port: port, payloadType: payloadType ?? stream.payloadType,
          forwarded: stream))
    } catch {
      return .fail(.unusableDescription(error))
    }
  }
}
