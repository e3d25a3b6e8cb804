import Media
import Pipeline

extension ViewingStatus {
  /// The part of the status page about what viewers see.
  var status: StatusValue {
    .object([
      "camera": .text(presence.cameraName),
      "presence": .string(presence.state.name),
      "awayReason": .text(presence.state.awayReason?.rawValue),
      "presenceSeconds": .seconds(presenceFor),
      "isOffline": .bool(offlineFor != nil),
      "offlineSeconds": offlineFor.map { .seconds($0) } ?? .null,
      "offlinePeriods": .int(offlinePeriods),
      "offlinePictures": .int(offlinePictures),
      "isVideoWanted": .bool(isVideoWanted),
      "pictureRequests": .int(pictureRequests),
    ])
  }

  /// One for each state, and one for each reason to be away.
  private var presenceSamples: [MetricFamily.Sample] {
    let others = CameraPresence.State.names.filter { $0 != "away" }.map { ($0, "") }
    let away = AwayReason.allCases.map { ("away", $0.rawValue) }
    return (others + away).map { state, reason in
      let isPresent =
        presence.state.name == state && presence.state.awayReason?.rawValue ?? "" == reason
      return MetricFamily.Sample(
        labels: MetricLabels([("state", state), ("reason", reason)]), value: isPresent ? 1 : 0)
    }
  }

  /// The same as metrics.
  var families: [MetricFamily] {
    [
      MetricFamily(
        name: "bridge_viewing_presence", kind: .gauge,
        help: "1 for what the camera is to viewers and why it is away, 0 for the others.",
        samples: presenceSamples),
      MetricFamily(
        "bridge_viewing_offline", .gauge,
        "1 while viewers get the offline picture, or are refused.", offlineFor == nil ? 0 : 1),
      MetricFamily(
        "bridge_viewing_offline_periods_total", .counter,
        "Times that viewers lost sight of the camera.", Double(offlinePeriods)),
      MetricFamily(
        "bridge_viewing_offline_pictures_total", .counter,
        "Offline pictures encoded for viewers.", Double(offlinePictures)),
      MetricFamily(
        "bridge_viewing_demand", .gauge, "1 while anybody wants pictures.", isWanted ? 1 : 0),
    ]
  }
}
