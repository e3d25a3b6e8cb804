import Media

/// How a camera goes away.
public enum Departure: String, Sendable, CaseIterable {
  /// Every connection is reset.
  case reset
  /// Nothing is said: connections stay open and nothing comes any more, as when the radio is lost.
  case silent
}

/// What can be done to a running camera, by a test, a person or a scenario.
extension SimulatedCamera {
  /// With `true` the stream stays open and nothing comes; everything else works.
  public func stallLiveview(_ isStalled: Bool) {
    liveview.isStalled = isStalled
  }

  /// Changes the mean rate.
  ///
  /// - Parameter framesPerSecond: Taken into 1…30.
  public func setFrameRate(_ framesPerSecond: Double) {
    liveview.pacing.framesPerSecond = min(30, max(1, framesPerSecond))
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

  /// Queues faults, one for each of the next calls.
  ///
  /// - Parameter method: Calls of this method only; nil: whatever is called.
  public func injectAPIFaults(_ faults: [APIFault], method: String? = nil) {
    apiFaults[method ?? Self.anyMethod, default: []] += faults
  }

  /// Changes what getEvent says the camera is doing; pictures come only while it is idle.
  public func setStatus(_ status: CameraStatus) {
    body.show(status)
    cameraChanged()
  }

  /// Changes the battery's level; only the installed application tells it.
  public func setBattery(_ level: BatteryLevel) {
    body.setBattery(level)
    cameraChanged()
  }

  /// Puts the camera back to its waiting screen, as when it lost the phone: startRecMode is
  /// needed again.
  public func leaveRecMode() {
    body.enter(.waiting)
    cameraChanged()
  }
}
