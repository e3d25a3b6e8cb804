import Media
import SonyCamera

/// How long each step on the way to a picture took, for one log line.
///
/// Steps of the same name are added up, so there are never more than there are names.
struct StepTimes: Sendable {
  private(set) var beganAt: MediaTime
  private var steps: [(name: String, took: Duration)] = []

  init(beganAt: MediaTime) {
    self.beganAt = beganAt
  }

  mutating func add(_ name: String, took: Duration) {
    if let index = steps.firstIndex(where: { $0.name == name }) {
      steps[index].took += took
    } else {
      steps.append((name, took))
    }
  }

  /// `startRecMode 2.32 s, startLiveview 0.35 s, first picture 0.11 s`; what took no time is left
  /// out.
  var description: String {
    steps.filter { $0.took >= .milliseconds(5) }
      .map { "\($0.name) \(Self.seconds($0.took)) s" }.joined(separator: ", ")
  }

  /// With two decimals.
  static func seconds(_ duration: Duration) -> String {
    let hundredths = Int((duration.inSeconds * 100).rounded())
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
  }
}
