import JSON

/// What the camera says about itself, put together from its events. Nil is what it did not tell.
///
/// Source: Camera Remote API, "getEvent".
public struct CameraCondition: Sendable, Hashable {
  /// Most errors, cards and batteries that are kept.
  static let listLimit = 16

  /// False until the camera told something, and again while it is not watched: the rest is then
  /// what it told last.
  public private(set) var isCurrent = false
  public private(set) var status: CameraStatus?
  /// Whether liveview was started.
  public private(set) var isLiveviewReady: Bool?
  /// What can be called now; a hint, real lists are incomplete.
  public private(set) var methods: Set<CameraMethod>?
  public private(set) var shootMode: String?
  /// Mode dial position, such as `Program Auto`.
  public private(set) var exposureMode: String?
  public private(set) var focus: CameraFocus?
  /// Of a power-zoom lens, 0…100 %.
  public private(set) var zoomPosition: Int?
  public private(set) var storages: [CameraStorage]?
  /// From version 1.2 of `getEvent`.
  public private(set) var batteries: [CameraBattery]?
  /// Errors that last, in the camera's words.
  public private(set) var errors: [String] = []
  /// Photos since the first event, wherever they were triggered.
  public private(set) var photoCount = 0
  /// Time without use after which the camera switches itself off; 0 for never.
  public private(set) var autoPowerOff: Duration?

  /// Where the newest photos can be fetched while the camera keeps them, mostly one; nil before the
  /// first event.
  public private(set) var photoAddresses: [String]?

  /// Of the battery, as noticed last; what a wavering level is held against.
  private var noticedRank: Int?
  private var hasNoticedNearEnd = false

  public init() {}

  /// Pictures may fail to come for a while, by the camera's own word.
  ///
  /// On its waiting screen a camera is not busy: it waits to be told.
  public var isBusy: Bool {
    isCurrent && needsRecMode != true && (status?.isBusy ?? false || focus == .focusing)
  }

  /// The camera told of an error such as high temperature; true also of the last word of a camera
  /// that is gone.
  public var hasError: Bool { status == .error || !errors.isEmpty }

  /// The battery the camera runs on.
  public var battery: CameraBattery? { batteries?.first(where: \.isActive) ?? batteries?.first }

  /// The camera will switch itself off soon; true also of the last word of a camera that is gone.
  public var isBatteryNearEnd: Bool { battery?.remark == .nearEnd || battery?.level == 0 }

  /// The camera is on its waiting screen; nil if it did not tell. Lists of cameras in remote
  /// shooting mode may have `startRecMode`, too (NEX-5T 1.1.0), but then not alone.
  public var needsRecMode: Bool? {
    guard isCurrent, let methods, !methods.isEmpty else { return nil }
    return methods.contains(.startRecMode) && !methods.contains(.startLiveview)
  }

  // MARK: Events

  /// Takes what an event tells.
  ///
  /// - Parameter isSnapshot: The event tells everything; what is not in it is not there. Otherwise
  ///   it tells changes. An empty event tells nothing either way.
  /// - Returns: What is worth telling a person; nothing that only became known.
  public mutating func apply(_ event: CameraEvent, isSnapshot: Bool) -> [CameraNotice] {
    guard !event.isEmpty else { return [] }
    let old = self
    if isSnapshot { forgetDetails() }
    isCurrent = true
    takeValues(of: event)
    takeErrors(of: event)
    var notices = photoNotices(of: event, isSnapshot: isSnapshot)
    notices +=
      event.texts("triggeredError", "triggeredError")?.prefix(Self.listLimit)
      .filter { !$0.isEmpty }.map { .errorReported($0) } ?? []
    notices += changes(since: old) + batteryNotices()
    return notices
  }

  /// The camera is not watched any more, or not yet again.
  public mutating func lapse() { isCurrent = false }

  private mutating func forgetDetails() {
    var blank = CameraCondition()
    blank.photoCount = photoCount
    blank.photoAddresses = photoAddresses
    blank.noticedRank = noticedRank
    blank.hasNoticedNearEnd = hasNoticedNearEnd
    self = blank
  }

