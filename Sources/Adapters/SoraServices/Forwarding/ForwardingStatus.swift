import JSON
import Media
import Pipeline
import SDP
import SoraControl

/// The forwarding as the status page shows it.
struct ForwardingStatus {
  var report: ForwardingReport
  /// The newest SDP, though it may hold no longer.
  var description: String?
  var settings: SoraForwardingSettings
  var now: WallClockAnchor

  var value: StatusValue {
    let goal = settings.goal
    let counters = report.counters
    return .object([
      "apiURL": .string(settings.endpoint.url),
      "channelID": .string(goal.channelID),
      "connectionID": .text(report.connectionID),
      "isForwarding": .bool(report.since != nil),
      "forwardingSeconds": report.since.map { .seconds($0.duration(to: now.mediaTime)) } ?? .null,
      "address": .string(goal.destination.address),
      "videoPort": goal.destination.videoPort.map { .int($0) } ?? .null,
      "audioPort": goal.destination.audioPort.map { .int($0) } ?? .null,
      "sdp": .text(description),
      "media": media,
      "sdpFile": .text(settings.sdpFile),
      "forwardingsStarted": .int(counters.starts),
      "forwardingsRestored": .int(counters.restores),
      "keyframeRequests": .int(counters.keyframeRequests),
      "failures": .int(counters.failures),
      "stateFileError": .text(report.stateFileError),
      "lastFailure": .text(report.lastFailure.map(ForwardingAnnouncer.text)),
      "publisherStatistics": report.statistics.map { StatusValue($0) } ?? .null,
    ])
  }

  /// Codec and payload type of each media of the SDP.
  private var media: StatusValue {
    guard let description, let parsed = try? SessionDescription(parsing: description) else {
      return .null
    }
    let entries = parsed.media.map { media in
      let payloadType = media.formats.first.flatMap { UInt8($0) }
      let entry: [String: StatusValue] = [
        "type": .string(media.type), "port": .int(media.port),
        "transport": .string(media.transport),
        "payloadType": payloadType.map { .int($0) } ?? .null,
        "codec": .text(payloadType.flatMap { media.rtpMap(payloadType: $0) }),
        "parameters": .text(payloadType.flatMap { media.formatParameters(payloadType: $0) }),
      ]
      return StatusValue.object(entry)
    }
    return .array(entries)
  }
}
