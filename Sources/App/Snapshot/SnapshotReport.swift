import Foundation
import Media

/// What was done and how long each step took, measured while it happens.
struct SnapshotReport: Sendable {
  /// One step; the time since the step before it.
  struct Step: Sendable, Equatable {
    var name: String
    var duration: Duration
  }

  private(set) var steps: [Step] = []
  /// From the beginning to the moment the picture was complete.
  private(set) var pictureAfter: Duration?
  private let begin: ContinuousClock.Instant
  private var last: ContinuousClock.Instant

  init(begin: ContinuousClock.Instant = .now) {
    self.begin = begin
    last = begin
  }

  /// A step is done.
  mutating func reached(_ name: String, at now: ContinuousClock.Instant = .now) {
    steps.append(Step(name: name, duration: last.duration(to: now)))
    last = now
  }

  /// The step with which the picture is here; saving it is not the other side's business.
  mutating func reachedPicture(_ name: String, at now: ContinuousClock.Instant = .now) {
    reached(name, at: now)
    pictureAfter = begin.duration(to: now)
  }

  /// Nothing more will come; the wait that led nowhere counts too.
  mutating func ended(at now: ContinuousClock.Instant = .now) {
    last = now
  }

  /// From the beginning to the end, or to the last step so far.
  var total: Duration { begin.duration(to: last) }

  /// How a snapshot ended.
  enum Outcome: Sendable {
    case saved(SavedPicture)
    case failed(String)
  }

  // MARK: For people

  /// A line for each step, the total, and what was saved.
  func text(source: String, outcome: Outcome) -> String {
    var lines = [source]
    lines += steps.map { Self.line($0.name, $0.duration) }
    lines.append(Self.line("total", total))
    if case .saved(let picture) = outcome {
      let after = pictureAfter.map { ", here after \(Self.milliseconds($0)) ms" } ?? ""
      lines.append(picture.summary + after)
    }
    return lines.joined(separator: "\n")
  }

  private static func line(_ name: String, _ duration: Duration) -> String {
    let number = milliseconds(duration)
    let padding = String(repeating: " ", count: max(0, 9 - number.count))
    return "  " + name.padding(toLength: 14, withPad: " ", startingAt: 0) + padding + number + " ms"
  }

  private static func milliseconds(_ duration: Duration) -> String {
    String(format: "%.1f", duration.inMilliseconds)
  }

  // MARK: For scripts

  private struct Document: Encodable {
    struct Step: Encodable {
      var name: String
      var milliseconds: Double
    }
    var source: String
    var steps: [Step]
    var pictureAfterMilliseconds: Double?
    var totalMilliseconds: Double
    var file: String?
    var format: String?
    var width: Int?
    var height: Int?
    var byteCount: Int?
    var ageMilliseconds: Double?
    /// Only if it is no picture the camera gives now.
    var substitute: String?
    var error: String?
  }

  /// One JSON object.
  func json(source: String, outcome: Outcome) -> String {
    var document = Document(
      source: source,
      steps: steps.map { Document.Step(name: $0.name, milliseconds: Self.rounded($0.duration)) },
      pictureAfterMilliseconds: pictureAfter.map(Self.rounded),
      totalMilliseconds: Self.rounded(total))
    switch outcome {
    case .saved(let picture):
      document.file = picture.path
      document.format = picture.format.rawValue
      document.width = picture.size?.width
      document.height = picture.size?.height
      document.byteCount = picture.byteCount
      document.ageMilliseconds = picture.age.map(Self.rounded)
      document.substitute = picture.substitute?.rawValue
    case .failed(let error):
      document.error = error
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Finite numbers and strings only: cannot fail.
    let data = (try? encoder.encode(document)) ?? Data()
    return String(decoding: data, as: UTF8.self)
  }

  private static func rounded(_ duration: Duration) -> Double {
    (duration.inMilliseconds * 1000).rounded() / 1000
  }
}

/// A picture that was written.
struct SavedPicture: Sendable {
  var path: String
  var format: PictureDestination.Format
  var byteCount: Int
  /// Nil if the file says nothing about it without decoding.
  var size: PictureSize?
  /// How old the picture was when it was sent, if the sender told.
  var age: Duration?
  /// What it is, if the camera gave none.
  var substitute: PictureSubstitute?

  var summary: String {
    var text = "\(path): \(format.rawValue)"
    if let size { text += " \(size)" }
    text += ", \(byteCount) bytes"
    if let age { text += ", \(Int(age.inMilliseconds.rounded())) ms old when sent" }
    if let substitute { text += ", \(substitute.notice)" }
    return text
  }
}
