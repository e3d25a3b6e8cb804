/// A colour of a slate, full range BT.601 like the frames.
struct SlateInk: Sendable, Hashable {
  var luma: UInt8
  var blue: UInt8 = 128
  var red: UInt8 = 128

  static let headline = SlateInk(luma: 245)
  static let since = SlateInk(luma: 225)
  static let sentence = SlateInk(luma: 200)
  static let name = SlateInk(luma: 178)

  /// The bar beside the text: blue if all is well, amber if the camera is missing or otherwise
  /// engaged, red if it needs a hand.
  static func accent(of state: CameraPresence.State) -> SlateInk {
    switch state {
    case .present, .waking, .asleep: SlateInk(luma: 150, blue: 172, red: 78)
    case .away(.searching), .away(.unreachable), .away(.busy), .away(.stalled), .away(.taken):
      SlateInk(luma: 182, blue: 40, red: 172)
    case .away(.batteryEmpty), .away(.cameraError), .away(.noInterface):
      SlateInk(luma: 112, blue: 108, red: 208)
    }
  }
}

extension UInt8 {
  /// This value moved towards `target` by `coverage` of 256.
  func mixed(with target: UInt8, coverage: Int) -> UInt8 {
    let (from, to) = (Int(self), Int(target))
    return UInt8(truncatingIfNeeded: (from << 8 + (to - from) * coverage + 128) >> 8)
  }
}
