import Media

/// What the encoder is to do next.
extension FrameSlot {
  static func takeOrder(from state: inout State, now: MediaTime) -> Order? {
    if let kbps = state.wantedBitrateKbps.take() { return .setBitrate(kbps: kbps) }
    if state.demandJustEnded {
      state.demandJustEnded = false
      return .idle
    }
    guard state.hasDemand else {
      guard let newest = state.newest, state.preparedSize != newest.size else { return nil }
      state.preparedSize = newest.size
      return .prepare(newest.size)
    }
    state.plan.timePassed(at: now)
    return takePicture(from: &state, now: now) ?? takeOffline(from: &state, now: now)
  }

  private static func takePicture(from state: inout State, now: MediaTime) -> Order? {
    guard let newest = state.newest else { return nil }
    // The first viewer gets the newest picture at once if it is fresh; a granted keyframe request,
    // too, even if that picture was already encoded: waiting for the camera would cost a frame
    // interval.
    let isRequested = state.owesIDR || state.gate.isOpen(at: now)
    let isShowable =
      state.isUnread
      ? state.plan.isFresh(arrived: newest.arrivalTime, at: now)
      : isRequested && state.plan.isRepeatable(arrived: newest.arrivalTime, at: now)
    guard isShowable else { return nil }
    // Who sees a slate is given the camera back as an IDR: nothing of the slate shines through.
    let forceIDR = isRequested || state.plan.offlineSince != nil
    let isRepeat = !state.isUnread
    state.isUnread = false
    state.preparedSize = newest.size
    state.idrOrdered(forceIDR, at: now)
    return .encode(newest, forceIDR: forceIDR, isRepeat: isRepeat)
  }

  private static func takeOffline(from state: inout State, now: MediaTime) -> Order? {
    let isRequested = state.owesIDR || state.gate.isOpen(at: now)
    switch state.plan.takeAction(at: now, isRequested: isRequested) {
    case nil: return nil
    case .refuse: return .refuse(state.plan.card(at: now))
    case .show:
      state.idrOrdered(isRequested, at: now)
      return .encodeOffline(state.offlinePicture(at: now), forceIDR: isRequested)
    }
  }
}

extension FrameSlot.State {
  fileprivate mutating func idrOrdered(_ isOrdered: Bool, at now: MediaTime) {
    guard isOrdered else { return }
    owesIDR = false
    gate.idrMade(at: now, isRequested: true)
  }

  /// What takes the camera's place now.
  func offlinePicture(at now: MediaTime) -> OfflinePicture {
    let card = plan.card(at: now)
    if plan.rules.mode == .freeze, let newest {
      return OfflinePicture(card: card, look: .frozen(newest))
    }
    return OfflinePicture(card: card, look: .slate(over: newest))
  }
}
