import Media
import Pipeline
import SonyCamera
import Synchronization

/// What the input knows about its camera and stream; written by the session, read by whoever looks
/// at the status.
///
/// It outlives sessions, so that presentation times go on increasing and totals keep adding up.
final class LiveviewRecord: Sendable {
  /// Arrivals the picture rate is taken from.
  private static let rateWindow = 60

  private struct State {
    var camera: FoundCamera?
    var information = CameraInformation()
    var condition = CameraCondition()
    var pollingMode = PollingMode.undecided
    var hasSizedLiveview = true
    var activity = CameraActivity.idle
    var awayReason = AwayReason.searching
    var lostAt: MediaTime?
    var lastBusyAt: MediaTime?
    var lines = LineThrottle()
    /// What was looked for when it was last said so, until there were pictures.
    var announcedSearch: String?
    /// Whose pictures the log told of last.
    var announcedCamera: String?
    var clock = CameraClock()
    var size: PictureSize?
    var streamBeganAt: MediaTime?
    var lastArrival: MediaTime?
    var recentArrivals: [MediaTime] = []
    var pictureCount: UInt64 = 0
    var pictureByteCount: UInt64 = 0
    var longestGap = Duration.zero
    var streamCount: UInt64 = 0
    var stallCount: UInt64 = 0
    /// Of streams that are over.
    var earlier = LiveviewStatistics()
    /// Of the present stream.
    var present = LiveviewStatistics()
  }

  private let state = Mutex(State())
  /// How the link to the camera is.
  let health = LinkHealthMeter()

  // MARK: Facts

  /// A camera was found; what is known about it holds if it is the same as before.
  func found(_ camera: FoundCamera) {
    health.found(on: camera.interface)
    state.withLock {
      let isSame =
        $0.camera?.uniqueDeviceName == camera.uniqueDeviceName
        && (camera.uniqueDeviceName != nil || $0.camera?.endpoint == camera.endpoint)
      $0.camera = camera
      guard !isSame else { return }
      $0.information = CameraInformation()
      $0.condition = CameraCondition()
      $0.hasSizedLiveview = true
    }
  }

  func progressed(_ activity: CameraActivity, _ watch: CameraWatch, at now: MediaTime) {
    state.withLock {
      $0.activity = activity
      $0.information = watch.information
      // The end of a busy time counts, too.
      if $0.condition.isBusy { $0.lastBusyAt = now }
      $0.condition = watch.condition
      $0.pollingMode = watch.pollingMode
    }
  }

  /// A session is over; what the camera told last is kept.
  func ended(_ watch: CameraWatch, because error: SonyInputError?, at now: MediaTime) {
    progressed(.ended, watch, at: now)
    state.withLock {
      $0.condition.lapse()
      if let error { $0.awayReason = error.awayReason(watch.condition) }
    }
  }

  func picturesAreLost(at now: MediaTime) {
    state.withLock { $0.lostAt = $0.lostAt ?? now }
  }

  /// Pictures are not wanted; that they are missing is nothing to tell.
  func cameraSleeps() {
    state.withLock {
      $0.lostAt = nil
      $0.announcedSearch = nil
    }
  }

  /// - Returns: For how long there were none; nil for the first ones of all.
  func picturesAreBack(at now: MediaTime) -> Duration? {
    state.withLock { state in
      let lostAt = state.lostAt
      state.lostAt = nil
      state.announcedSearch = nil
      return lostAt.map { $0.duration(to: now) }
    }
  }

  func streamBegins(at now: MediaTime) {
    health.streamBegan()
    state.withLock {
      $0.streamCount &+= 1
      $0.clock.reset()
      $0.recentArrivals = []
      $0.lastArrival = nil
      $0.streamBeganAt = now
    }
  }

  func streamEnded(_ reason: LiveviewEnd?) {
    state.withLock {
      if reason == .stalled { $0.stallCount &+= 1 }
      $0.earlier.add($0.present)
      $0.present = LiveviewStatistics()
    }
  }

  /// Takes note of a picture and says when it was taken.
  func received(
    _ image: LiveviewImage, at arrival: MediaTime, statistics: LiveviewStatistics
  ) -> MediaTime {
    health.pictureReceived(image, at: arrival, statistics: statistics)
    return state.withLock { state in
      state.present = statistics
      state.pictureCount &+= 1
      state.pictureByteCount &+= UInt64(image.outline.byteCount)
      state.size = image.outline.size
      if let last = state.lastArrival {
        state.longestGap = max(state.longestGap, last.duration(to: arrival))
      }
      state.lastArrival = arrival
      if state.recentArrivals.count >= Self.rateWindow { state.recentArrivals.removeFirst() }
      state.recentArrivals.append(arrival)
      return state.clock.presentationTime(
        cameraMilliseconds: image.cameraMilliseconds, arrival: arrival)
    }
  }

  // MARK: What the operator is told

  /// Whether a line of this kind is worth writing, and how many like it were not.
  func admits(_ line: LineThrottle.Kind, at now: MediaTime) -> LineThrottle.Admission? {
    state.withLock { $0.lines.admits(line, at: now) }
  }

  /// Whether pictures come from another camera or address than the last ones.
  func isNews(camera name: String, at host: String) -> Bool {
    state.withLock { state in
      defer { state.announcedCamera = "\(name) at \(host)" }
      return state.announcedCamera != "\(name) at \(host)"
    }
  }

  /// Whether the operator knows already that this is what is waited for.
  func isSearchNews(_ detail: String) -> Bool {
    state.withLock { state in
      defer { state.announcedSearch = detail }
      return state.announcedSearch != detail
    }
  }

