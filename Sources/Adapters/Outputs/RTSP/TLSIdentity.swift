import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Pipeline

/// Who we are to TLS clients: the certificate in use, exchanged when its files change.
///
/// Lives on the server's event loop; the files are read beside it. New files that cannot be used
/// leave the old certificate in place.
final class TLSIdentity {
  private(set) var context: NIOSSLContext
  private let files: TLSFiles
  private let logger: Logger
  private var stamp: TLSFiles.Stamp
  private var failed: (stamp: TLSFiles.Stamp, isReported: Bool)?
  private var isChecking = false

  /// The files as they were read at one moment.
  struct Material: Sendable {
    fileprivate let files: TLSFiles
    fileprivate let context: NIOSSLContext
    fileprivate let stamp: TLSFiles.Stamp

    init(files: TLSFiles) throws(TLSFilesError) {
      self.files = files
      // First, so that a change while the files are read is noticed.
      stamp = files.stamp
      context = try files.load()
    }
  }

  init(_ material: Material, logger: Logger) {
    files = material.files
    context = material.context
    stamp = material.stamp
    self.logger = logger
  }

  /// Looks at the files, beside the loop. Once a second is often enough.
  ///
  /// - Returns: Done when it has looked.
  @discardableResult
  func refresh(on loop: any EventLoop) -> EventLoopFuture<Void> {
    guard !isChecking else { return loop.makeSucceededVoidFuture() }
    isChecking = true
    let files = files
    let known = stamp
    return NIOThreadPool.singleton.runIfActive(eventLoop: loop) { () -> Change? in
      let stamp = files.stamp
      guard stamp != known else { return nil }
      do throws(TLSFilesError) {
        return Change(stamp: stamp, result: .success(try files.load()))
      } catch {
        return Change(stamp: stamp, result: .failure(error))
      }
    }.assumeIsolated().map { change in
      self.isChecking = false
      if let change { self.note(change) }
    }.nonisolated()
  }

  private struct Change: Sendable {
    var stamp: TLSFiles.Stamp
    var result: Result<NIOSSLContext, TLSFilesError>
  }

  private func note(_ change: Change) {
    switch change.result {
    case .success(let context):
      self.context = context
      stamp = change.stamp
      failed = nil
      logger.notice("TLS certificate exchanged")
    case .failure(let error):
      // The two files change one after the other: only what is still wrong at the next look is.
      guard let failed, failed.stamp == change.stamp else {
        failed = (change.stamp, false)
        return
      }
      guard !failed.isReported else { return }
      self.failed = (change.stamp, true)
      logger.warning(
        "new TLS certificate cannot be used, the old one stays",
        metadata: [LogKey.error: .string("\(error)")])
    }
  }
}
