import Media
import Pipeline

/// How much passes through the line per second, over the last ten seconds.
struct LineRates: Sendable {
  /// Totals at one moment.
  struct Sample: Sendable, Equatable {
    var time: MediaTime
    var pictures: UInt64
    var inputBytes: UInt64
    var replaced: UInt64
    var encoded: UInt64
    var encodedBytes: UInt64
    var codecTime: Duration
  }

  /// Time between two samples.
  static let interval: Duration = .seconds(1)
  private static let window = 10
  private var samples: [Sample] = []

  /// Takes note of the totals; to be called once per `interval`.
  mutating func note(_ sample: Sample) {
    samples.append(sample)
    if samples.count > Self.window + 1 { samples.removeFirst() }
  }

  /// Rates between the oldest sample and `now`; null until there is a sample to compare with.
  func status(now: Sample) -> StatusValue {
    guard let first = samples.first, first.time < now.time else { return .null }
    let seconds = first.time.duration(to: now.time).inSeconds
    func rate(_ total: KeyPath<Sample, UInt64>, scale: Double = 1) -> StatusValue {
      .rounded(Double(now[keyPath: total] &- first[keyPath: total]) * scale / seconds)
    }
    let busy = (now.codecTime - first.codecTime).inSeconds / seconds
    return .object([
      "overSeconds": .rounded(seconds),
      "inputPicturesPerSecond": rate(\.pictures),
      "inputKbps": rate(\.inputBytes, scale: 0.008),
      "replacedPicturesPerSecond": rate(\.replaced),
      "encodedPicturesPerSecond": rate(\.encoded),
      "encodedKbps": rate(\.encodedBytes, scale: 0.008),
      "encoderBusyPercent": .rounded(busy * 100),
    ])
  }
}

extension LineRates.Sample {
  init(_ statistics: LineStatistics, at time: MediaTime) {
    self.init(
      time: time, pictures: statistics.slot.received, inputBytes: statistics.slot.bytes,
      replaced: statistics.slot.replaced, encoded: statistics.encoder.encoded,
      encodedBytes: statistics.hub.bytes,
      codecTime: statistics.encoder.decodeTime + statistics.encoder.encodeTime)
  }
}
