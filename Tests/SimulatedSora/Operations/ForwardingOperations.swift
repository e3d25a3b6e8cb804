import Glibc
import JSON

extension SoraOperation {
  /// Streams on their way out as plain RTP.
  static let forwarding: [SoraOperation] = [
    taking(
      "Sora_20170814.StartForwardingRtp",
      [
        .required("channel_id", .identifier), .optional("connection_id", .identifier),
        .required("ip_address", .identifier), .required("audio_port", .integer(1...65535)),
        .required("video_port", .integer(1...65535)),
      ]
    ) { parameters, state in
      let publisher = try publisher(parameters, state)
      let address = parameters.text("ip_address")
      guard AddressFamily(of: address) != nil else { throw Refusal("INVALID_IP_ADDRESS") }
      guard !publisher.isSimulcast else { throw Refusal("SIMULCAST_IS_NOT_SUPPORTED") }
      if state.forwarding(of: publisher.id) != nil {
        guard state.acceptsForwardingTwice else { throw Refusal("ALREADY_FORWARDING") }
        state.forwardings.removeAll { $0.connectionID == publisher.id }
      }
      let forwarding = SoraForwarding(
        channelID: publisher.channelID, connectionID: publisher.id, address: address,
        audioPort: parameters.integer("audio_port"), videoPort: parameters.integer("video_port"))
      state.forwardings.append(forwarding)
      return ["sdp": .string(sdp(forwarding, of: publisher))]
    },
    taking(
      "Sora_20170814.StopForwardingRtp",
      [.required("channel_id", .identifier), .optional("connection_id", .identifier)]
    ) { parameters, state in
      let publisher = try publisher(parameters, state)
      if state.forwarding(of: publisher.id) == nil, state.refusesNeedlessStop {
        throw Refusal("NOT_FORWARDING")
      }
      state.forwardings.removeAll { $0.connectionID == publisher.id }
      // What was named is named again.
      return parameters.json
    },
  ]

  /// The publisher that is meant: the named one, or the only one.
  private static func publisher(
    _ parameters: Parameters, _ state: SoraState
  ) throws -> SoraConnection {
    if let id = parameters.optionalText("connection_id") {
      let connection = try state.connection(id, in: parameters.channelID)
      guard connection.role.sends else { throw Refusal("INVALID_ROLE") }
      return connection
    }
    let publishers = try state.members(required: parameters.channelID).filter(\.role.sends)
    guard let first = publishers.first else { throw Refusal("CONNECTION_NOT_FOUND") }
    guard publishers.count == 1 else { throw Refusal("CONNECTION_ID_IS_REQUIRED") }
    return first
  }

  /// The description of what is sent, in the form of the documents' example.
  static func sdp(_ forwarding: SoraForwarding, of publisher: SoraConnection) -> String {
    let family = AddressFamily(of: forwarding.address) ?? .ip4
    let connection = "c=IN \(family.rawValue) \(forwarding.address)"
    var lines = ["v=0", "o=- 0 0 IN IP4 0.0.0.0", "s=-", "t=0 0"]
    if publisher.hasAudio {
      lines += [
        "m=audio \(forwarding.audioPort) RTP/SAVPF 109", connection, "a=rtpmap:109 opus/48000/2",
      ]
    }
    if let video = publisher.video {
      let format =
        switch video {
        case .vp9: "max-fs=12288;max-fr=60"
        case .h264: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
        }
      lines += [
        "m=video \(forwarding.videoPort) RTP/SAVPF 120", connection,
        "a=rtpmap:120 \(video.rawValue)/90000", "a=fmtp:120 \(format)",
      ]
    }
    return lines.map { $0 + "\r\n" }.joined()
  }

  private enum AddressFamily: String {
    case ip4 = "IP4"
    case ip6 = "IP6"

    init?(of address: String) {
      var bytes = [UInt8](repeating: 0, count: 16)
      if inet_pton(AF_INET, address, &bytes) == 1 {
        self = .ip4
      } else if inet_pton(AF_INET6, address, &bytes) == 1 {
        self = .ip6
      } else {
        return nil
      }
    }
  }
}
