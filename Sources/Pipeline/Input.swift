import Media

/// A source of liveview pictures, for example a Sony camera.
public protocol Input: Sendable {
  /// Key of this input's section in `config.json`.
  static var kind: String { get }
  /// Reads and checks the settings; problems go to the reader's ledger. Opens nothing.
  init(settings: SettingsReader, sink: FrameSink, telemetry: ComponentTelemetry)
  /// Finds the camera and delivers pictures until the session ends; the supervisor decides about
  /// the next attempt. When cancelled it leaves the camera as it found it and returns.
  func runSession() async throws
}

/// Where an input puts its pictures and says what it knows of its camera.
///
/// Nothing here waits: a picture nobody took yet is replaced.
public struct FrameSink: Sendable {
  private let slot: FrameSlot

  init(slot: FrameSlot) {
    self.slot = slot
  }

  /// Offers the newest picture to the encoder and to everybody who wants the JPEG itself.
  public func publish(_ frame: JPEGFrame) { slot.put(frame) }

  /// Tells what to expect of the camera; viewers are shown as much of it as concerns them. To be
  /// called whenever it changes; repeating the same is harmless.
  public func report(_ presence: CameraPresence) { slot.report(presence) }

  /// Pictures that were replaced before the encoder took them, while somebody watched.
  public var replacedCount: UInt64 { slot.statistics.replaced }

  /// Whether anybody wants pictures.
  public var demand: Demand { slot.demand }
}
