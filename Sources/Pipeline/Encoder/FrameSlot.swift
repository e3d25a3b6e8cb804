import Media
import Synchronization

/// The newest picture, and the encoder's in-tray in front of it.
///
/// Inputs put pictures in and never wait; a picture the encoder has not taken is replaced by the
/// next and counted. The newest picture stays available for snapshots. The encoder is woken only
/// when somebody demands video, or when the picture size changes (so that the format is known
/// before anybody asks). What viewers get while the camera gives nothing is the plan's to decide;
/// an alarm looks after its deadlines.
public final class FrameSlot: Sendable {
  /// What the encoder is to do next.
  enum Order: Sendable {
    /// Be ready for pictures of this size; nobody watches yet.
    case prepare(PictureSize)
    /// Encode the picture. `isRepeat` is true for one that was encoded before.
    case encode(JPEGFrame, forceIDR: Bool, isRepeat: Bool)
    /// The camera gives nothing: encode the picture that takes its place.
    case encodeOffline(OfflinePicture, forceIDR: Bool)
    /// The same, but viewers are sent away instead. Said once until the camera is back.
    case refuse(OfflineCard)
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

  /// What the slot knows; changed with the lock held only.
  struct State {
    var newest: JPEGFrame?
    var isUnread = false
    /// The newest picture that viewers have seen, so one that can be decoded.
    var lastShown: JPEGFrame?
    var hasDemand = false
    /// The first viewer came and has not been given an IDR.
    var owesIDR = false
    var demandJustEnded = false
    var preparedSize: PictureSize?
    var wantedBitrateKbps: Int?
    var gate = KeyframeGate()
    var plan: OfflinePlan
    var pictureRequests = PictureRequests()
    var statistics = Statistics()
    var waiter: CheckedContinuation<Order?, Never>?
    var isFinished = false
  }

  /// Whether anybody wants pictures, for inputs.
  let demand = Demand()
  let state: Mutex<State>
  let clock: MediaClock
  private let alarm: Alarm

  init(
    clock: MediaClock, preparedSize: PictureSize, rules: OfflinePlan.Rules = OfflinePlan.Rules()
  ) {
    self.clock = clock
    alarm = Alarm(clock: clock)
    state = Mutex(
      State(preparedSize: preparedSize, plan: OfflinePlan(rules: rules, at: clock.now())))
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
      state.plan.pictureArrived(at: frame.arrivalTime)
    }
  }

  func report(_ presence: CameraPresence) {
    let now = clock.now()
    wake { $0.plan.presenceReported(presence, at: now) }
  }

  func setDemand(_ hasDemand: Bool) {
    demand.setVideo(hasDemand)
    let now = clock.now()
    wake { state in
      guard state.hasDemand != hasDemand else { return }
      state.hasDemand = hasDemand
      state.owesIDR = hasDemand
      state.demandJustEnded = !hasDemand
      if hasDemand { state.plan.demandBegan(at: now) } else { state.plan.demandEnded() }
    }
  }

  func requestKeyframe(_ reason: KeyframeReason) {
    wake { state in
      state.statistics.keyframeRequests &+= 1
      guard state.hasDemand else { return }
      state.gate.request(reason)
    }
  }

  /// Whether a viewer who comes now would be given an IDR at once.
  var grantsJoiners: Bool {
    let now = clock.now()
    return state.withLock { $0.gate.grants(.join, at: now) }
  }

  /// A viewer came who wants many pictures soon.
  func viewerJoined() {
    let now = clock.now()
    wake { $0.plan.viewerJoined(at: now) }
  }

  func setBitrate(kbps: Int) {
    wake { $0.wantedBitrateKbps = kbps }
  }

  /// Viewers see `frame`.
  func shown(_ frame: JPEGFrame) {
    state.withLock { state in
      state.lastShown = frame
      state.plan.pictureShown(arrived: frame.arrivalTime)
    }
  }

