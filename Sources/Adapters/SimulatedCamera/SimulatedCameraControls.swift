import Media
import NIOCore

/// How a camera goes away.
public enum Departure: String, Sendable, CaseIterable {
  /// Every connection is reset, its ports refuse.
  case reset
  /// Nothing is said: connections stay open and nothing comes any more. Its ports refuse.
  case silent
  /// The same, and who connects hears nothing either, as when the radio is lost.
  case unreachable
}

/// What can be done to a running camera, by a test, a person or a scenario; the parts that are
/// about liveview and calls.
extension SimulatedCamera {
  // MARK: - Liveview

  /// With `true` the stream stays open and nothing comes; everything else works.
  public func stallLiveview(_ isStalled: Bool) {
    setStreamContent(isStalled ? .nothing : .pictures)
  }

  /// Changes what streams consist of, until it is changed again or the camera was away.
  public func setStreamContent(_ content: StreamContent) {
    liveview.content = content
    restartRhythm()
  }

  /// Lets pictures cease until the client does something about it.
  public func wedgeLiveview(_ wedge: LiveviewWedge) {
    liveview.wedge = wedge
  }

  /// Changes how requests for the stream are answered.
  public func setStreamAnswer(_ answer: StreamAnswer) {
    liveview.answer = answer
  }

  /// Changes the Content-Type of streams opened from now on.
  public func setStreamContentType(_ type: String) {
    liveview.contentType = type
  }

  /// Ends every fault of the stream that lasts, and forgets those that wait.
  public func healLiveview() {
    liveview.becomeSound()
    restartRhythm()
    liveviewModeChanged()
  }

  /// Changes the mean rate.
  ///
  /// - Parameter framesPerSecond: Taken into 0.01…30.
  public func setFrameRate(_ framesPerSecond: Double) {
    let rates = SimulatedCameraConfiguration.frameRates
    liveview.pacing.framesPerSecond = min(rates.upperBound, max(rates.lowerBound, framesPerSecond))
    restartRhythm()
  }

  /// Changes the size in mid-stream, as turning the mode dial does.
  ///
  /// - Throws: `SimulatedCameraError.invalidSetting` for a size the camera does not have.
  public func setPictureSize(_ size: PictureSize) throws(SimulatedCameraError) {
    guard SimulatedPicture.sizes.contains(size) else { throw .invalidSetting(name: "pictureSize") }
    shownSize = size
  }

  /// Spoils the compressed data of the next images.
  public func corruptNextFrames(_ count: Int) {
    injectLiveviewFaults([LiveviewFault](repeating: .garbledPicture, count: max(0, count)))
  }

  /// Queues faults, one for each of the next images.
  public func injectLiveviewFaults(_ faults: [LiveviewFault]) {
    liveview.faults += faults
  }

  // MARK: - Calls

  /// Queues faults, one for each of the next calls.
  ///
  /// - Parameter method: Calls of this method only; nil: whatever is called.
  public func injectAPIFaults(_ faults: [APIFault], method: String? = nil) {
    apiFaults[method ?? Self.anyMethod, default: []] += faults
  }

  /// Spoils every call until ``healAPI()``; one that is queued goes before.
  ///
  /// - Parameter method: Calls of this method only; nil: whatever is called.
  public func setAPIFault(_ fault: APIFault, method: String? = nil) {
    lastingAPIFaults[method ?? Self.anyMethod] = fault
  }

  /// Ends every fault of calls, and forgets those that wait. Calls that hang go on hanging.
  public func healAPI() {
    apiFaults = [:]
    lastingAPIFaults = [:]
  }

  /// Changes how slow answers are: 1 as measured on a NEX-5T, 0 at once.
  public func setDelayScale(_ scale: Double) {
    present.delayScale = min(10, max(0, scale))
  }

  /// Changes how many requests are served at a time.
  public func setWorkerLimit(_ limit: Int) {
    workers.limit = max(1, limit)
    serveWaiting()
  }
}
