/// What is printed.
struct Result: Encodable {
  var pictures: Int
  var distinctPictures: Int
  var size: String
  var preset: String
  var profile: String
  var threads: Int
  var bitrateKbps: Int
  var measuredKbps: Double
  var idrs: Int
  var realTime: Bool
  var decodeMicroseconds: Spread
  var encodeMicroseconds: Spread
  var totalMicroseconds: Spread
  /// User and system time of the whole process, waiting included.
  var processMicrosecondsPerPicture: Double
}

/// Mean and percentiles of a series.
struct Spread: Encodable {
  var mean: Double
  var median: Double
  var percentile99: Double

  init(_ values: [Double]) {
    let sorted = values.sorted()
    mean = values.reduce(0, +) / Double(max(1, values.count))
    median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    percentile99 = sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
  }
}
