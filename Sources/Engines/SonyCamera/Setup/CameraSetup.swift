/// Sets the camera up, item by item, with the fewest calls that do it.
///
/// ```
///  begin ─▶ item ─▶ [what is offered] ─▶ set ──┬─ accepted ─────▶ next item … ─▶ done
///             │          │                     ├─ refused now ──▶ again at the end, once
///             │          └── not offered ──────┴─ refused ──────▶ refusal, next item
///             └── not listed ─▶ again at the end, by a new list ─▶ refusal, next item
/// ```
/// Methods the camera does not list are not called, except for touch AF, which an ILCE-6000 has
/// and does not list. Values are tried without asking first which are offered: that is one call
/// instead of two. Only exposure compensation is asked for, because its numbers are steps of the
/// camera's own. What a camera does not know at all is not asked a second time.
///
/// Source: Camera Remote API; behaviour of ILCE-6000 and ILCE-5000 after a change of mode.
public struct CameraSetup: Sendable {
  enum Action: Sendable, Hashable {
    case call(CameraCall)
    case wait(Duration)
    case done
  }

  /// What to wait before what was refused for the moment is tried again: cameras settle for some
  /// seconds after a change of mode.
  private static let secondRoundPause = Duration.seconds(2)

  private enum State: Sendable {
    case idle
    case setting(SetupItem)
    case askingCompensationRange
    case zooming(ZoomDrive)
    case pausingBeforeSecondRound
    case listing
  }

  let settings: Settings
  private let eventVersion: EventVersion?
  /// Nil if the camera did not tell.
  private var methods: Set<CameraMethod>?
  private var state = State.idle
  private var waiting: [SetupItem]
  /// Refused for the moment; tried again once.
  private var postponed: [SetupItem] = []
  private var isSecondRound = false
  private var lastMethod = CameraMethod.getEvent
  /// What was not accepted; the newest try counts.
  private(set) var refusals: [SetupItem: SetupRefusal]

  /// - Parameters:
  ///   - methods: What the camera lists now; nil if that is not known: then everything is tried.
  ///   - eventVersion: Tells where the lens is; nil on a camera without events.
  ///   - refusals: Of an earlier setup of this very camera.
  init(
    _ settings: Settings, methods: Set<CameraMethod>? = nil, eventVersion: EventVersion?,
    refusals: [SetupItem: SetupRefusal] = [:]
  ) {
    self.settings = settings
    self.methods = methods
    self.eventVersion = eventVersion
    self.refusals = refusals
    waiting = SetupItem.allCases.filter {
      settings.contains($0) && !(refusals[$0]?.isPermanent ?? false)
    }
  }

  // MARK: Facts

  mutating func begin() -> Action { nextItem() }

  mutating func replyReceived(_ reply: CameraReply) -> Action {
    if let code = reply.failureCode { return refused(.refused(code)) }
    switch state {
    case .setting(.touchAFPosition):
      // An answer of another shape says at least that it was accepted.
      return (try? reply.hasFocused()) ?? true ? accepted(.touchAFPosition) : refused(.noEffect)
    case .setting(let item): return accepted(item)
    case .askingCompensationRange: return compensate(reply)
    case .zooming(var drive):
      let action =
        reply.method == .getEvent
        ? drive.looked((try? reply.event())?.zoomPosition) : drive.zoomed()
      return perform(action, drive)
    case .listing:
      methods = (try? reply.methodNames()) ?? methods
      return nextItem()
    case .idle, .pausingBeforeSecondRound: return nextItem()
    }
  }

  /// The last call got no answer, or none that could be read.
  mutating func callFailed(_ fault: CameraCallFault) -> Action {
    if case .unreadable = fault { return refused(.unreadable) }
    return refused(.noAnswer)
  }

  mutating func waitEnded() -> Action {
    switch state {
    case .zooming(var drive):
      let action = drive.waitEnded()
      return perform(action, drive)
    case .pausingBeforeSecondRound where waiting.contains(where: { !isListed($0) }):
      state = .listing
      return call(.getAvailableApiList)
    case .pausingBeforeSecondRound, .idle, .setting, .askingCompensationRange, .listing:
      return nextItem()
    }
  }

