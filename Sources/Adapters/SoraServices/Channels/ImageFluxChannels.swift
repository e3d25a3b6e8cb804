import JSON
import Logging
import Media
import Metrics
import Pipeline
import SoraControl
import Synchronization

/// Has a channel of ImageFlux ready for publishing while the bridge runs, section `imageFlux`.
///
/// Each session creates a channel of its own and deletes it at the end; what a crash left is
/// deleted at the next start. ``board`` says which channel is to be used.
public final class ImageFluxChannels: Sendable {
  public static let kind = "imageFlux"

  public let board = ChannelBoard()
  private let settings: ImageFluxSettings
  private let telemetry: ComponentTelemetry
  private let file: ChannelFile
  private let instruments: ImageFluxInstruments
  private let closingLimit: Duration
  /// The one that runs.
  private let session = CurrentSession()
  /// As it was after the last fact; nil before the state file was read.
  private let plan = Mutex<ChannelPlan?>(nil)

  public convenience init(
    settings: SettingsReader, state: StateSettings, telemetry: ComponentTelemetry
  ) {
    self.init(
      settings: settings, state: state, telemetry: telemetry, instruments: ImageFluxInstruments())
  }

  /// - Parameter closingLimit: How long the deletion at the end may take.
  init(
    settings: SettingsReader, state: StateSettings, telemetry: ComponentTelemetry,
    instruments: ImageFluxInstruments, closingLimit: Duration = .milliseconds(1200)
  ) {
    self.settings = ImageFluxSettings(reader: settings)
    self.telemetry = telemetry
    self.instruments = instruments
    self.closingLimit = closingLimit
    file = ChannelFile(file: state.file(named: ImageFluxSettings.fileName))
    if self.settings.isEnabled {
      state.requireWritable()
      telemetry.setDetails { [weak self] in self?.details ?? .object([:]) }
      offerOperations()
    }
  }

  /// The operations of ImageFlux, and those of Sora that it passes on, for the control plane. Where
  /// no channel is named the one in use is meant, except for its deletion.
  private func offerOperations() {
    var offers = OperationOffers(service: .imageFlux, endpoint: settings.endpoint)
    offers.complete = { [board] operation, given in
      guard given["channel_id"] == nil, operation != DeleteChannel.operation,
        operation.keys.contains(where: { $0.name == "channel_id" }), let current = board.current
      else { return }
      given["channel_id"] = .string(current.id)
    }
    offers.mayHaveHappened = { [session] operation, _ in
      // Of the channel in use, or one that may be left over.
      if operation == DeleteChannel.operation { session.value?.checkNow() }
    }
    offers.offer(to: telemetry, of: Self.kind)
  }

  public var isEnabled: Bool { settings.isEnabled }

  /// Lines for the operator at start-up.
  public func startUpLines() -> [String] {
    guard let given = settings.given else {
      return ["ImageFlux: a channel of its own for this run (\(settings.kind.rawValue))"]
    }
    return ["ImageFlux: channel \(given.id) at \(given.soraURL)"]
  }

  /// Once, before anything is asked.
  public func warnAtStart() {
    if isEnabled { settings.endpoint.warn(telemetry.logger) }
  }

  /// Has a channel until cancelled; then it is deleted.
  public func run() async {
    let client = ControlClient(endpoint: settings.endpoint)
    // Channels cost money and the API is not ours: failures are repeated slowly.
    let backoff = Backoff(initial: .seconds(1), maximum: .seconds(60))
    await Supervisor(telemetry: telemetry, backoff: backoff, goodSession: .seconds(60)).run {
      try await self.runSession(client)
    }
    client.shutDown()
    await file.file.unlock()
  }

  private func runSession(_ client: ControlClient) async throws {
    telemetry.note(.starting)
    let plan = try await loadPlan()
    let session = ChannelSession(
      plan: plan, calls: ChannelCalls(client: client, settings: settings), file: file,
      clock: telemetry.clock, closingLimit: closingLimit
    ) { [weak self] plan, news, order in
      self?.tell(plan, news, order)
    }
    self.session.value = session
    let end = await session.run()
    self.session.value = nil
    self.plan.withLock { $0 = session.plan }
    if end != .stopped { throw end }
  }

  private func loadPlan() async throws -> ChannelPlan {
    if let plan = plan.withLock({ $0 }) { return plan }
    try await file.file.lock()
    let book = try await file.read(logger: telemetry.logger)
    let loaded = ChannelPlan(settings: settings.plan, book: book)
    plan.withLock { $0 = loaded }
    return loaded
  }

  // MARK: What it says

  private func tell(_ plan: ChannelPlan, _ news: [ChannelNews], _ order: ChannelOrder) {
    self.plan.withLock { $0 = plan }
    board.set(plan.current)
    for item in news { tell(item) }
    instruments.record(
      events: news.compactMap(Self.event), isReady: plan.current != nil,
      leftOver: plan.leftovers.count, unclaimed: plan.unclaimed.count)
  }

  private static func event(_ news: ChannelNews) -> ImageFluxInstruments.Event? {
    switch news {
    case .ready: .created
    case .gone: .lost
    case .deleted: .deleted
    case .deletionFailed: .deletionFailed
    case .givenUp, .unanswered, .unexplained, .suspended, .unclaimed, .playlistsChanged, .limited,
      .checkFailed, .cannotRecord:
      nil
    }
  }

