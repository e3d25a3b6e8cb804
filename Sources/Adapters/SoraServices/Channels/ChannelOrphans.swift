import Pipeline
import SoraControl

/// Finds channels that nobody needs any more, and deletes them on demand, while no bridge of the
/// same state directory runs.
public final class ChannelOrphans: Sendable {
  private let client: ControlClient
  private let account: ChannelAccount
  private let file: ChannelFile
  /// A running bridge keeps the file.
  public let isBridgeRunning: Bool
  /// What is wrong with the state file, each a sentence with its path; with all of it, or a part.
  public let problems: [String]
  /// Whether nothing of the state file could be understood: whose the channels are is not known.
  public let isBookUnusable: Bool
  /// Files that the bridge could not understand and kept aside; their channels are for a person to
  /// look for.
  public let keptAside: [String]

  /// Locks the state file, if no bridge has it; it is free again when this value is gone. One that
  /// is no book is among the `problems`.
  ///
  /// - Throws: `StateFileError`.
  public static func open(
    endpoint: ControlEndpoint, state: StateSettings
  ) async throws -> ChannelOrphans {
    let file = ChannelFile(file: state.file(named: ImageFluxSettings.fileName))
    var (isThere, isUnusable) = (true, false)
    var problems: [String] = []
    do throws(StateFileError) {
      // Looking makes no directory.
      isThere = try await file.file.read() != nil
      problems = try await file.content().problems.map {
        "\(file.file.path) has an entry that is left out: \($0)"
      }
    } catch .cannotRead(let path, let reason) {
      throw StateFileError.cannotRead(path: path, reason: reason)
    } catch {
      isUnusable = true
      problems = ["\(error)"]
    }
    let isTaken = isThere ? try await isTaken(file.file) : false
    return ChannelOrphans(
      endpoint: endpoint, file: file, isBridgeRunning: isTaken, problems: problems,
      isBookUnusable: isUnusable, keptAside: await file.file.keptAside())
  }

  private init(
    endpoint: ControlEndpoint, file: ChannelFile, isBridgeRunning: Bool, problems: [String],
    isBookUnusable: Bool, keptAside: [String]
  ) {
    self.file = file
    self.isBridgeRunning = isBridgeRunning
    self.problems = problems
    self.isBookUnusable = isBookUnusable
    self.keptAside = keptAside
    account = ChannelAccount(
      apiURL: ImageFluxSettings.normalized(endpoint.url),
      tokenDigest: TokenDigest.of(endpoint.accessToken?.value ?? ""))
    client = ControlClient(endpoint: endpoint)
  }

  private static func isTaken(_ file: StateFile) async throws(StateFileError) -> Bool {
    do throws(StateFileError) {
      try await file.lock()
      return false
    } catch .inUse {
      return true
    }
  }

  public var path: String { file.file.path }

  /// Must be called once, at the end.
  public func shutDown() async {
    client.shutDown()
    await file.file.unlock()
  }

  /// All channels, and whose they are. Where the API lists none, those of the state file.
  ///
  /// - Throws: `ControlError`, `StateFileError`.
  public func census() async throws -> ChannelCensus {
    let listed = try await listed()
    let book = isBookUnusable ? ChannelBook() : try await file.content().book
    return ChannelCensus(
      book: book, account: account, listed: listed, isBridgeRunning: isBridgeRunning)
  }

  /// Deletes a channel and takes it out of the file, unless that is a running bridge's or no book.
  ///
  /// - Returns: False if there was no such channel.
  /// - Throws: `ControlError`, `StateFileError`.
  public func delete(_ channelID: String) async throws -> Bool {
    let existed = try await deleteAtImageFlux(channelID)
    if !isBridgeRunning, !isBookUnusable { try await forget(channelID) }
    return existed
  }

  private func forget(_ channelID: String) async throws {
    guard try await holds(channelID) else { return }
    // There was no file to be locked, and now there is: a bridge that was started since keeps it,
    // and finds out itself.
    if try await Self.isTaken(file.file) { return }
    var content = try await file.content()
    content.book.remove(channelID, fromAccountsOf: account.apiURL)
    // What is left out is written again by nobody.
    if !content.problems.isEmpty { _ = try await file.file.keepCopy() }
    try await file.file.replace(with: content.book.json)
  }

  private func holds(_ channelID: String) async throws -> Bool {
    let before = try await file.content().book
    var after = before
    after.remove(channelID, fromAccountsOf: account.apiURL)
    return after != before
  }

  private func deleteAtImageFlux(_ channelID: String) async throws -> Bool {
    do {
      _ = try await client.send(DeleteChannel(channelID: channelID))
      return true
    } catch {
      guard case .refused(let refusal) = error else { throw error }
      guard let listed = try await listed() else {
        if refusal.saysNoSuchChannel { return false }
        throw error
      }
      if listed.contains(channelID) { throw error }
      return false
    }
  }

  /// Nil if the API does not tell.
  private func listed() async throws -> [String]? {
    do {
      return try await client.send(ListChannelIDs()).channelIDs
    } catch {
      guard case .refused(let refusal) = error, ChannelCalls.hasNoList(refusal) else { throw error }
      return nil
    }
  }
}
