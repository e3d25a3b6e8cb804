import JSON

// Answers of the calls that change how the camera shoots.
extension CameraReply {
  /// Of `getAvailableExposureCompensation`.
  public func exposureCompensationRange() throws(SonyCameraError) -> ExposureCompensationRange {
    let numbers = try values().prefix(4).compactMap(\.integer)
    guard numbers.count == 4, numbers[2] <= numbers[1],
      let step = ExposureCompensationRange.Step(rawValue: numbers[3])
    else { throw .replyUnexpected(method: method) }
    return ExposureCompensationRange(
      current: numbers[0], indices: numbers[2]...numbers[1], step: step)
  }

  /// Of `setTouchAFPosition`: whether something was in focus at the end.
  public func hasFocused() throws(SonyCameraError) -> Bool {
    guard let found = try values().dropFirst().first?["AFResult"]?.boolean else {
      throw .replyUnexpected(method: method)
    }
    return found
  }
}

/// The exposure compensations a camera offers now.
///
/// Source: Camera Remote API, "getAvailableExposureCompensation": `[current, max, min, step]`. An
/// ILCE-5000 says `[0, 9, -9, 1]`: three EV either way, in thirds.
public struct ExposureCompensationRange: Sendable, Hashable {
  /// Width of one step, by the camera's number for it.
  public enum Step: Int, Sendable, Hashable, CaseIterable {
    case third = 1
    case half = 2

    /// Steps in one EV.
    public var countPerEV: Int { self == .third ? 3 : 2 }
  }

  public var current: Int
  public var indices: ClosedRange<Int>
  public var step: Step

  public init(current: Int, indices: ClosedRange<Int>, step: Step) {
    self.current = current
    self.indices = indices
    self.step = step
  }

  /// The nearest step to `exposureValue` (in EV); nil if that is out of range.
  public func index(for exposureValue: Double) -> Int? {
    let steps = (exposureValue * Double(step.countPerEV)).rounded()
    guard let index = Int(exactly: steps), indices.contains(index) else { return nil }
    return index
  }
}