  private func isListed(_ item: SetupItem) -> Bool {
    item == .touchAFPosition || methods?.contains(item.method) ?? true
  }

  // MARK: Item by item

  private mutating func nextItem() -> Action {
    while let item = waiting.first {
      waiting.removeFirst()
      guard isListed(item) else {
        note(SetupRefusal(item, item.method, .notListed))
        continue
      }
      if let action = begin(item) { return action }
    }
    state = .idle
    guard !isSecondRound, !postponed.isEmpty else { return .done }
    isSecondRound = true
    waiting = postponed
    postponed = []
    state = .pausingBeforeSecondRound
    return .wait(Self.secondRoundPause)
  }

  /// Nil: nothing to do for it.
  private mutating func begin(_ item: SetupItem) -> Action? {
    switch item {
    case .frameInfo: return settings.frameInfo.map { set(item, .setLiveviewFrameInfo($0)) }
    case .shootMode: return settings.shootMode.map { set(item, .setShootMode($0)) }
    case .selfTimer: return set(item, .setSelfTimer(seconds: 0))
    case .focusMode: return settings.focusMode.map { set(item, .setFocusMode($0)) }
    case .whiteBalance:
      return settings.whiteBalance.map {
        set(item, .setWhiteBalance($0.mode, colorTemperature: $0.colorTemperature))
      }
    case .touchAFPosition:
      return settings.touchAFPosition.map { set(item, .setTouchAFPosition(x: $0.x, y: $0.y)) }
    case .exposureCompensation:
      state = .askingCompensationRange
      return call(.getAvailableExposureCompensation)
    case .zoomPosition:
      guard let target = settings.zoomPosition else { return nil }
      guard eventVersion != nil else {
        refusals[item] = SetupRefusal(item, .getEvent, .notOffered)
        return nil
      }
      return perform(.look, ZoomDrive(target: target))
    }
  }

  private mutating func set(_ item: SetupItem, _ call: CameraCall) -> Action {
    state = .setting(item)
    return self.call(call)
  }

  private mutating func call(_ call: CameraCall) -> Action {
    lastMethod = call.method
    return .call(call)
  }

  private mutating func compensate(_ reply: CameraReply) -> Action {
    guard let range = try? reply.exposureCompensationRange() else { return refused(.unreadable) }
    guard let wanted = settings.exposureCompensation, let index = range.index(for: wanted) else {
      return refused(.notOffered)
    }
    guard index != range.current else { return accepted(.exposureCompensation) }
    return set(.exposureCompensation, .setExposureCompensation(index: index))
  }

  private mutating func perform(_ action: ZoomDrive.Action, _ drive: ZoomDrive) -> Action {
    state = .zooming(drive)
    switch action {
    case .look:
      return call(.getEvent(waitsForChange: false, version: (eventVersion ?? .minor0).rawValue))
    case .zoom(let direction, let movement): return call(.actZoom(direction, movement))
    case .wait(let duration): return .wait(duration)
    case .reached: return accepted(.zoomPosition)
    case .failed(let reason): return settle(.zoomPosition, reason)
    }
  }

  private mutating func accepted(_ item: SetupItem) -> Action {
    refusals[item] = nil
    return nextItem()
  }

  private mutating func refused(_ reason: SetupRefusal.Reason) -> Action {
    switch state {
    case .setting(let item): return settle(item, reason)
    case .askingCompensationRange: return settle(.exposureCompensation, reason)
    case .zooming(var drive):
      let action = drive.refused(reason)
      return perform(action, drive)
    case .idle, .pausingBeforeSecondRound, .listing: return nextItem()
    }
  }

  private mutating func settle(_ item: SetupItem, _ reason: SetupRefusal.Reason) -> Action {
    note(SetupRefusal(item, lastMethod, reason))
    return nextItem()
  }

  private mutating func note(_ refusal: SetupRefusal) {
    if refusal.isTemporary, !isSecondRound {
      postponed.append(refusal.item)
    } else {
      refusals[refusal.item] = refusal
    }
  }
}