  /// The encoder could make nothing of `frame`: the last good picture takes its place, and what
  /// was asked for is owed by the next one.
  func reject(_ frame: JPEGFrame, wasForcedIDR: Bool) {
    state.withLock { state in
      let rejected = frame.presentationTime
      if state.lastShown?.presentationTime == rejected { state.lastShown = nil }
      if state.newest?.presentationTime == rejected {
        state.newest = state.lastShown
        state.isUnread = false
      }
      state.plan.pictureRejected()
      if wasForcedIDR && state.hasDemand { state.owesIDR = true }
    }
  }

  func idrMade() {
    let now = clock.now()
    state.withLock { $0.gate.idrMade(at: now, isRequested: false) }
  }

  func finish() {
    let (waiter, requests) = state.withLock { state in
      state.isFinished = true
      return (state.waiter.take(), state.pictureRequests.takeAll())
    }
    waiter?.resume(returning: nil)
    for request in requests { request.resume(returning: nil) }
  }

  /// The encoder's next order; waits for it. Nil when the line ends or the task is cancelled. One
  /// task may wait.
  func nextOrder() async -> Order? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let now = clock.now()
        let (immediate, deadline): (Order??, MediaTime?) = state.withLock { state in
          if state.isFinished { return (.some(nil), nil) }
          if let order = Self.takeOrder(from: &state, now: now) { return (.some(order), nil) }
          state.waiter = continuation
          return (nil, Self.nextDeadline(of: state, now: now))
        }
        if let immediate { continuation.resume(returning: immediate) }
        setAlarm(deadline)
      }
    } onCancel: {
      finish()
    }
  }

  /// Changes the state, and wakes whoever that leaves something to do.
  private func wake(_ change: (inout State) -> Void) {
    let now = clock.now()
    let (wakeUp, answered, frame, deadline) = state.withLock { state in
      change(&state)
      let (answered, frame) = Self.takeAnswered(from: &state, now: now)
      var wakeUp: (CheckedContinuation<Order?, Never>, Order)?
      if let waiter = state.waiter, let order = Self.takeOrder(from: &state, now: now) {
        state.waiter = nil
        wakeUp = (waiter, order)
      }
      return (wakeUp, answered, frame, Self.nextDeadline(of: state, now: now))
    }
    if let (waiter, order) = wakeUp { waiter.resume(returning: order) }
    for request in answered { request.resume(returning: frame) }
    setAlarm(deadline)
  }

  func setAlarm(_ deadline: MediaTime?) {
    guard let deadline else { return }
    alarm.ring(by: deadline) { [weak self] in self?.wake { _ in } }
  }

  /// What the encoder is to be woken for counts while it waits; a busy one looks by itself
  /// afterwards.
  static func nextDeadline(of state: State, now: MediaTime) -> MediaTime? {
    var deadlines = [state.pictureRequests.nextDeadline(state.plan)]
    if state.waiter != nil {
      deadlines += [state.plan.nextDeadline, nextRepeat(of: state, now: now)]
    }
    return deadlines.compactMap(\.self).min()
  }

  /// When a keyframe request that came too soon is answered with the newest picture once more, if
  /// no other comes; nil if that one is too old by then.
  private static func nextRepeat(of state: State, now: MediaTime) -> MediaTime? {
    guard state.hasDemand, let newest = state.newest, let opening = state.gate.opening,
      opening > now, state.plan.isRepeatable(arrived: newest.arrivalTime, at: opening)
    else { return nil }
    return opening
  }
}

// MARK: Status

extension FrameSlot {
  var presence: CameraPresence { state.withLock { $0.plan.presence } }

  /// Whether somebody who comes now is to be refused.
  var refusesViewers: Bool {
    let now = clock.now()
    return state.withLock { $0.plan.refuses(at: now) }
  }

  var viewing: ViewingStatus {
    let now = clock.now()
    return state.withLock { state in
      let plan = state.plan
      return ViewingStatus(
        presence: plan.presence, presenceFor: plan.presenceSince.duration(to: now),
        troubledFor: plan.troubledSince.map { $0.duration(to: now) },
        freshWithin: plan.rules.freshWithin,
        offlineFor: plan.offlineSince.map { $0.duration(to: now) },
        offlinePeriods: plan.periods, offlinePictures: plan.pictures,
        isVideoWanted: state.hasDemand, pictureRequests: demand.pictureRequests)
    }
  }
}