  private mutating func takeValues(of event: CameraEvent) {
    if let name = event.cameraStatus { status = CameraStatus(name: name) }
    if let isReady = event.isLiveviewReady { isLiveviewReady = isReady }
    if let names = event.availableMethods { methods = names }
    if let mode = event.text("shootMode", "currentShootMode") { shootMode = mode }
    if let mode = event.text("exposureMode", "currentExposureMode") { exposureMode = mode }
    if let name = event.text("focusStatus", "focusStatus") { focus = CameraFocus(rawValue: name) }
    if event.entries["zoomInformation"] != nil { zoomPosition = event.zoomPosition }
    if let cards = event.entries["storageInformation"] {
      storages = cards.prefix(Self.listLimit).compactMap(CameraStorage.init)
    }
    if let list = event["batteryInfo", "batteryInfo"]?.array {
      batteries = list.prefix(Self.listLimit).compactMap(CameraBattery.init)
    }
    if let seconds = event["autoPowerOff", "autoPowerOff"]?.integer, 0...86_400 ~= seconds {
      autoPowerOff = .seconds(seconds)
    }
  }

  /// Each entry tells of one error whether it goes on.
  private mutating func takeErrors(of event: CameraEvent) {
    for entry in event.entries["continuousError"] ?? [] {
      guard let name = entry["continuousError"]?.string.map(CameraEvent.limited), !name.isEmpty
      else { continue }
      errors.removeAll { $0 == name }
      if entry["isContinued"]?.boolean ?? true, errors.count < Self.listLimit {
        errors.append(name)
      }
    }
  }

  // MARK: Notices

  private func changes(since old: CameraCondition) -> [CameraNotice] {
    var notices: [CameraNotice] = []
    if let from = old.status, let to = status, from != to, from != .error, to != .error {
      notices.append(.statusChanged(from: from, to: to))
    }
    let (before, after) = (old.allErrors, allErrors)
    notices += after.filter { !before.contains($0) }.map { .errorAppeared($0) }
    notices += before.filter { !after.contains($0) }.map { .errorCleared($0) }
    if let from = old.methods, let to = methods, from != to {
      let hasLeft = old.needsRecModeByList == false && needsRecModeByList == true
      notices.append(.methodsChanged(needsRecMode: hasLeft))
    }
    if let from = old.exposureMode, let to = exposureMode, from != to {
      notices.append(.exposureModeChanged(to))
    }
    if let from = old.shootMode, let to = shootMode, from != to {
      notices.append(.shootModeChanged(to))
    }
    if let time = autoPowerOff, time > .zero, time != old.autoPowerOff {
      notices.append(.autoPowerOffSet(seconds: Int(time.components.seconds)))
    }
    for card in storages ?? [] where card.recordableImages == 0 {
      guard !(old.storages?.contains(card) ?? false) else { continue }
      notices.append(.storageFull(card.name))
    }
    return notices
  }

  /// `needsRecMode`, however old the list is.
  private var needsRecModeByList: Bool? {
    var current = self
    current.isCurrent = true
    return current.needsRecMode
  }

  private var allErrors: [String] {
    status == .error ? [CameraStatus.error.name] + errors : errors
  }

  private mutating func photoNotices(of event: CameraEvent, isSnapshot: Bool) -> [CameraNotice] {
    let known = photoAddresses
    // A first snapshot shows a photo that is old.
    guard let addresses = event.photoAddresses else {
      photoAddresses = known ?? []
      return []
    }
    photoAddresses = Array(addresses.prefix(Self.listLimit))
    // A snapshot shows the last photo again and again.
    guard !isSnapshot || (known != nil && photoAddresses != known) else { return [] }
    photoCount &+= addresses.count
    return [.photoTaken(count: addresses.count)]
  }

  /// A level is noticed when it falls to the next mark, and when it rises so much that the battery
  /// was changed or charged: cameras measure the voltage and waver by one step.
  private mutating func batteryNotices() -> [CameraNotice] {
    var notices: [CameraNotice] = []
    if let battery, let rank = battery.rank, let percent = battery.percent,
      noticedRank.map({ rank < $0 || rank > $0 + 1 }) ?? true
    {
      noticedRank = rank
      if !battery.isLow { hasNoticedNearEnd = false }
      notices.append(
        battery.isLow ? .batteryLow(percent: percent) : .batteryLevelChanged(percent: percent))
    }
    if isBatteryNearEnd, !hasNoticedNearEnd {
      hasNoticedNearEnd = true
      // One line for one fact.
      notices = [.batteryNearEnd]
    }
    return notices
  }
}
