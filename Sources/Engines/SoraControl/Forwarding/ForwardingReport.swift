import JSON
import Media

/// How keeping a forwarding running goes, in one word and its data.
public enum ForwardingSituation: Sendable, Hashable {
  /// Nothing is known yet.
  case starting
  case waiting(Awaited)
  /// The last call did not work; the next attempt comes by itself.
  case failing(ForwardingFailure)
  case forwarding
  /// Undoing what was done.
  case ending
  case ended

  /// Who has to come, or go, before there is something to forward.
  public enum Awaited: Sendable, Hashable {
    /// Nobody sends into the channel.
    case publisher
    /// So many do, and none of them was named.
    case onePublisherOf(Int)
    /// The connection of that ID is not in the channel.
    case connection(String)
  }
}

/// A call that did not work.
public struct ForwardingFailure: Sendable, Hashable {
  /// Name of the operation.
  public var operation: String
  public var error: ControlError
  /// The publisher sends several qualities, which Sora does not forward.
  public var isSimulcast = false
}

/// Why a forwarding that ran is over.
public enum ForwardingLoss: Sendable, Hashable {
  case publisherLeft
  /// By its totals, or the moment its connections began.
  case soraRestarted
  /// The API was away; Sora may have been restarted meanwhile.
  case apiWasAway
  /// An operator wants it anew.
  case restartAsked
  /// Sora did not refuse to start it once more: it was over, or runs twice.
  case startedTwice
  /// Whether Sora started it once more is not known.
  case startUnanswered
}

/// What a log should say, once.
public enum ForwardingEvent: Sendable, Hashable {
  /// - Parameters:
  ///   - connectionID: nil if the publisher could not be named.
  ///   - after: Why it had to be started again; nil for the first time.
  case started(connectionID: String?, after: ForwardingLoss?)
  case lost(ForwardingLoss, connectionID: String?)
  /// A failure other than the one before.
  case failed(ForwardingFailure)
  case stopped(ForwardingRecord)
  /// Sora refuses to stop it, so it does not run.
  case nothingToStop(ForwardingRecord, ControlError)
  /// It cannot be stopped now; tried again at the end and at the next start.
  case leftForLater(ForwardingRecord, ControlError)
  /// What stays in the state file because there was no time to stop it, or nobody to ask.
  case leftBehind([ForwardingRecord])
  /// The state file names what no Sora can have; nothing of it is kept.
  case unusableRecord(ForwardingRecord, ControlError)
  /// Sora forwards, but did not say how.
  case noDescription
  /// This Sora starts what runs already, so it is not asked that way whether it still runs.
  case startsTwice
  /// This Sora does not have the operation; it is done without.
  case unknownOperation(String)
  /// An operation that is not essential did not work.
  case dispensable(ForwardingFailure)
  /// Sora did not answer several requests for a keyframe in a row, or failed at them.
  case keyframeGivenUp(ForwardingFailure)
  /// This Sora wants the port to be named though nobody listens.
  case discards(key: String)
  case notRemembered(reason: String)
}

/// What was done so far.
public struct ForwardingCounters: Sendable, Hashable {
  /// Forwardings begun.
  public var starts: UInt64 = 0
  /// Of these, begun again after a loss.
  public var restores: UInt64 = 0
  public var keyframeRequests: UInt64 = 0
  /// Calls that failed, the dispensable ones not counted.
  public var failures: UInt64 = 0

  public init() {}
}

/// All of it, for a status page.
public struct ForwardingReport: Sendable, Hashable {
  public var situation: ForwardingSituation = .starting
  /// Of the publisher that is forwarded; nil if there is none, or it could not be named.
  public var connectionID: String?
  /// Since when it is forwarded without a break; nil while it is not.
  public var since: MediaTime?
  /// The SDP as Sora gave it; nil while nothing is forwarded, or if it gave nothing like it.
  public var description: String?
  /// What the publisher says of its stream, as Sora passes it on, cut to a size that can be shown:
  /// `timestamp`, `stats` (a list of WebRTC statistics) and `isCut`. nil if it says nothing.
  public var statistics: JSONValue?
  public var counters = ForwardingCounters()
  public var lastFailure: ForwardingFailure?
  /// Why the state file does not say what may be running; nil when it does.
  public var stateFileError: String?

  public init() {}
}
