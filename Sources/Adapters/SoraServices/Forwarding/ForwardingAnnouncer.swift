import JSON
import Logging
import Media
import NIOCore
import NIOPosix
import Pipeline
import SDP
import SoraControl
import Synchronization

/// Tells operators, other outputs and files how the forwarding goes.
final class ForwardingAnnouncer: Sendable {
  private let settings: SoraForwardingSettings
  private let descriptions: PeerDescriptions
  private let telemetry: ComponentTelemetry
  private let instruments = ForwardingInstruments()
  private let shown = Mutex(Shown())

  private struct Shown {
    var report = ForwardingReport()
    var description: String?
    /// What Sora gave that is no description.
    var unusable: String?
    var file = DescriptionFile.unknown
    var fileError: String?
  }

  private enum DescriptionFile: Equatable {
    /// It may be of an earlier run.
    case unknown
    /// nil: there is none.
    case holds(String?)
  }

  init(
    settings: SoraForwardingSettings, descriptions: PeerDescriptions,
    telemetry: ComponentTelemetry
  ) {
    self.settings = settings
    self.descriptions = descriptions
    self.telemetry = telemetry
  }

  /// How it went when it was looked at last.
  var report: ForwardingReport { shown.withLock { $0.report } }

  /// For the status page.
  var details: StatusValue {
    let (report, description) = shown.withLock { ($0.report, $0.description) }
    return ForwardingStatus(
      report: report, description: description, settings: settings,
      now: telemetry.clock.wallClockAnchor()
    ).value
  }

  /// Brings status, metrics, the other outputs' knowledge and the file up to date.
  func show(_ report: ForwardingReport) async {
    let usable = report.description.flatMap(usable)
    let isForwarding = report.since != nil
    let (description, failures) = shown.withLock { shown in
      let failures = shown.report.counters.failures
      shown.report = report
      // What holds no longer stays until Sora forwards again, be it without a word about how.
      if usable != nil || isForwarding { shown.description = usable }
      return (shown.description, failures)
    }
    if let failure = report.lastFailure, report.counters.failures != failures {
      telemetry.report(error: Self.text(of: failure))
    }
    instruments.record(report)
    announce(report)
    let news = PeerDescriptions.Description(text: description, isForwarding: isForwarding)
    descriptions.publish(description == nil && !isForwarding ? nil : news, of: .sora)
    await write(usable)
  }

  /// The description, if it is one; what else Sora answered is reported once.
  private func usable(_ description: String) -> String? {
    var fault: SDPError?
    do throws(SDPError) {
      _ = try SessionDescription(parsing: description)
    } catch {
      fault = error
    }
    let isNews = shown.withLock { shown in
      defer { shown.unusable = fault.map { _ in description } }
      return shown.unusable != description
    }
    guard let fault else { return description }
    if isNews {
      let text = "StartForwardingRtp: Sora's description cannot be read: \(fault)"
      telemetry.report(error: text)
      telemetry.logger.error(
        "sora description unusable", metadata: [LogKey.error: .string(text)])
    }
    return nil
  }

  private func announce(_ report: ForwardingReport) {
    let channel = settings.goal.channelID
    switch report.situation {
    case .starting: telemetry.note(.starting)
    case .waiting(.publisher): telemetry.report(.waiting, "a publisher in channel \(channel)")
    case .waiting(.onePublisherOf(let count)):
      telemetry.report(
        .waiting,
        "one publisher: channel \(channel) has \(count); name one in sora.connectionID")
    case .waiting(.connection(let id)):
      telemetry.report(.waiting, "connection \(id) in channel \(channel)")
    case .failing(let failure):
      telemetry.report(.retrying, Self.text(of: failure))
    case .forwarding:
      let publisher = report.connectionID.map { "connection \($0)" } ?? "the publisher"
      telemetry.report(
        .running,
        "\(publisher) of channel \(channel) to \(Self.text(of: settings.goal.destination))")
    case .ending, .ended: break
    }
  }

  // MARK: The file

  /// What holds no longer is removed, be it of an earlier run.
  private func write(_ description: String?) async {
    guard let path = settings.sdpFile, shown.withLock({ $0.file != .holds(description) }) else {
      return
    }
    do {
      try await NIOThreadPool.singleton.runIfActive {
        if let description {
          try StateFiles.replace(path, with: ByteBuffer(string: description), mode: 0o644)
        } else {
          try StateFiles.remove(path)
        }
      }
      shown.withLock { ($0.file, $0.fileError) = (.holds(description), nil) }
      guard description != nil else { return }
      telemetry.logger.notice("sdp file written", metadata: [LogKey.file: .string(path)])
    } catch {
      let text = "\(error)"
      let isNews = shown.withLock { shown in
        defer { shown.fileError = text }
        return shown.fileError != text
      }
      guard isNews else { return }
      telemetry.logger.error("sdp file not written", metadata: [LogKey.error: .string(text)])
    }
  }

  // MARK: Log lines

