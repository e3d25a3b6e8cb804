import Media

/// While a channel is in use.
extension ChannelPlan {
  /// Waits for whatever is due first.
  mutating func serve(at time: WallClockAnchor) -> ChannelOrder {
    if isStopping { return close(at: time) }
    state = .serving
    var next = nextCheck
    if settings.asksForPlaylists { next = min(next, nextPlaylists) }
    if !leftovers.isEmpty { next = min(next, nextDeletion) }
    return .wait(until: next)
  }

  /// Something may have happened to the channel: looks at once, and not when it is due. If the
  /// present order is to wait, report `woke` now.
  public mutating func checkNow() {
    nextCheck = MediaTime(nanoseconds: 0)
  }

  mutating func woke(at time: WallClockAnchor) -> ChannelOrder {
    guard !isStopping, let current else { return close(at: time) }
    if time.mediaTime >= nextCheck {
      nextCheck = time.mediaTime.advanced(by: settings.checkInterval)
      state = .checking
      return .list
    }
    if settings.asksForPlaylists, time.mediaTime >= nextPlaylists {
      state = .askingPlaylists
      return .listPlaylists(current.id)
    }
    if !leftovers.isEmpty, time.mediaTime >= nextDeletion {
      return save(rest: nil, next: .serve, at: time)
    }
    return serve(at: time)
  }

  mutating func checked(_ fact: ChannelFact, at time: WallClockAnchor) -> ChannelOrder {
    guard let current else { return misused() }
    switch fact {
    case .listed(let ids) where ids.contains(current.id):
      missedChecks = 0
      take(ids)
      settle(at: time)
      return save(rest: [], next: .serve, at: time)
    case .listed where missedChecks == 0:
      missedChecks = 1
      nextCheck = time.mediaTime.advanced(by: Self.secondLookPause)
      return serve(at: time)
    case .listed:
      // It stays in the book: the next session deletes it, should it exist after all.
      news.append(.gone(current.id))
      return end(.gone(current.id))
    case .listRefused(let reason), .listFailed(let reason):
      news.append(.checkFailed(reason))
      return serve(at: time)
    default: return misused()
    }
  }

  mutating func playlistsAnswered(_ fact: ChannelFact, at time: WallClockAnchor) -> ChannelOrder {
    switch fact {
    case .playlistsFound(let playlists):
      if let current, current.playlists != playlists {
        self.current?.playlists = playlists
        news.append(.playlistsChanged(playlists))
      }
    // There are none before the first pictures.
    case .playlistsFailed: break
    default: return misused()
    }
    let isFound = current?.playlists.isEmpty == false
    nextPlaylists = time.mediaTime.advanced(
      by: isFound ? settings.checkInterval : Self.playlistInterval)
    return serve(at: time)
  }
}
