import Foundation
import JSON
import Media
import Pipeline
import SoraControl
import SoraServices

/// `imageflux orphans`: lists channels that nobody needs any more, and deletes them on demand.
struct OrphansCommand {
  static let extra = ControlExtra(
    name: "orphans", usage: "orphans [--config FILE] [--delete [CHANNEL …]]",
    summary: "Lists the channels of the account and says which are left over from this bridge; "
      + "deletes those, or named ones."
  ) { try await OrphansCommand(arguments: OrphanArguments($0)).run() }

  static let help = """
    Lists the channels of the account, and those of the bridge's state file.

      inUse                a running bridge has it, and deletes it at its end
      leftOver             of a bridge that crashed or could not delete it
      unfinishedCreation   appeared when the answer to a creation was lost: the bridge's, or not
      notOurs              in no state file of this bridge
      otherAccount         in the state file, of another API or access token

    USAGE: liveview-bridge imageflux orphans [OPTIONS] [--delete [CHANNEL …]]

    OPTIONS
      --delete [CHANNEL …]         delete what is left over, or only these channels
      --config FILE                the bridge's configuration, for what no option says
      --state-directory DIRECTORY  where the bridge keeps its state; with the systemd unit
                                   /var/lib/liveview-bridge
      --api-url URL                another API than the configuration's
      --access-token-file FILE     another access token; - is standard input
      --ca-file FILE               trust the CA certificates in this PEM file, too
      --timeout SECONDS            for one call, 0.1 to 600; else the configuration's, or 10
      --json                       print JSON

    A state file that is not understood is named, and so are those that the bridge kept aside; the
    channels of the account are listed all the same.
    Channels that are not left over are deleted only if they are named, and those in use never: stop
    the bridge. Exit codes are those of the other operations; 1 also if a named channel is in use.

    EXAMPLES
      liveview-bridge imageflux orphans --config /etc/liveview-bridge/config.json
      liveview-bridge imageflux orphans --config /etc/liveview-bridge/config.json --delete
    """

  var arguments: OrphanArguments

  func run() async throws {
    do {
      if arguments.options.wantsHelp { return try ControlOutput.write(Self.help) }
      guard arguments.problems.isEmpty else {
        throw ControlFailure(
          .usage, kind: "parametersUnusable",
          message: arguments.problems.joined(separator: "\n")
            + "\nSee liveview-bridge imageflux orphans --help")
      }
      try await work()
    } catch {
      let failure = Self.failure(error)
      ControlOutput.tell(failure, isJSON: arguments.options.isJSON)
      throw failure
    }
  }

