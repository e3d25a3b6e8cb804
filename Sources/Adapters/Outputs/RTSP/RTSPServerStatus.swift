import Media
import Pipeline
import RTP
import Synchronization

/// One viewer as the status page shows it.
struct ViewerStatus: Sendable {
  var address: String
  var transport: String
  var userAgent: String?
  var since: WallClockAnchor
  var isPlaying: Bool
  var picturesSent: UInt64
  var picturesSkipped: UInt64
  var bytesSent: UInt64
  var startBytes: UInt64
  var queuedBytes: Int
  var reception: ReceiverReportStatistics

  func value(at now: MediaTime) -> StatusValue {
    let hasReports = reception.reportCount > 0
    return .object([
      "address": .string(address),
      "transport": .string(transport),
      "userAgent": .text(userAgent),
      "since": .string(since.iso8601),
      "sinceSeconds": .seconds(since.mediaTime.duration(to: now)),
      "state": .string(isPlaying ? "playing" : "paused"),
      "picturesSent": .int(picturesSent),
      "picturesSkipped": .int(picturesSkipped),
      "bytesSent": .int(bytesSent),
      "startBytes": .int(startBytes),
      "queuedBytes": .int(queuedBytes),
      "lossRatio": hasReports ? .rounded(reception.lossRatio) : .null,
      "jitterMilliseconds": hasReports ? .rounded(reception.jitter.inMilliseconds) : .null,
      "roundTripMilliseconds": reception.roundTripTime.map { .rounded($0.inMilliseconds) } ?? .null,
    ])
  }
}

/// Totals of the server since its output began.
struct RTSPServerTotals: Sendable {
  var connections: UInt64 = 0
  var connectionsRefused: UInt64 = 0
  /// Wrong user names or passwords.
  var loginsFailed: UInt64 = 0
  var viewers: UInt64 = 0
  /// Of viewers that have left.
  var picturesSent: UInt64 = 0
  var picturesSkipped: UInt64 = 0
  var bytesSent: UInt64 = 0
  var startBytes: UInt64 = 0

  mutating func add(_ viewer: RTSPViewer) {
    picturesSent &+= viewer.picturesSent
    picturesSkipped &+= viewer.picturesSkipped
    bytesSent &+= viewer.bytesSent
    startBytes &+= viewer.startBytes
  }
}

/// What the status page reads, written by the event loop once a second and at every coming and
/// going.
final class RTSPServerStatus: Sendable {
  struct Contents: Sendable {
    var openConnections = 0
    var totals = RTSPServerTotals()
    var viewers: [ViewerStatus] = []

    /// With those of the viewers who are there.
    var picturesSent: UInt64 { viewers.reduce(totals.picturesSent) { $0 &+ $1.picturesSent } }
    var picturesSkipped: UInt64 {
      viewers.reduce(totals.picturesSkipped) { $0 &+ $1.picturesSkipped }
    }
    var bytesSent: UInt64 { viewers.reduce(totals.bytesSent) { $0 &+ $1.bytesSent } }
    var startBytes: UInt64 { viewers.reduce(totals.startBytes) { $0 &+ $1.startBytes } }
  }

  private let contents = Mutex(Contents())
  private let clock: MediaClock

  init(clock: MediaClock) {
    self.clock = clock
  }

  func update(_ new: Contents) {
    contents.withLock { $0 = new }
  }

  var current: Contents { contents.withLock { $0 } }

  func value() -> StatusValue {
    let now = clock.now()
    let contents = current
    let viewers = contents.viewers
    return .object([
      "connections": .int(contents.openConnections),
      "connectionsTotal": .int(contents.totals.connections),
      "connectionsRefusedTotal": .int(contents.totals.connectionsRefused),
      "loginsFailedTotal": .int(contents.totals.loginsFailed),
      "viewerCount": .int(viewers.count),
      "viewersTotal": .int(contents.totals.viewers),
      "picturesSentTotal": .int(contents.picturesSent),
      "picturesSkippedTotal": .int(contents.picturesSkipped),
      "bytesSentTotal": .int(contents.bytesSent),
      "startBytesTotal": .int(contents.startBytes),
      "viewers": .array(viewers.map { $0.value(at: now) }),
    ])
  }
}