  private func tell(_ news: ChannelNews) {
    let logger = telemetry.logger
    switch news {
    case .ready(let channel):
      telemetry.note(.running, "channel \(channel.id)")
      var metadata: Logger.Metadata = [
        LogKey.channel: .string(channel.id), LogKey.url: .string(channel.soraURL),
      ]
      if let playlist = channel.playlists.first {
        metadata[LogKey.playlist] = .string(playlist.url)
      }
      logger.notice("channel ready", metadata: metadata)
    case .playlistsChanged(let playlists):
      for playlist in playlists {
        logger.notice("playlist ready", metadata: [LogKey.playlist: .string(playlist.url)])
      }
    case .deleted(let id):
      logger.notice("channel deleted", metadata: [LogKey.channel: .string(id)])
    case .givenUp(let id, let reason):
      logger.notice(
        "channel given up: the API does not know it",
        metadata: [LogKey.channel: .string(id), LogKey.reason: .string(reason)])
    // The session ends with this, and says so.
    case .gone: break
    case .deletionFailed(let id, let reason):
      telemetry.report(error: "channel \(id) could not be deleted: \(reason)")
      logger.warning(
        "channel could not be deleted",
        metadata: [LogKey.channel: .string(id), LogKey.reason: .string(reason)])
    case .unclaimed(let ids):
      for id in ids {
        logger.warning(
          "channel appeared around an unfinished creation; left alone",
          metadata: [LogKey.channel: .string(id)])
      }
    case .unanswered(let time, let reason):
      logger.warning(
        "creation without a usable answer: there may be a channel that nobody knows of",
        metadata: [
          LogKey.detail: .string("asked for at \(Self.text(of: time))"),
          LogKey.reason: .string(reason),
        ])
    case .unexplained(let time):
      logger.warning(
        "creation without an answer not looked for any more; see liveview-bridge imageflux orphans",
        metadata: [LogKey.detail: .string("asked for at \(Self.text(of: time))")])
    case .suspended(let count, let wait): tellSuspended(count, wait)
    case .limited(let perHour, let wait): tellLimited(perHour, wait)
    case .checkFailed(let reason):
      telemetry.report(error: "cannot list the channels: \(reason)")
      logger.debug("channel not checked", metadata: [LogKey.reason: .string(reason)])
    case .cannotRecord(let reason):
      telemetry.report(error: reason)
      logger.warning("state not written", metadata: [LogKey.reason: .string(reason)])
    }
  }

  private func tellLimited(_ perHour: Int, _ wait: Duration) {
    telemetry.report(error: "\(perHour) channels were created within an hour, no more are")
    telemetry.note(.waiting, "the hourly limit of new channels")
    telemetry.logger.error("too many new channels", metadata: Self.metadata(perHour, wait))
  }

  private func tellSuspended(_ count: Int, _ wait: Duration) {
    let text =
      "\(count) creations in a row had no usable answer, each may have made a channel; no more are "
      + "tried for now, see liveview-bridge imageflux orphans"
    telemetry.report(error: text)
    telemetry.note(.waiting, "after creations without a usable answer")
    telemetry.logger.error(
      "creations without a usable answer, no more for now; see liveview-bridge imageflux orphans",
      metadata: Self.metadata(count, wait))
  }

  private static func metadata(_ count: Int, _ wait: Duration) -> Logger.Metadata {
    [
      LogKey.count: .stringConvertible(count),
      LogKey.retryInSeconds: .stringConvertible(Int(wait.inSeconds)),
    ]
  }

  private static func text(of unixSeconds: Int64) -> String {
    WallClockAnchor(
      mediaTime: MediaTime(nanoseconds: 0),
      unixNanoseconds: unixSeconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue
    ).iso8601
  }

  private var details: StatusValue {
    let plan = plan.withLock { $0 }
    let channel = plan?.current
    let playlists = channel?.playlists ?? []
    return .object([
      "apiURL": .string(settings.apiURL),
      "kind": .string(settings.kind.rawValue),
      "isGiven": .bool(settings.given != nil),
      "channelID": .text(channel?.id),
      "soraURL": .text(channel?.soraURL),
      "playlistURL": .text(playlists.first?.url),
      "playlists": .array(
        playlists.map { playlist in
          .object(["connectionID": .text(playlist.connectionID), "url": .string(playlist.url)])
        }),
      "channelsCreatedLastHour": .int(
        plan?.recentCreations(at: telemetry.clock.wallClockAnchor()) ?? 0),
      "channelsPerHour": .int(settings.channelsPerHour),
      "leftOver": .array((plan?.leftovers ?? []).map { .string($0) }),
      "unclaimed": .array((plan?.unclaimed ?? []).map { .string($0) }),
      "unansweredCreations": .array(
        (plan?.unansweredCreations ?? []).map { .string(Self.text(of: $0)) }),
      "ofOtherAccounts": .array((plan?.otherAccountsChannels ?? []).map { .string($0) }),
    ])
  }
}

/// Which session of the channels runs, if any.
private final class CurrentSession: Sendable {
  private let session = Mutex<ChannelSession?>(nil)

  var value: ChannelSession? {
    get { session.withLock { $0 } }
    set { session.withLock { $0 = newValue } }
  }
}
