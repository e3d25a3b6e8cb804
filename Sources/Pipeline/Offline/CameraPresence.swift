import Media

/// What the input knows about its camera, as far as viewers are concerned.
public struct CameraPresence: Sendable, Hashable {
  public enum State: Sendable, Hashable {
    /// Its liveview runs; pictures come.
    case present
    /// It is in reach, and its liveview is being started.
    case waking
    /// Its liveview is off because nobody watches; a viewer wakes it.
    case asleep
    /// No pictures can be had now, and nobody knows when.
    case away(AwayReason)
  }

  public var state: State
  /// Device name or model, as the camera tells it; nil until one was found.
  public var cameraName: String?

  public init(_ state: State, cameraName: String? = nil) {
    self.state = state
    self.cameraName = cameraName
  }
}

/// Why there are no pictures, in terms a viewer can do something with.
public enum AwayReason: String, Sendable, Hashable, CaseIterable {
  /// No camera was found yet.
  case searching
  /// It was there and does not answer any more: switched off, or out of Wi-Fi reach.
  case unreachable
  /// The same, and the last it told was an empty battery.
  case batteryEmpty
  /// The same, or in reach without pictures, and it told of an error such as high temperature.
  case cameraError
  /// In reach, but it is doing something else: taking a photo, in a menu, mode dial turned.
  case busy
  /// In reach, but no pictures come and it does not say why.
  case stalled
  /// Another program has taken the one liveview there is.
  case taken
  /// The network interface that leads to the camera is down.
  case noInterface
}
