import Media
import Synchronization

/// The newest picture, and the encoder's in-tray in front of it.
///
/// Inputs put pictures in and never wait; a picture the encoder has not taken is replaced by the
/// next and counted. The newest picture stays available for snapshots. The encoder is woken only
/// when somebody demands video, or when the picture size changes (so that the format is known
/// before anybody asks).
public final class FrameSlot: Sendable {
  /// What the encoder is to do next.
  enum Order: Sendable {
    /// Be ready for pictures of this size; nobody watches yet.
    case prepare(PictureSize)
    /// Encode the picture. `isRepeat` is true for one that was encoded before.
    case encode(JPEGFrame, forceIDR: Bool, isRepeat: Bool)
    /// Aim at another bit rate.
    case setBitrate(kbps: Int)
    /// The last viewer left.
    case idle
  }

  /// Totals since the start, for status and metrics.
  public struct Statistics: Sendable {
    /// Pictures that inputs delivered.
    public internal(set) var received: UInt64 = 0
    /// Bytes of those pictures.
    public internal(set) var bytes: UInt64 = 0
    /// Pictures that were replaced before the encoder took them, while somebody watched.
    public internal(set) var replaced: UInt64 = 0
    /// Keyframe requests, before merging.
    public internal(set) var keyframeRequests: UInt64 = 0
  }

  private struct State {
    var newest: JPEGFrame?
    var isUnread = false
    var hasDemand = false
    var demandJustBegan = false
    var demandJustEnded = false
    var preparedSize: PictureSize?
    var wantedBitrateKbps: Int?
    var gate = KeyframeGate()
    var presence = CameraPresence(.away(.searching))
    var statistics = Statistics()
    var waiter: CheckedContinuation<Order?, Never>?
    var isFinished = false
  }

  /// Whether anybody wants pictures, for inputs.
  let demand = Demand()
  private let state: Mutex<State>
  private let clock: MediaClock

  init(clock: MediaClock, preparedSize: PictureSize) {
    self.clock = clock
    state = Mutex(State(preparedSize: preparedSize))
  }

  /// The newest picture of the camera, however old.
  public var newest: JPEGFrame? { state.withLock { $0.newest } }

  public var statistics: Statistics { state.withLock { $0.statistics } }

  /// Whether anybody wants encoded video.
  public var hasDemand: Bool { state.withLock { $0.hasDemand } }

  func put(_ frame: JPEGFrame) {
    wake { state in
      state.statistics.received &+= 1
      state.statistics.bytes &+= UInt64(frame.byteCount)
      if state.isUnread && state.hasDemand { state.statistics.replaced &+= 1 }
      state.newest = frame
      state.isUnread = true
    }
  }

  func report(_ presence: CameraPresence) {
    wake { $0.presence = presence }
  }

  func setDemand(_ hasDemand: Bool) {
    demand.setVideo(hasDemand)
    wake { state in
      guard state.hasDemand != hasDemand else { return }
      state.hasDemand = hasDemand
      state.demandJustBegan = hasDemand
      state.demandJustEnded = !hasDemand
    }
  }

  func requestKeyframe(_ reason: KeyframeReason) {
    wake { state in
      state.statistics.keyframeRequests &+= 1
      if state.hasDemand { state.gate.request(reason) }
    }
  }

  func setBitrate(kbps: Int) {
    wake { $0.wantedBitrateKbps = kbps }
  }

  /// The encoder could make nothing of `frame`; what was asked for is owed by the next one.
  func reject(_ frame: JPEGFrame, wasForcedIDR: Bool) {
    state.withLock { state in
      if state.newest?.presentationTime == frame.presentationTime { state.newest = nil }
      if wasForcedIDR && state.hasDemand { state.demandJustBegan = true }
    }
  }

  func idrMade() {
    let now = clock.now()
    state.withLock { $0.gate.idrMade(at: now) }
  }

  func finish() {
    let waiter = state.withLock { state in
      state.isFinished = true
      return state.waiter.take()
    }
    waiter?.resume(returning: nil)
  }

  /// The encoder's next order; waits for it. Nil when the line ends or the task is cancelled. One
  /// task may wait.
  func nextOrder() async -> Order? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let now = clock.now()
        let immediate: Order?? = state.withLock { state in
          if state.isFinished { return .some(nil) }
          if let order = Self.takeOrder(from: &state, now: now) { return .some(order) }
          state.waiter = continuation
          return nil
        }
        if let immediate { continuation.resume(returning: immediate) }
      }
    } onCancel: {
      finish()
    }
  }

  /// Changes the state, and wakes the encoder if that leaves it something to do.
  private func wake(_ change: (inout State) -> Void) {
    let now = clock.now()
    let wakeUp: (CheckedContinuation<Order?, Never>, Order)? = state.withLock { state in
      change(&state)
      guard let waiter = state.waiter, let order = Self.takeOrder(from: &state, now: now) else {
        return nil
      }
      state.waiter = nil
      return (waiter, order)
    }
    if let (waiter, order) = wakeUp { waiter.resume(returning: order) }
  }

  private static func takeOrder(from state: inout State, now: MediaTime) -> Order? {
    if let kbps = state.wantedBitrateKbps.take() { return .setBitrate(kbps: kbps) }
    if state.demandJustEnded {
      state.demandJustEnded = false
      return .idle
    }
    guard let newest = state.newest else { return nil }
    guard state.hasDemand else {
      if state.preparedSize == newest.size { return nil }
      state.preparedSize = newest.size
      return .prepare(newest.size)
    }
    // The first viewer gets the newest picture at once; a granted keyframe request, too, even if
    // that picture was already encoded: waiting for the camera would cost a frame interval.
    let forceIDR = state.demandJustBegan || state.gate.isOpen(at: now)
    guard state.isUnread || forceIDR else { return nil }
    let isRepeat = !state.isUnread
    state.isUnread = false
    state.demandJustBegan = false
    state.preparedSize = newest.size
    if forceIDR { state.gate.idrMade(at: now) }
    return .encode(newest, forceIDR: forceIDR, isRepeat: isRepeat)
  }
}
