import Pipeline
import SoraControl

/// Settings of Sora's API and of its RTP forwarding, section `sora`.
///
/// | key | type | default | range |
/// |---|---|---|---|
/// | `enabled` | Boolean | false | keep a publisher forwarded |
/// | `apiURL` | URL | `http://127.0.0.1:3000/` | http or https, without a query |
/// | `accessToken`, `accessTokenFile` | secret, or path of a file with it | none | not on the command line |
/// | `caFile` | path | none: the system's CAs alone | PEM, CA certificates trusted besides; of use with https only |
/// | `channelID` | text | required if enabled | 1 to 255 bytes, no control characters |
/// | `connectionID` | text | none: the only publisher in the channel | as `channelID` |
/// | `address` | IP address | required if enabled | IPv4 or IPv6; Sora takes no names |
/// | `videoPort`, `audioPort` | number | 0: none | 0…65535, one of them at least if enabled |
/// | `requestKeyframe` | Boolean | true | ask for one when a forwarding has begun |
/// | `checkIntervalSeconds` | seconds | 2 | 0.5…60 |
/// | `requestTimeoutSeconds` | seconds for one call | 5 | 0.5…60 |
/// | `statisticsIntervalSeconds` | seconds | 5 | 0…3600, 0: never |
/// | `sdpFile` | path | none: no file | |
struct SoraForwardingSettings: Sendable {
  var isEnabled: Bool
  var endpoint: ControlEndpoint
  var goal: ForwardingGoal
  var rules: ForwardingRules
  var sdpFile: String?
  /// Whether anything says that there is a Sora, forwarding or not.
  var hasAPI: Bool

  private static let defaultURL = "http://127.0.0.1:3000/"

  init(reader: SettingsReader) {
    isEnabled = reader.bool("enabled", default: false)
    let url = reader.apiURL(default: Self.defaultURL)
    endpoint = ControlEndpoint(
      url: url, accessToken: reader.accessToken(),
      timeout: reader.seconds(
        "requestTimeoutSeconds", default: 5,
        in: ControlOperation.Service.sora.requestTimeoutRange),
      trustAnchors: reader.trustAnchors())
    let start = StartForwardingRtp.operation
    let channelID = reader.text("channelID", as: "channel_id", of: start) ?? ""
    let connectionID = reader.text("connectionID", as: "connection_id", of: start)
    let address = reader.text("address", as: "ip_address", of: start) ?? ""
    let videoPort = reader.int("videoPort", default: 0, in: 0...65_535)
    let audioPort = reader.int("audioPort", default: 0, in: 0...65_535)
    goal = ForwardingGoal(
      channelID: channelID, connectionID: connectionID,
      destination: ForwardingDestination(
        address: address, videoPort: videoPort == 0 ? nil : videoPort,
        audioPort: audioPort == 0 ? nil : audioPort))
    let statistics = reader.seconds("statisticsIntervalSeconds", default: 5, in: 0...3600)
    rules = ForwardingRules(
      requestsKeyframe: reader.bool("requestKeyframe", default: true),
      checkInterval: reader.seconds("checkIntervalSeconds", default: 2, in: 0.5...60),
      statisticsInterval: statistics == .zero ? nil : statistics)
    // What is off writes nothing.
    sdpFile = isEnabled ? reader.writtenFile("sdpFile") : reader.string("sdpFile")
    hasAPI =
      isEnabled || url != Self.defaultURL || endpoint.accessToken != nil || !channelID.isEmpty
    if isEnabled { reportMissing(to: reader) }
  }

  private func reportMissing(to reader: SettingsReader) {
    if reader.string("channelID") == nil {
      reader.report("channelID", value: nil, allowed: "given when sora.enabled is true")
    }
    if reader.string("address") == nil {
      reader.report(
        "address", value: nil,
        allowed: "given when sora.enabled is true: the IP address to forward to")
    }
    let (video, audio) = (goal.destination.videoPort, goal.destination.audioPort)
    if video == nil, audio == nil {
      reader.report(
        "videoPort", value: "0", allowed: "1 to 65535, unless sora.audioPort is given")
    }
    if let video, video == audio {
      reader.report("audioPort", value: "\(video)", allowed: "another port than sora.videoPort")
    }
  }
}
