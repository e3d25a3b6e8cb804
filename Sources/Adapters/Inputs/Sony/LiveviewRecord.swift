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
    var activity = CameraActivity.idle
    var clock = CameraClock()
    var size: PictureSize?
    var answeredAt: MediaTime?
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

  // MARK: Facts

  func found(_ camera: FoundCamera) {
    state.withLock {
      $0.camera = camera
      $0.information = CameraInformation()
    }
  }

  func progressed(_ activity: CameraActivity, _ information: CameraInformation) {
    state.withLock {
      $0.activity = activity
      $0.information = information
    }
  }

  func streamBegins() {
    state.withLock {
      $0.streamCount &+= 1
      $0.clock.reset()
      $0.recentArrivals = []
      $0.answeredAt = nil
      $0.lastArrival = nil
    }
  }

  /// The camera has accepted the request for the stream.
  func streamAnswered(at now: MediaTime) {
    state.withLock { $0.answeredAt = now }
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
    state.withLock { state in
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

  // MARK: Status

  /// When this stream last showed life: its newest picture, or the camera's answer before the
  /// first; nil while there is no answer.
  var lastSignOfLife: MediaTime? { state.withLock { $0.lastArrival ?? $0.answeredAt } }

  /// The camera of the present or the last session.
  var camera: FoundCamera? { state.withLock { $0.camera } }

  /// The members the input adds to its entry on the status page.
  func status(now: MediaTime) -> StatusValue {
    let state = state.withLock { $0 }
    var total = state.earlier
    total.add(state.present)
    return .object([
      "activity": .string(state.activity.rawValue),
      "camera": Self.status(of: state.camera, state.information),
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
