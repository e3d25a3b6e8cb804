import Media

/// The stream: where it is, and what follows when it ends.
extension CameraSession {
  /// A stream that is opened to recover has to prove itself sooner than one that worked: steps
  /// that do not help should not cost the whole stall limit each.
  private static let recoveryPictureLimit = Duration.seconds(2)
  /// The same for another GET alone: a camera that is well sends its first byte after 0.1 s.
  private static let reopenedPictureLimit = Duration.seconds(1)

  /// Where the stream is, by the camera's own word if that makes sense.
  func liveviewURL(_ address: String) -> CameraURL {
    let usual = CameraURL(
      host: settings.endpoint.host, port: settings.endpoint.port,
      path: "/liveview/liveviewstream")
    return settings.endpoint.resolving(address)?.replacingUnusableHost(by: settings.endpoint)
      ?? usual
  }

  mutating func open(_ url: CameraURL) -> CameraOrder {
    guard isWanted else { return fallAsleep() }
    state = .streaming(url, firstPictureAt: nil)
    guard isRecovering else { return .openLiveview(url, firstPictureLimit: nil) }
    return .openLiveview(
      url,
      firstPictureLimit: recovery.isReopening
        ? Self.reopenedPictureLimit : Self.recoveryPictureLimit)
  }

  mutating func recover(
    _ url: CameraURL, from reason: LiveviewEnd, lasted: Duration?
  ) -> CameraOrder {
    isRecovering = true
    if lasted == nil {
      emptyStreamCount += 1
      if reason == .unreachable, emptyStreamCount == 1, url.host != settings.endpoint.host {
        // The camera named an address that cannot be reached from here; the API's can.
        return open(CameraURL(host: settings.endpoint.host, port: url.port, path: url.path))
      }
    }
    switch recovery.streamEnded(reason, lasted: lasted, hasLeftRecMode: hasLeftRecMode) {
    case .standBack(let duration):
      return perform(.confirmRivalry(url, pause: duration))
    case .take(let step, let duration):
      notice(.recovering(step, after: reason))
      return take(step, after: duration, url: url, reason)
    }
  }

  private mutating func take(
    _ step: RecoveryStep, after duration: Duration, url: CameraURL, _ reason: LiveviewEnd
  ) -> CameraOrder {
    switch step {
    case .reopen: pause(duration, .recovering, then: .open(url))
    case .restart:
      pause(duration, .recovering, then: .step(.stopForRestart(thenSized: hasSizedLiveview)))
    case .remoteShooting: pause(duration, .recovering, then: .step(.recMode))
    case .rediscover: end(.noPictures(reason))
    }
  }

  /// The camera is there; somebody else watches it.
  mutating func standBack(_ duration: Duration, then url: CameraURL) -> CameraOrder {
    guard isWanted else { return restBesideRival() }
    notice(.standingBack(duration))
    return pause(duration, .standingBack, then: .open(url))
  }
}
