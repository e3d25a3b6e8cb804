import NIOCore

/// The liveview stream: its one client and what continues from picture to picture.
struct LiveviewStream {
  /// The connection that gets the pictures; the camera serves one only.
  var client: ObjectIdentifier?
  /// A picture is due at some time.
  var isRunning = false
  /// Tells the present rhythm's timers from those of an earlier one.
  var rhythm = 0
  /// What the stream consists of, for every client.
  var content = StreamContent.pictures
  /// No pictures come until the client does this.
  var wedge: LiveviewWedge?
  /// How requests for the stream are answered.
  var answer = StreamAnswer.stream
  /// Content-Type of the stream.
  var contentType = Self.usualContentType
  /// Nothing comes for the present client: its packet was left unfinished.
  var isHanging = false
  /// The stream was not ended when recording mode was left: it stays open, and silent until
  /// liveview is on again.
  var outlivesRecMode = false
  /// Bytes of a packet that goes out one by one.
  var trickling = ByteBuffer()
  /// Since when the client has not been reading.
  var blockedSince: NIODeadline?
  var nextPicture = NIODeadline.distantPast
  /// No picture is taken before; the camera is focusing.
  var focusingUntil = NIODeadline.distantPast
  /// Of the next packet.
  var sequenceNumber: UInt16 = 1
  /// Taken from the camera's clock.
  var clockOffset: UInt32 = 0
  /// Counts what the sensor saw, whether it was sent or not.
  var frameNumber: UInt32 = 0
  var memory = CaptureMemory()
  var pacing: FramePacing
  var faults: [LiveviewFault] = []
  var random: RandomSequence

  static let usualContentType = "image/jpeg"

  init(configuration: SimulatedCameraConfiguration) {
    pacing = FramePacing(
      framesPerSecond: configuration.framesPerSecond, jitter: configuration.jitter,
      seed: configuration.seed)
    random = RandomSequence(seed: ~configuration.seed)
  }

  /// The stream after the camera was away: it is sound and the camera's own counters begin again,
  /// but not the number in the picture, by which a test tells new pictures from old ones.
  init(configuration: SimulatedCameraConfiguration, continuing earlier: LiveviewStream) {
    self.init(configuration: configuration)
    frameNumber = earlier.frameNumber
    rhythm = earlier.rhythm
    pacing = earlier.pacing
  }

  /// Ends every fault that lasts.
  mutating func becomeSound() {
    content = .pictures
    wedge = nil
    answer = .stream
    contentType = Self.usualContentType
    isHanging = false
    outlivesRecMode = false
    faults = []
  }
}

/// What an open stream consists of.
public enum StreamContent: Sendable, Hashable {
  case pictures
  /// The stream stays open and nothing comes.
  case nothing
  /// Sound packets, but so many bytes a second only, one at a time.
  case trickle(bytesPerSecond: Double)
  /// Random bytes in sound chunks, without end.
  case garbage
  /// Sound packets without end, none of them a picture.
  case packetsWithoutPictures
}

/// What a client must do before a wedged camera sends pictures again.
public enum LiveviewWedge: String, Sendable, Hashable, CaseIterable {
  /// Open the stream anew.
  case untilReopened = "reopen"
  /// Call stopLiveview or startLiveview.
  case untilRestarted = "liveview"
  /// Call startRecMode.
  case untilRecMode = "rec-mode"
  /// Fetch the device description, as who looks for the camera anew does.
  case untilDiscovered = "discovery"
  /// Nothing a client can do helps; only switching it off and on.
  case untilSwitchedOff = "power"

  /// - Returns: Whether a call of `method` ends it.
  func isEnded(by method: String) -> Bool {
    switch self {
    case .untilRestarted:
      ["stopLiveview", "startLiveview", "startLiveviewWithSize"].contains(method)
    case .untilRecMode: method == "startRecMode"
    case .untilReopened, .untilDiscovered, .untilSwitchedOff: false
    }
  }
}

/// How a request for the stream is answered while liveview is on.
public enum StreamAnswer: Sendable, Hashable {
  case stream
  /// This HTTP status and no stream; the running one goes on.
  case status(Int)
  /// Status 302 with this address.
  case redirect(String)
  /// Status 200, then header lines without end.
  case endlessHeaders
  /// None; the connection stays open.
  case silence
}
