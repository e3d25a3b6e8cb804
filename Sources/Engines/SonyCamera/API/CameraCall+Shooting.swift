import JSON

/// Calls that change how the camera shoots. Which of them a camera knows, and when it accepts them,
/// depends on its app, mode dial and lens; the answer is the only reliable word.
///
/// Source: Camera Remote API; parameter types as `getMethodTypes` of an ILCE-5000 lists them.
extension CameraCall {
  /// `still`, `movie`, …; an ILCE-6000 has `still` only.
  public static func setShootMode(_ mode: String) -> CameraCall {
    CameraCall(.setShootMode, [.string(mode)])
  }

  /// - Parameter seconds: 0 switches the self-timer off.
  public static func setSelfTimer(seconds: Int) -> CameraCall {
    CameraCall(.setSelfTimer, [.integer(seconds)])
  }

  /// `AF-S`, `AF-C`, `DMF` or `MF`.
  public static func setFocusMode(_ mode: String) -> CameraCall {
    CameraCall(.setFocusMode, [.string(mode)])
  }

  /// The range of the exposure compensation and the width of its steps.
  public static let getAvailableExposureCompensation = CameraCall(
    .getAvailableExposureCompensation)

  /// - Parameter index: In the camera's steps; see `ExposureCompensationRange`.
  public static func setExposureCompensation(index: Int) -> CameraCall {
    CameraCall(.setExposureCompensation, [.integer(index)])
  }

  /// - Parameters:
  ///   - mode: `Auto WB`, `Daylight`, `Color Temperature`, …
  ///   - colorTemperature: In kelvin, for a mode that takes one; nil for the others.
  public static func setWhiteBalance(_ mode: String, colorTemperature: Int?) -> CameraCall {
    CameraCall(
      .setWhiteBalance,
      [
        .string(mode), .boolean(colorTemperature != nil), .integer(colorTemperature ?? -1),
      ])
  }

  /// Focuses on a point; the answer comes when focusing has ended.
  ///
  /// - Parameters:
  ///   - x: From the left edge, in percent.
  ///   - y: From the upper edge, in percent.
  public static func setTouchAFPosition(x: Double, y: Double) -> CameraCall {
    CameraCall(.setTouchAFPosition, [.number(x), .number(y)])
  }

  /// Moves a power-zoom lens.
  public static func actZoom(_ direction: ZoomDirection, _ movement: ZoomMovement) -> CameraCall {
    CameraCall(.actZoom, [.string(direction.rawValue), .string(movement.rawValue)])
  }
}

/// Which way a lens zooms; `in` is towards 100 %.
public enum ZoomDirection: String, Sendable, Hashable, CaseIterable {
  case `in`
  case out
}

/// How far a lens zooms.
public enum ZoomMovement: String, Sendable, Hashable, CaseIterable {
  /// Until `stop`, or the end.
  case start
  case stop
  /// The smallest step the camera has.
  case step = "1shot"
}