  func log(_ event: ForwardingEvent) {
    let logger = telemetry.logger
    switch event {
    case .started(let connectionID, let loss):
      var metadata: Logger.Metadata = [
        LogKey.connection: .string(connectionID ?? "not named"),
        LogKey.target: .string(Self.text(of: settings.goal.destination)),
      ]
      if let loss { metadata[LogKey.reason] = .string(Self.text(of: loss)) }
      logger.notice(
        loss == nil ? "sora forwarding started" : "sora forwarding restored", metadata: metadata)
    case .lost(let loss, let connectionID):
      logger.notice(
        "sora forwarding over",
        metadata: [
          LogKey.connection: .string(connectionID ?? "not named"),
          LogKey.reason: .string(Self.text(of: loss)),
        ])
    case .failed(let failure):
      // The change of state, with the error, is a line of its own.
      logger.debug("sora call failed", metadata: [LogKey.error: .string(Self.text(of: failure))])
    case .stopped(let record):
      logger.notice("sora forwarding stopped", metadata: Self.metadata(of: record))
    case .nothingToStop(let record, let error):
      logger.debug(
        "sora forwarding need not be stopped", metadata: Self.metadata(of: record, error))
    case .leftForLater(let record, let error):
      logger.warning(
        "sora forwarding cannot be stopped yet", metadata: Self.metadata(of: record, error))
    case .leftBehind(let records):
      for record in records {
        logger.warning(
          "sora forwarding not stopped; the next start does it",
          metadata: Self.metadata(of: record))
      }
    case .unusableRecord(let record, let error):
      logger.warning(
        "sora state file names what cannot be stopped; forgotten",
        metadata: Self.metadata(of: record, error))
    case .noDescription:
      logger.warning("sora did not say how it forwards")
    case .startsTwice:
      logger.notice("sora starts a forwarding that runs; not asked that way again")
    case .unknownOperation(let operation):
      logger.notice(
        "sora does not know an operation; going on without it",
        metadata: [LogKey.operation: .string(operation)])
    case .dispensable(let failure):
      logger.notice(
        "sora call failed; going on without it",
        metadata: [
          LogKey.operation: .string(failure.operation), LogKey.error: .string("\(failure.error)"),
        ])
    case .keyframeGivenUp(let failure):
      logger.warning(
        "sora keyframe request given up; receivers may see nothing until the publisher sends one",
        metadata: [LogKey.error: .string("\(failure.error)")])
    case .discards(let key):
      logger.notice(
        "sora wants both ports; the other one is sent to the discard port",
        metadata: [LogKey.detail: .string(key)])
    case .notRemembered(let reason):
      logger.error("sora state file not written", metadata: [LogKey.error: .string(reason)])
    }
  }

  func logForeign(_ leftover: ForwardingMemory.Foreign, _ error: ControlError) {
    var metadata = Self.metadata(of: leftover.record, error)
    metadata[LogKey.url] = .string((try? ControlURL(leftover.apiURL))?.shown ?? "not a URL")
    telemetry.logger.warning(
      "sora forwarding of earlier settings may still run", metadata: metadata)
  }

  /// What is wrong with the state file.
  func log(_ content: ForwardingMemory.Content) {
    if let broken = content.broken {
      telemetry.logger.warning(
        "sora state file not understood and kept aside; stop by hand what it names",
        metadata: [LogKey.file: .string(broken.path), LogKey.reason: .string(broken.reason)])
    }
    if content.unusableEntries > 0 {
      telemetry.logger.warning(
        "sora state file has entries without a channel; left out",
        metadata: [LogKey.count: .stringConvertible(content.unusableEntries)])
    }
  }

  private static func metadata(
    of record: ForwardingRecord, _ error: ControlError? = nil
  ) -> Logger.Metadata {
    var metadata: Logger.Metadata = [
      LogKey.connection: .string(record.connectionID ?? "not named"),
      LogKey.detail: .string("channel \(record.channelID)"),
    ]
    if let error { metadata[LogKey.error] = .string("\(error)") }
    return metadata
  }

  // MARK: Words

  static func text(of destination: ForwardingDestination) -> String {
    let ports = [
      destination.videoPort.map { "video port \($0)" },
      destination.audioPort.map { "audio port \($0)" },
    ].compactMap(\.self)
    return ([destination.address] + ports).joined(separator: ", ")
  }

  static func text(of failure: ForwardingFailure) -> String {
    let hint =
      failure.isSimulcast ? " (the publisher uses simulcast, which Sora does not forward)" : ""
    return "\(failure.operation): \(failure.error)\(hint)"
  }

  static func text(of loss: ForwardingLoss) -> String {
    switch loss {
    case .publisherLeft: "the publisher has left"
    case .soraRestarted: "Sora was restarted"
    case .apiWasAway: "Sora's API was away"
    case .restartAsked: "an operator asked for it"
    case .startedTwice: "Sora started it once more, so it was over or ran twice"
    case .startUnanswered: "Sora did not say whether it started it once more"
    }
  }
}