  private func work() async throws {
    let sources = try await ControlAccess.sources(
      arguments.options, environment: ProcessInfo.processInfo.environment)
    let reader =
      arguments.stateDirectory.map { sources.reader(overriding: ["state.directory": $0]) }
      ?? sources.reader
    let state = StateSettings(settings: reader.scoped(to: "state"))
    let access = try ControlAccess(.imageFlux, arguments.options, sources: sources)
    if let warning = access.warning {
      LogLineWriter.standardError.write("Warning: \(warning)")
    }
    let orphans = try await ChannelOrphans.open(endpoint: access.endpoint, state: state)
    let result: Result<Void, any Error>
    do {
      for problem in orphans.problems {
        LogLineWriter.standardError.write("Warning: \(problem)")
      }
      let census = try await orphans.census()
      if arguments.isDeleting {
        try await delete(census, orphans)
      } else {
        try show(census, orphans)
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    await orphans.shutDown()
    try result.get()
  }

  // MARK: Listing

  private func show(_ census: ChannelCensus, _ orphans: ChannelOrphans) throws {
    let items = census.items.map { item in
      var members: [String: JSONValue] = [
        "channel_id": .string(item.channelID), "origin": .string(item.origin.rawValue),
        "exists": item.exists.map { .boolean($0) } ?? .null,
      ]
      if let seconds = item.createdAt { members["created"] = .string(Self.time(seconds)) }
      if let url = item.apiURL {
        members["api_url"] = .string((try? ControlURL(url))?.shown ?? "not a URL")
      }
      return JSONValue.object(members)
    }
    if arguments.options.isJSON {
      let all: JSONValue = [
        "channels": .array(items), "bridge_running": .boolean(orphans.isBridgeRunning),
        "state_file": .string(orphans.path), "is_listed": .boolean(census.isListed),
        "unanswered_creations": .array(census.unsettledCreations.map { .string(Self.time($0)) }),
        "state_problems": .array(orphans.problems.map { .string($0) }),
        "kept_aside": .array(orphans.keptAside.map { .string($0) }),
      ]
      return try ControlOutput.write(all)
    }
    var lines = [ControlReport.text(.array(items)), ""]
    lines.append(
      "State file: \(orphans.path)"
        + (orphans.isBridgeRunning ? ", in use by a running bridge" : ""))
    for path in orphans.keptAside {
      lines.append("Not understood and kept aside: \(path); it may name channels.")
    }
    if !census.isListed {
      lines.append("The API lists no channels: these are those of the state file.")
    }
    for seconds in census.unsettledCreations {
      lines.append(
        "Creation without a usable answer at \(Self.time(seconds)): a channel may exist.")
    }
    let count = census.leftOver.count
    if count > 0 {
      lines.append("\(count) left over: delete with --delete, or start the bridge.")
    }
    try ControlOutput.write(lines.joined(separator: "\n"))
  }

  private static func time(_ seconds: Int64) -> String {
    WallClockAnchor(
      mediaTime: MediaTime(nanoseconds: 0),
      unixNanoseconds: seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue
    ).iso8601
  }

  // MARK: Deleting

  private func delete(_ census: ChannelCensus, _ orphans: ChannelOrphans) async throws {
    let named = arguments.channelIDs
    if named.isEmpty, orphans.isBridgeRunning {
      throw ControlFailure(
        .refused, kind: "bridgeRunning",
        message: "\(orphans.path) is in use by a running bridge, which deletes its channels "
          + "itself; name the channels that are not its")
    }
    if orphans.isBookUnusable, named.isEmpty || orphans.isBridgeRunning {
      throw ControlFailure(
        .configuration, kind: "stateUnusable",
        message: orphans.problems.joined(separator: "\n")
          + (orphans.isBridgeRunning
            ? "\na bridge runs, and which channel is its is not known"
            : "\nwhat is left over is not known; name the channels that are to be deleted"))
    }
    for id in named where census[id]?.origin == .inUse {
      throw ControlFailure(
        .refused, kind: "channelInUse",
        message: "channel \(id) is in use by a running bridge; stop it, and the channel is deleted")
    }
    var deleted: [JSONValue] = []
    // What can be deleted is, though nobody may read of it.
    var unwritten: ControlFailure?
    func say(_ text: String) {
      do { try ControlOutput.write(text) } catch { unwritten = error }
    }
    for id in named.isEmpty ? census.leftOver : named {
      // The list may be late, so a named one is deleted all the same.
      let isKnownMissing = census.isListed && census[id] == nil
      let answered = try await orphans.delete(id)
      let existed = answered && !isKnownMissing && census[id]?.exists != false
      deleted.append(["channel_id": .string(id), "existed": .boolean(existed)])
      if !arguments.options.isJSON {
        say(existed ? "deleted \(id)" : "not there: \(id)")
      }
    }
    if arguments.options.isJSON {
      try ControlOutput.write(["deleted": .array(deleted)])
    } else if deleted.isEmpty {
      say("nothing is left over")
    }
    if let unwritten { throw unwritten }
  }

  // MARK: Failures

  private static func failure(_ error: any Error) -> ControlFailure {
    switch error {
    case let failure as ControlFailure: failure
    case let error as ControlError: ControlFailure(error)
    default:
      // The state file: what it holds, or what the system lets us do with it.
      ControlFailure(.configuration, kind: "stateUnusable", message: "\(error)")
    }
  }
}
