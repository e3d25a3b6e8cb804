import Logging
import Media
import NIOPosix
import Pipeline
import Synchronization

extension RTPPushTarget {
  /// Writes the SDP file if it is asked for and `format` or the address is news; a failure is
  /// repeated at the next IDR.
  func publish(_ format: VideoFormat) async {
    guard let publication, let destination = socket?.destination,
      let change = publication.change(for: format, destination: destination)
    else { return }
    let path = publication.path
    do {
      try await NIOThreadPool.singleton.runIfActive {
        try DescriptionFile.write(change.text, to: path)
      }
      self.publication?.wrote(change)
      logger.notice("sdp file written", metadata: [LogKey.file: .string(path)])
    } catch {
      let text = "\(error)"
      let isNews = observations.withLock { $0.counters.lastError != text }
      note(error: text)
      if isNews { logger.error("sdp file not written", metadata: [LogKey.error: .string(text)]) }
    }
  }
}
