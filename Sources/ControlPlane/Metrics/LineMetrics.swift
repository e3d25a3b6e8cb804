import Media
import Pipeline

/// The line's totals and the components' states as metrics, read at the moment of the scrape.
struct LineMetrics: Sendable {
  private let line: StreamLine
  private let board: StatusBoard

  init(line: StreamLine, board: StatusBoard) {
    self.line = line
    self.board = board
  }

  func families() -> [MetricFamily] {
    let statistics = line.statistics
    return Self.input(statistics.slot, pictureAge: line.newestPicture()?.age)
      + Self.encoder(statistics.encoder, replaced: statistics.slot.replaced)
      + Self.hub(statistics.hub, keyframeRequests: statistics.slot.keyframeRequests)
      + line.viewing.families + Self.components(board.components)
  }

  private static func input(
    _ slot: FrameSlot.Statistics, pictureAge: Duration?
  ) -> [MetricFamily] {
    var families = [
      MetricFamily(
        "bridge_input_pictures_total", .counter, "Pictures the camera delivered.",
        Double(slot.received)),
      MetricFamily(
        "bridge_input_bytes_total", .counter, "Bytes of those pictures.", Double(slot.bytes)),
    ]
    if let pictureAge {
      families.append(
        MetricFamily(
          "bridge_input_picture_age_seconds", .gauge, "Age of the newest picture.",
          pictureAge.inSeconds))
    }
    return families
  }

  private static func encoder(
    _ encoder: EncoderCounters, replaced: UInt64
  ) -> [MetricFamily] {
    [
      MetricFamily(
        "bridge_encoder_pictures_total", .counter,
        "Pictures encoded, repeated and offline ones included.", Double(encoder.encoded)),
      MetricFamily(
        "bridge_encoder_pictures_repeated_total", .counter,
        "Pictures encoded again to give a viewer an IDR at once.", Double(encoder.repeated)),
      MetricFamily(
        "bridge_encoder_pictures_replaced_total", .counter,
        "Pictures that a newer one replaced before the encoder took them.", Double(replaced)),
      MetricFamily(
        "bridge_encoder_pictures_corrupt_total", .counter,
        "Pictures skipped because they could not be decoded whole.", Double(encoder.corrupt)),
      MetricFamily(
        "bridge_encoder_pictures_failed_total", .counter, "Pictures the encoder refused.",
        Double(encoder.failed)),
      MetricFamily(
        "bridge_encoder_decode_seconds_total", .counter, "Time spent decoding.",
        encoder.decodeTime.inSeconds),
      MetricFamily(
        "bridge_encoder_encode_seconds_total", .counter, "Time spent encoding.",
        encoder.encodeTime.inSeconds),
    ]
  }

  private static func hub(_ hub: StreamCounters, keyframeRequests: UInt64) -> [MetricFamily] {
    [
      MetricFamily(
        "bridge_hub_access_units_total", .counter, "Access units handed out.",
        Double(hub.accessUnits)),
      MetricFamily(
        "bridge_hub_idrs_total", .counter, "Access units that are IDRs.", Double(hub.idrs)),
      MetricFamily(
        "bridge_hub_bytes_total", .counter, "Bytes of those access units, once each.",
        Double(hub.bytes)),
      MetricFamily(
        "bridge_hub_keyframe_requests_total", .counter,
        "Keyframe requests of any origin, before they are merged.", Double(keyframeRequests)),
      MetricFamily(
        "bridge_hub_subscribers", .gauge, "Subscribers of the stream.",
        Double(hub.subscriberCount)),
    ]
  }

  private static func components(_ components: [StatusBoard.Entry]) -> [MetricFamily] {
    let states = components.flatMap { entry in
      ComponentState.allCases.map { state in
        MetricFamily.Sample(
          labels: MetricLabels([("component", entry.name), ("state", state.rawValue)]),
          value: entry.state == state ? 1 : 0)
      }
    }
    let sessions = components.map { entry in
      MetricFamily.Sample(
        labels: MetricLabels([("component", entry.name)]), value: Double(entry.sessions))
    }
    return [
      MetricFamily(
        name: "bridge_component_state", kind: .gauge,
        help: "1 for the state each component is in, 0 for the others.", samples: states),
      MetricFamily(
        name: "bridge_component_sessions_total", kind: .counter,
        help: "Sessions each component began.", samples: sessions),
    ]
  }
}
