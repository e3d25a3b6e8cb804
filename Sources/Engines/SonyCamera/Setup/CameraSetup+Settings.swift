extension CameraSetup {
  /// What to set; nil or false: left as it is.
  public struct Settings: Sendable, Hashable {
    /// A point of the picture, in percent from its upper left corner.
    public struct Point: Sendable, Hashable {
      public var x: Double
      public var y: Double

      public init(x: Double, y: Double) {
        self.x = x
        self.y = y
      }
    }

    /// A colour temperature goes with the mode `Color Temperature`.
    public struct WhiteBalance: Sendable, Hashable {
      /// `Auto WB`, `Daylight`, …: in the camera's words.
      public var mode: String
      /// In kelvin; 2500…9900 on an ILCE-7R.
      public var colorTemperature: Int?

      public init(mode: String, colorTemperature: Int? = nil) {
        self.mode = mode
        self.colorTemperature = colorTemperature
      }

      public init(colorTemperature: Int) {
        self.init(mode: "Color Temperature", colorTemperature: colorTemperature)
      }
    }

    /// Whether packets with focus frames precede the images.
    public var frameInfo: Bool?
    /// `still`, `movie`, …
    public var shootMode: String?
    public var turnsSelfTimerOff = false
    /// In EV, rounded to the camera's steps.
    public var exposureCompensation: Double?
    public var whiteBalance: WhiteBalance?
    /// `AF-S`, `AF-C`, `DMF` or `MF`.
    public var focusMode: String?
    /// 0…100 %.
    public var zoomPosition: Int?
    public var touchAFPosition: Point?

    public init() {}

    /// Nothing is to be set.
    public var isEmpty: Bool { !SetupItem.allCases.contains(where: contains) }

    /// Whether `item` is to be set.
    public func contains(_ item: SetupItem) -> Bool {
      switch item {
      case .frameInfo: frameInfo != nil
      case .shootMode: shootMode != nil
      case .selfTimer: turnsSelfTimerOff
      case .exposureCompensation: exposureCompensation != nil
      case .whiteBalance: whiteBalance != nil
      case .focusMode: focusMode != nil
      case .zoomPosition: zoomPosition != nil
      case .touchAFPosition: touchAFPosition != nil
      }
    }
  }
}
