import Pipeline
import SoraControl

/// Finds channels that nobody needs any more, and deletes them on demand, while no bridge of the
/// same state directory runs.
public final class ChannelOrphans: Sendable {
  private let client: ControlClient
  private let account: ChannelAccount
  private let file: StateFile
  /// A running bridge keeps the file.
  public let isBridgeRunning: Bool

  /// Locks the state file, if no bridge has it; it is free again when this value is gone.
  ///
  /// - Throws: `StateFileError`.
  public static func open(
    endpoint: ControlEndpoint, state: StateSettings
  ) async throws -> ChannelOrphans {
    let file = state.file(named: ImageFluxSettings.fileName)
    // Looking makes no directory.
    let isThere = try await file.read() != nil
    let isTaken = isThere ? try await isTaken(file) : false
    return ChannelOrphans(endpoint: endpoint, file: file, isBridgeRunning: isTaken)
  }

  private init(endpoint: ControlEndpoint, file: StateFile, isBridgeRunning: Bool) {
    self.file = file
    self.isBridgeRunning = isBridgeRunning
    account = ChannelAccount(
      apiURL: ImageFluxSettings.normalized(endpoint.url),
      tokenDigest: TokenDigest.of(endpoint.accessToken?.value ?? ""))
    client = ControlClient(endpoint: endpoint)
  }

  private static func isTaken(_ file: StateFile) async throws -> Bool {
    do {
      try await file.lock()
      return false
    } catch {
      guard case .inUse = error else { throw error }
      return true
    }
  }

  public var path: String { file.path }

  /// Must be called once, at the end.
  public func shutDown() async {
    await client.shutDown()
    await file.unlock()
  }

  /// All channels, and whose they are. Where the API lists none, those of the state file.
  ///
  /// - Throws: `ControlError`, `StateFileError`, or `ChannelBookError` if the file is no book.
  public func census() async throws -> ChannelCensus {
    let listed = try await listed()
    return ChannelCensus(
      book: try await book(), account: account, listed: listed, isBridgeRunning: isBridgeRunning)
  }

  /// Deletes a channel and takes it out of the file.
  ///
  /// - Returns: False if there was no such channel.
  /// - Throws: `ControlError`, `StateFileError`, `ChannelBookError`.
  public func delete(_ channelID: String) async throws -> Bool {
    let existed = try await deleteAtImageFlux(channelID)
    guard !isBridgeRunning else { return existed }
    var book = try await book()
    let before = book
    book.remove(channelID, fromAccountsOf: account.apiURL)
    if book != before { try await file.replace(with: book.json) }
    return existed
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

  private func book() async throws -> ChannelBook {
    guard let json = try await file.read() else { return ChannelBook() }
    return try ChannelBook(json: json)
  }
}
