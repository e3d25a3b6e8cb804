import Logging
import NIOCore

/// What can be done to a running camera: what happens to it in the course of a day.
extension SimulatedCamera {
  /// How long the real camera needs for a picture, about.
  public static let usualCaptureDuration: Duration = .milliseconds(900)

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
  ///
  /// - Parameter streamStaysOpen: An open stream does not end but falls silent, as with some
  ///   versions of the remote application; it goes on after startRecMode and startLiveview.
  public func leaveRecMode(streamStaysOpen: Bool = false) {
    liveview.outlivesRecMode = streamStaysOpen
    body.enter(.waiting)
    cameraChanged()
  }

  /// Shows or removes the temperature warning: the status is Error, and pictures go on.
  public func warnOfHeat(_ isHot: Bool) {
    body.warnOfHeat(isHot)
    cameraChanged()
  }

  /// Warns of heat and switches the camera off after this time.
  public func overheat(shutdownAfter delay: Duration) {
    warnOfHeat(true)
    // Forgotten if the camera goes before.
    after(delay) { camera in Task { await camera.vanish(.unreachable) } }
  }

  /// Turns the mode dial to a position the remote application does not work on, or back.
  public func turnModeDial(toUnsupported isUnsupported: Bool) {
    body.turnDial(toUnsupported: isUnsupported)
    cameraChanged()
  }

  /// Somebody presses the shutter on the camera: no pictures meanwhile, then getEvent tells the
  /// address of the photo.
  public func pressShutter(capture duration: Duration = usualCaptureDuration) {
    guard body.isRecMode, body.status == body.restingStatus else { return }
    body.show(.notReady)
    cameraChanged()
    after(duration) { camera in
      camera.counters.picturesTaken += 1
      let host = camera.endpoints
      camera.body.pictureTaken(camera.postviewURL("http://\(host.host):\(host.apiPort)"))
      camera.body.show(camera.body.restingStatus)
      camera.cameraChanged()
    }
  }

  /// No pictures for this time, while the camera says it is idle.
  public func focus(for duration: Duration) {
    liveview.focusingUntil = .now() + TimeAmount(duration)
  }

  /// Out of reach for this time, then back on its waiting screen.
  ///
  /// - Returns: At once; the camera comes back by itself.
  public func loseNetwork(for duration: Duration, _ departure: Departure = .unreachable) async {
    guard power == .on else { return }
    await vanish(departure)
    let departure = departures
    // Not `after`: its work is forgotten when the camera goes.
    eventLoop.scheduleTask(in: TimeAmount(duration)) {
      Task { await self.comeBack(from: departure) }
    }
  }

  private func comeBack(from departure: Int) async {
    guard departures == departure else { return }
    do {
      try await reappear()
    } catch {
      logger.error("camera not back", metadata: ["error": "\(error)"])
    }
  }

  /// Switches it off as its menu does: says byebye, closes its connections. ``reappear()``
  /// switches it on.
  public func powerOff() async {
    guard power == .on else { return }
    sayGoodbye()
    await vanish()
  }

  /// Off by itself after this time without a call.
  ///
  /// Whether liveview alone keeps a real camera awake is not known; here it does not.
  public func powerOff(afterIdle limit: Duration) {
    let left = TimeAmount(limit) - (.now() - lastCall)
    guard left > .zero else {
      Task { await self.powerOff() }
      return
    }
    after(.nanoseconds(left.nanoseconds)) { $0.powerOff(afterIdle: limit) }
  }

  /// Goes and comes back as if switched off and on, different from before.
  ///
  /// - Throws: As ``reappear(_:)``; the camera is away then.
  public func restart(
    _ change: @Sendable (inout SimulatedCameraConfiguration) -> Void
  ) async throws {
    await vanish()
    try await reappear(change)
  }

  /// The same with the API on another port.
  ///
  /// - Parameter apiPort: 0 takes a free one, also when it was a free one before.
  public func restart(apiPort: Int) async throws {
    await vanish()
    if power == .away { ports.api = apiPort }
    try await reappear { $0.apiPort = apiPort }
  }
}
