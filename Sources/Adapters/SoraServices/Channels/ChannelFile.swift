import Logging
import Pipeline
import SoraControl

/// The state file with the channels.
struct ChannelFile: Sendable {
  let file: StateFile

  /// A book and what was left out of it.
  struct Content: Sendable {
    var book = ChannelBook()
    var problems: [ChannelBookError] = []
  }

  /// What the file holds.
  ///
  /// - Throws: `unusable` if it is no book, `ofLaterVersion` if a later program wrote it.
  func content() async throws(StateFileError) -> Content {
    guard let json = try await file.read() else { return Content() }
    var content = Content()
    do throws(ChannelBookError) {
      content.book = try ChannelBook(json: json, problems: &content.problems)
    } catch .ofLaterVersion(let version) {
      throw .ofLaterVersion(
        path: file.path, reason: "\(ChannelBookError.ofLaterVersion(version))")
    } catch {
      throw .unusable(path: file.path, reason: "\(error)")
    }
    return content
  }

  /// What the file holds. What cannot be understood is kept under another name, with a warning: its
  /// channels are for a person to delete. A later program's file is an error, and stays.
  func read(logger: Logger) async throws(StateFileError) -> ChannelBook {
    do throws(StateFileError) {
      let content = try await content()
      guard let problem = content.problems.first else { return content.book }
      let kept = try await file.keepCopy()
      logger.warning(
        "state file not understood in part: entries left out, the file as it was kept aside",
        metadata: [
          LogKey.file: .string(kept), LogKey.reason: .string("\(problem)"),
          LogKey.count: .stringConvertible(content.problems.count),
        ])
      try await file.replace(with: content.book.json)
      return content.book
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
