import Logging
import Pipeline
import SoraControl

/// The state file with the channels.
struct ChannelFile: Sendable {
  let file: StateFile

  /// What the file holds. One that cannot be understood is kept under another name, with a
  /// warning: its channels are for a person to delete.
  func read(logger: Logger) async throws(StateFileError) -> ChannelBook {
    do throws(StateFileError) {
      guard let json = try await file.read() else { return ChannelBook() }
      do throws(ChannelBookError) {
        return try ChannelBook(json: json)
      } catch {
        throw .unusable(path: file.path, reason: "\(error)")
      }
    } catch .unusable(_, let reason) {
      let kept = try await file.keepAside()
      logger.warning(
        "state file not understood and kept aside",
        metadata: [LogKey.file: .string(kept), LogKey.reason: .string(reason)])
      return ChannelBook()
    }
  }

  func write(_ book: ChannelBook) async -> ChannelFact {
    do {
      try await file.replace(with: book.json)
      return .written
    } catch {
      return .writeFailed("\(error)")
    }
  }
}
