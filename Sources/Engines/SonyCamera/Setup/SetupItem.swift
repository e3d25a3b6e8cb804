/// One thing to set on the camera, in the order in which it is done: what changes the choice of
/// others comes first, and focusing needs the lens where it will stay.
public enum SetupItem: String, Sendable, Hashable, CaseIterable {
  case frameInfo
  case shootMode
  case selfTimer
  case exposureCompensation
  case whiteBalance
  case focusMode
  case zoomPosition
  case touchAFPosition

  /// The call that sets it.
  var method: CameraMethod {
    switch self {
    case .frameInfo: .setLiveviewFrameInfo
    case .shootMode: .setShootMode
    case .selfTimer: .setSelfTimer
    case .exposureCompensation: .setExposureCompensation
    case .whiteBalance: .setWhiteBalance
    case .focusMode: .setFocusMode
    case .zoomPosition: .actZoom
    case .touchAFPosition: .setTouchAFPosition
    }
  }
}

/// The camera did not accept something of its setup.
public struct SetupRefusal: Sendable, Hashable {
  public enum Reason: Sendable, Hashable {
    /// The camera's error code.
    case refused(CameraErrorCode)
    /// The camera does not list the method, in the mode it is in.
    case notListed
    /// It cannot be set to this value on this camera.
    case notOffered
    /// The answer made no sense.
    case unreadable
    /// No answer in time.
    case noAnswer
    /// Accepted, but nothing happened: the lens does not move, or nothing came into focus.
    case noEffect
    /// The lens moved, but did not get there in time.
    case notReached
  }

  public var item: SetupItem
  /// The call that was refused, or not made.
  public var method: CameraMethod
  public var reason: Reason

  public init(_ item: SetupItem, _ method: CameraMethod, _ reason: Reason) {
    self.item = item
    self.method = method
    self.reason = reason
  }

  /// The camera's error code, if it gave one.
  public var code: CameraErrorCode? {
    if case .refused(let code) = reason { code } else { nil }
  }

  /// The camera will never accept it, so it is not asked again.
  public var isPermanent: Bool {
    switch code {
    case .noSuchMethod, .unsupportedOperation, .unsupportedVersion, .notImplemented: true
    default: false
    }
  }

  /// A second try may help: cameras refuse much while they settle after a change of mode.
  var isTemporary: Bool {
    switch reason {
    case .refused(let code): code.isTemporary
    case .notListed, .unreadable: true
    case .notOffered, .noAnswer, .noEffect, .notReached: false
    }
  }
}

extension SetupRefusal.Reason: CustomStringConvertible {
  /// For a log: a word, or the code as the camera's documents have it.
  public var description: String {
    switch self {
    case .refused(let code): "error \(code)"
    case .notListed: "not in the camera's list of methods"
    case .notOffered: "not offered"
    case .unreadable: "answer makes no sense"
    case .noAnswer: "no answer"
    case .noEffect: "no effect"
    case .notReached: "not reached in time"
    }
  }
}
