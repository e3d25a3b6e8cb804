/// All series of one metric name, as a page of metrics shows them.
public struct MetricFamily: Sendable, Equatable {
  /// How a scraper is to read the values.
  public enum Kind: String, Sendable {
    /// Only ever rises, apart from a restart.
    case counter
    case gauge
    /// Sum and number of observations; no quantiles.
    case summary
  }

  /// One number with its labels.
  public struct Sample: Sendable, Equatable {
    /// Follows the family's name: `_sum` or `_count` of a summary, otherwise empty.
    public var suffix: String
    public var labels: MetricLabels
    public var value: Double

    public init(suffix: String = "", labels: MetricLabels = MetricLabels(), value: Double) {
      self.suffix = suffix
      self.labels = labels
      self.value = value
    }
  }

  public var name: String
  public var kind: Kind
  /// One sentence for people; left out of the page if nil.
  public var help: String?
  public var samples: [Sample]

  public init(name: String, kind: Kind, help: String? = nil, samples: [Sample]) {
    self.name = name
    self.kind = kind
    self.help = help
    self.samples = samples
  }

  /// A family with one series without labels.
  public init(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
    self.init(name: name, kind: kind, help: help, samples: [Sample(value: value)])
  }
}

/// The labels of one series, sorted by name; names are valid and unique.
public struct MetricLabels: Sendable, Hashable {
  /// Longest label value kept, in Unicode scalars. A value is meant to be a short word; this
  /// keeps a peer's text from filling the page.
  public static let maxValueLength = 120

  public private(set) var pairs: [Pair] = []

  public struct Pair: Sendable, Hashable {
    public var name: String
    public var value: String
  }

  public init(_ labels: [(String, String)] = []) {
    var values: [String: String] = [:]
    for (name, value) in labels {
      let short = value.unicodeScalars.prefix(Self.maxValueLength)
      values[MetricName.label(name)] = String(String.UnicodeScalarView(short))
    }
    pairs = values.map { Pair(name: $0.key, value: $0.value) }.sorted { $0.name < $1.name }
  }
}

extension MetricLabels: Comparable {
  public static func < (left: MetricLabels, right: MetricLabels) -> Bool {
    left.pairs.lexicographicallyPrecedes(right.pairs) {
      ($0.name, $0.value) < ($1.name, $1.value)
    }
  }
}
