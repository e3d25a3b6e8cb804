/// Why somebody wants the next picture to be an IDR.
public enum KeyframeReason: String, Sendable, CaseIterable {
  /// A viewer came and needs a place to start.
  case join
  /// A receiver reported loss (PLI, FIR).
  case pictureLoss
  /// A subscriber was too slow, pictures were dropped, and it waits for a place to go on.
  case overflow
  /// A receiver that cannot ask must get one regularly.
  case interval
}
