import Media

/// What the owner of a `ChannelPlan` has to do next. There is one order at a time; what came of it
/// is the next fact.
public enum ChannelOrder: Sendable, Hashable {
  /// Write the book to the disk, through to it: `written` or `writeFailed`.
  case write(ChannelBook)
  /// Ask for all channels of the account: `listed`, `listRefused` or `listFailed`.
  case list
  /// Create a channel: `created`, `creationRefused`, `creationUncertain` or `creationUnusable`.
  case create
  /// Delete a channel: `deleted`, `deletionRefused` or `deletionFailed`.
  case delete(String)
  /// Ask for a channel's playlists: `playlistsFound` or `playlistsFailed`.
  case listPlaylists(String)
  /// Let the time pass, then report `woke`.
  case wait(until: MediaTime)
  /// The session is over.
  case finish(ChannelEnd)
}

/// What came of an order. Reasons are for people.
public enum ChannelFact: Sendable, Hashable {
  case written
  case writeFailed(String)
  case listed([String])
  /// The API does not tell which channels there are; the quick start does without.
  case listRefused(String)
  case listFailed(String)
  case created(ImageFluxChannel)
  /// The API said no: there is no channel.
  case creationRefused(String)
  /// There was no answer: perhaps there is a channel.
  case creationUncertain(String)
  /// There was an answer that does not tell the channel: probably there is one.
  case creationUnusable(String)
  case deleted
  /// The API said no; `isUnknown`: because there is no such channel, as far as its words tell.
  case deletionRefused(String, isUnknown: Bool)
  case deletionFailed(String)
  case playlistsFound([ChannelPlaylist])
  case playlistsFailed(String)
  case woke
}

/// Why a session is over.
public enum ChannelEnd: Error, Sendable, Hashable, CustomStringConvertible {
  /// As told by `stop`.
  case stopped
  /// Somebody else deleted the channel.
  case gone(String)
  case cannotList(String)
  case creationRefused(String)
  case creationUncertain(String)
  case creationUnusable(String)
  /// What has to be known after a crash cannot be written, so nothing is created.
  case cannotRecord(String)
  /// The channel of the settings does not exist.
  case givenChannelMissing(String)
  /// So many channels could not be deleted, or may be the bridge's, that no more are created.
  case tooManyLeftovers(Int)

  public var description: String {
    switch self {
    case .stopped: "stopped"
    case .gone(let id): "channel \(id) does not exist any more"
    case .cannotList(let reason): "cannot list the channels: \(reason)"
    case .creationRefused(let reason): "cannot create a channel: \(reason)"
    case .creationUncertain(let reason):
      "no answer to the creation of a channel, which may exist now: \(reason)"
    case .creationUnusable(let reason):
      "the answer to the creation of a channel, which may exist now, does not tell its id: "
        + reason
    case .cannotRecord(let reason): "cannot keep the channel's id for after a crash: \(reason)"
    case .givenChannelMissing(let id): "channel \(id) of the settings does not exist"
    case .tooManyLeftovers(let count):
      "\(count) channels could not be deleted or may be left over from unfinished creations, so no "
        + "more are created; see imageflux orphans"
    }
  }
}

/// Something to tell an operator, once.
public enum ChannelNews: Sendable, Hashable {
  /// The channel can be used from now on.
  case ready(ImageFluxChannel)
  case gone(String)
  case deleted(String)
  /// Nothing was deleted: the API does not know the channel, which is taken out of the book.
  case givenUp(String, reason: String)
  /// It is tried again, and stays in the book until then.
  case deletionFailed(String, reason: String)
  /// Channels that appeared around a creation without an answer, and are left alone.
  case unclaimed([String])
  case playlistsChanged([ChannelPlaylist])
  /// A creation had no usable answer, seconds since 1970: perhaps there is a channel that nobody
  /// knows of.
  case unanswered(at: Int64, reason: String)
  /// A creation without an answer, seconds since 1970, is not looked for any more: no list from
  /// before it says what is new since. Its channel may be among those listed.
  case unexplained(at: Int64)
  /// No more channels for now: so many creations in a row had no usable answer.
  case suspended(unanswered: Int, wait: Duration)
  /// No more channels for now.
  case limited(perHour: Int, wait: Duration)
  /// It is not known whether the channel exists; it is used on.
  case checkFailed(String)
  case cannotRecord(String)
}
