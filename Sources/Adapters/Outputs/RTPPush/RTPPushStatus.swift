import Media
import Pipeline
import SDP

extension RTPPushTarget {
  /// This target's part of the status page.
  nonisolated func status(state: State?) -> StatusValue {
    let counters = counters
    return .object([
      "state": .string(Self.name(of: state)),
      "address": .string(settings.address),
      "port": .int(settings.port),
      "profile": .string(settings.profile.rawValue),
      "payloadType": .int(settings.payloadType),
      "ssrc": .int(ssrc),
      "sourcePort": .int(counters.sourcePort),
      "isListening": .bool(!isRefused),
      "accessUnits": .int(counters.accessUnits),
      "accessUnitsSkipped": .int(counters.skipped),
      "packets": .int(counters.packets),
      "bytes": .int(counters.octets),
      "packetsRefused": .int(counters.refused),
      "packetsFailed": .int(counters.sendFailures),
      "keyframeRequests": .int(counters.keyframeRequests),
      "socketsOpened": .int(counters.socketsOpened),
      "sdpFile": .text(settings.sdpFile),
      "lastError": .text(counters.lastError),
    ])
  }

  private static func name(of state: State?) -> String {
    switch state {
    case nil: "starting"
    case .waitingForPictures: "waiting"
    case .sending: "running"
    case .failing: "retrying"
    }
  }
}
