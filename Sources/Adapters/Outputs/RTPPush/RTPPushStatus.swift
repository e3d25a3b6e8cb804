import Media
import Pipeline
import RTP
import SDP

extension RTPPushTarget {
  /// This target's part of the status page.
  nonisolated func status(state: State?) -> StatusValue {
    let (counters, reception, route) = (counters, reception, presentRoute)
    let hasReports = reception.reportCount > 0
    return .object([
      "state": .string(Self.name(of: state)),
      "isPaused": .bool(pauseSwitch.isPaused),
      "isStandingBy": .bool(isStandingBy),
      "address": .text(settings.address ?? route?.host),
      "resolvedAddress": .text(counters.destination),
      "port": (settings.port ?? route?.port).map { .int($0) } ?? .null,
      "profile": .string(settings.profile.rawValue),
      "payloadType": (settings.payloadType ?? route?.payloadType).map { .int($0) } ?? .null,
      "ssrc": .int(ssrc),
      "sourcePort": .int(counters.sourcePort),
      "isListening": .bool(!isRefused),
      "accessUnits": .int(counters.accessUnits),
      "accessUnitsSkipped": .int(counters.skipped),
      "packets": .int(counters.packets),
      "bytes": .int(counters.octets),
      "packetsRefused": .int(counters.refused),
      "packetsFailed": .int(counters.sendFailures),
      "packetsReportedLost": .int(counters.packetsReportedLost),
      "packetsRetransmitted": .int(counters.packetsRetransmitted),
      "retransmissionsRefused": .int(counters.retransmissionsRefused),
      "keyframeRequests": .int(counters.keyframeRequests),
      "receiverReports": .int(reception.reportCount),
      "lossRatio": hasReports ? .rounded(reception.lossRatio) : .null,
      "jitterMilliseconds": hasReports ? .rounded(reception.jitter.inMilliseconds) : .null,
      "roundTripMilliseconds": reception.roundTripTime.map { .rounded($0.inMilliseconds) } ?? .null,
      "addressChanges": .int(counters.addressChanges),
      "routeChanges": .int(counters.routeChanges),
      "socketsOpened": .int(counters.socketsOpened),
      "sdpFile": .text(settings.sdpFile),
      "lastError": .text(counters.lastError),
      "lastErrorAt": .text(counters.lastErrorAt?.iso8601),
    ])
  }

  private static func name(of state: State?) -> String {
    switch state {
    case nil: "starting"
    case .waitingForPictures, .waitingForDescription: "waiting"
    case .standingBy: "standby"
    case .paused: "paused"
    case .sending: "running"
    case .failing: "retrying"
    }
  }
}
