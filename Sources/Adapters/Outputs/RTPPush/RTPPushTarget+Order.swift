import Logging
import Media
import NIOCore
import Pipeline
import RTP
import SDP
import Synchronization

extension RTPPushTarget {
  /// Waits until the target may send. While it is paused, has no description or stands by, it asks
  /// for no pictures.
  ///
  /// - Returns: Where to send; nil if the task was cancelled.
  func awaitRoute(_ onStateChange: @escaping @Sendable (State) -> Void) async -> RTPPushRoute? {
    while !Task.isCancelled {
      await waitWhilePaused(onStateChange)
      if let route = await awaitRouteUnlessPaused(onStateChange) { return route }
      // A receiver has heard no report for long; the first picture is to bring one.
      lastReport = nil
    }
    return nil
  }

  private func awaitRouteUnlessPaused(
    _ onStateChange: @escaping @Sendable (State) -> Void
  ) async -> RTPPushRoute? {
    if !settings.heedsSora, case .send(let route) = settings.order(nil) { return route }
    return await withTaskGroup(of: RTPPushRoute?.self) { group in
      group.addTask {
        await self.pauseSwitch.wait(untilPaused: true)
        return nil
      }
      group.addTask { await self.awaitSendOrder(onStateChange) }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
  }

  nonisolated func note(error: String) {
    let now = stream.clock.wallClockAnchor()
    observations.withLock { $0.counters.note(error: error, at: now) }
  }

  private nonisolated func awaitSendOrder(
    _ onStateChange: @Sendable (State) -> Void
  ) async -> RTPPushRoute? {
    for await description in stream.peerDescriptions.changes(of: .sora) {
      observations.withLock { $0.isStandingBy = false }
      switch settings.order(description) {
      case .send(let route): return route
      case .awaitDescription: onStateChange(.waitingForDescription)
      case .standBy:
        observations.withLock { $0.isStandingBy = true }
        onStateChange(.standingBy)
      case .fail(let error):
        note(error: "\(error)")
        onStateChange(.failing("\(error)"))
      }
    }
    return nil
  }

  /// Returns when what Sora says asks for something other than sending along `route`, and when the
  /// task is cancelled.
  nonisolated func awaitOtherOrder(than route: RTPPushRoute) async {
    for await description in stream.peerDescriptions.changes(of: .sora)
    where settings.order(description) != .send(route) {
      return
    }
  }

  /// Sends along `route` from now on: the same SSRC, the next sequence number, the same source
  /// port.
  func take(_ route: RTPPushRoute) {
    defer { observations.withLock { $0.isStandingBy = false } }
    guard route != self.route else { return }
    if !route.leadsToSamePlace(as: self.route) {
      nextDestination = nil
      mustOpenSocket = true
    }
    if self.route != nil { observations.withLock { $0.counters.routeChanges &+= 1 } }
    if route.payloadType != sender.payloadType {
      sender.setPayloadType(route.payloadType)
      // The receiver knows no packets of the former payload type any more.
      observations.withLock { $0.history?.clear() }
    }
    self.route = route
    publication?.take(route)
    hasWarnedOfFormat = false
    observations.withLock { $0.route = route }
    if route.forwarded != nil { announce(route) }
  }

  private func announce(_ route: RTPPushRoute) {
    logger.notice(
      "rtp push target sends in sora's form",
      metadata: [
        LogKey.address: .string(route.host), LogKey.port: "\(route.port)",
        LogKey.detail: "payload type \(route.payloadType)",
      ])
    if route.forwarded?.parameters.packetizationMode == 0 {
      logger.notice(
        "sora announces packetization mode 0, packets of mode 1 follow",
        metadata: [LogKey.reason: "large pictures have to be split"])
    }
    guard !settings.standsBy, settings.address == nil, settings.port == nil,
      stream.peerDescriptions.current(of: .sora)?.isForwarding == true
    else { return }
    logger.warning(
      "sora sends to the same receiver",
      metadata: [LogKey.detail: "set standby, or another address or port"])
  }

  /// Says once if a receiver set up for Sora's description may not be able to decode `format`.
  func warnIfExceeded(by format: VideoFormat) {
    guard !hasWarnedOfFormat, let route, route.isExceeded(by: format) else { return }
    hasWarnedOfFormat = true
    logger.warning(
      "stream is of a higher profile or level than sora announced",
      metadata: [
        LogKey.detail: .string(
          "\(format.parameterSets.profileLevelID ?? "?") instead of "
            + "\(route.forwarded?.parameters.profileLevelID ?? "?")")
      ])
  }
}