  // MARK: Facts for others

  /// When the present stream was asked for.
  var streamBeganAt: MediaTime? { state.withLock { $0.streamBeganAt } }

  /// Age of the stream's newest picture; nil if it has brought none.
  func newestPictureAge(now: MediaTime) -> Duration? {
    state.withLock { $0.lastArrival.map { $0.duration(to: now) } }
  }

  /// Arrival of the present stream's newest picture; nil if it has brought none.
  var lastArrival: MediaTime? { state.withLock { $0.lastArrival } }

  /// Whether the camera cannot send pictures now, by its own word, or could not until `grace` ago.
  func wasCameraBusy(within grace: Duration, now: MediaTime) -> Bool {
    state.withLock { state in
      if state.condition.isBusy { state.lastBusyAt = now }
      return state.lastBusyAt.map { $0.duration(to: now) < grace } ?? false
    }
  }

  /// Why there was no camera last.
  var awayReason: AwayReason { state.withLock { $0.awayReason } }

  /// What was found out about the camera.
  var information: CameraInformation { state.withLock { $0.information } }

  /// What the camera told about itself last.
  var condition: CameraCondition { state.withLock { $0.condition } }

  /// False on a camera that does not know `startLiveviewWithSize`.
  var hasSizedLiveview: Bool {
    get { state.withLock { $0.hasSizedLiveview } }
    set { state.withLock { $0.hasSizedLiveview = newValue } }
  }

  /// The camera of the present or the last session.
  var camera: FoundCamera? { state.withLock { $0.camera } }

  // MARK: Status

  /// The members the input adds to its entry on the status page.
  func status(now: MediaTime) -> StatusValue {
    let state = state.withLock { $0 }
    var total = state.earlier
    total.add(state.present)
    return .object([
      "activity": .string(state.activity.rawValue),
      "camera": Self.status(of: state.camera, state.information),
      "link": health.status(at: now),
      "condition": Self.status(of: state.condition, state.pollingMode),
      "pictureSize": .text(state.size?.description),
      "picturesPerSecond": .rounded(Self.rate(of: state.recentArrivals, now: now)),
      "newestPictureAgeSeconds": state.lastArrival.map { .seconds($0.duration(to: now)) } ?? .null,
      "longestGapSeconds": .seconds(state.longestGap),
      "pictures": .int(state.pictureCount),
      "pictureBytes": .int(state.pictureByteCount),
      "streams": .int(state.streamCount),
      "stalls": .int(state.stallCount),
      "corruptPictures": .int(total.corruptImageCount),
      "skippedPackets": .int(total.skippedPacketCount),
      "sequenceGaps": .int(total.sequenceGapCount),
      "missingPackets": .int(total.missingPacketCount),
      "resynchronisations": .int(total.resynchronisationCount),
      "garbageBytes": .int(total.garbageByteCount),
      "staleBytes": .int(total.staleByteCount),
      "sizeChanges": .int(total.sizeChangeCount),
    ])
  }

  private static func status(
    of camera: FoundCamera?, _ information: CameraInformation
  ) -> StatusValue {
    guard let camera else { return .null }
    return .object([
      "name": .string(camera.name),
      "endpoint": .string(camera.endpoint.description),
      "description": .text(camera.location?.description),
      "interface": .text(camera.interface),
      "foundBy": .string(camera.origin.rawValue),
      "application": .text(information.application?.name),
      "applicationVersion": .text(information.application?.version),
      "apiVersions": .array((information.versions ?? []).map { .string($0) }),
      "refusedSetup": .array(
        information.setupRefusals.keys.map(\.rawValue).sorted().map { .string($0) }),
    ])
  }

  private static func status(
    of condition: CameraCondition, _ pollingMode: PollingMode
  ) -> StatusValue {
    .object([
      "isCurrent": .bool(condition.isCurrent),
      "told": .string(pollingMode.rawValue),
      "status": .text(condition.status?.name),
      "isBusy": .bool(condition.isBusy),
      "batteryPercent": condition.battery?.percent.map { .int($0) } ?? .null,
      "batteryRemark": .text(condition.battery?.remark?.rawValue),
      "errors": .array(condition.errors.map { .string($0) }),
      "shootMode": .text(condition.shootMode),
      "exposureMode": .text(condition.exposureMode),
      "focus": .text(condition.focus?.rawValue),
      "zoomPercent": condition.zoomPosition.map { .int($0) } ?? .null,
      "photos": .int(condition.photoCount),
      "availableMethods": condition.methods.map { .int($0.count) } ?? .null,
    ])
  }

  /// Pictures per second over the last arrivals; 0 if the newest is older than two seconds.
  private static func rate(of arrivals: [MediaTime], now: MediaTime) -> Double {
    guard arrivals.count > 1, let first = arrivals.first, let last = arrivals.last,
      last.duration(to: now) < .seconds(2)
    else { return 0 }
    let seconds = first.duration(to: last).inSeconds
    return seconds > 0 ? Double(arrivals.count - 1) / seconds : 0
  }
}

extension LiveviewStatistics {
  /// Adds the counts of another stream.
  fileprivate mutating func add(_ other: LiveviewStatistics) {
    corruptImageCount += other.corruptImageCount
    skippedPacketCount += other.skippedPacketCount
    sequenceGapCount += other.sequenceGapCount
    missingPacketCount += other.missingPacketCount
    resynchronisationCount += other.resynchronisationCount
    garbageByteCount += other.garbageByteCount
    staleByteCount += other.staleByteCount
    sizeChangeCount += other.sizeChangeCount
  }
}
