import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A small text file that other programs read at any time, so it is replaced as a whole.
enum DescriptionFile {
  /// Writes `text` beside `path` and moves it there; readers see the old or the new text.
  ///
  /// It does not wait for the disk: after a power cut the text is written anew anyway.
  static func write(_ text: String, to path: String) throws(RTPPushError) {
    let newPath = path + ".new"
    // What a crash left behind, or somebody who wants another file to be overwritten: a link there
    // is never followed.
    unlink(newPath)
    do throws(RTPPushError) {
      try fill(newPath, with: Array(text.utf8))
      guard rename(newPath, path) == 0 else { throw failure(path) }
    } catch {
      unlink(newPath)
      throw error
    }
  }

  private static func fill(_ path: String, with bytes: [UInt8]) throws(RTPPushError) {
    guard let file = fopen(path, "wxe") else { throw failure(path) }
    let written = fwrite(bytes, 1, bytes.count, file)
    // A full disk shows when the buffer is flushed.
    let error = written == bytes.count ? nil : failure(path)
    guard fclose(file) == 0 else { throw failure(path) }
    if let error { throw error }
  }

  /// The system's reason for the call that just failed.
  private static func failure(_ path: String) -> RTPPushError {
    .cannotWriteFile(path: path, reason: "\(IOError(errnoCode: errno, reason: "system"))")
  }
}
