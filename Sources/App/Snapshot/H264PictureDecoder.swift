import Foundation
import NIOCore

/// Turns one H.264 picture into a JPEG with the program ffmpeg.
///
/// None of the libraries this program links decodes H.264; ffmpeg is asked for only when a JPEG
/// is wanted. The picture goes in and out through unnamed files, so nothing can block on a full
/// pipe and nothing is left behind. JPEG is full range: a full-range stream keeps its levels, a
/// limited-range one is stretched to it.
struct H264PictureDecoder: Sendable {
  private let program: URL
  private let secondsAllowed: Double

  /// - Parameters:
  ///   - searchPath: Folders separated by colons, as in `PATH`.
  ///   - secondsAllowed: Milliseconds are enough; a program that hangs must not keep ours.
  /// - Throws: `SnapshotError.ffmpegMissing`.
  init(searchPath: String, secondsAllowed: Double = 10) throws(SnapshotError) {
    self.secondsAllowed = secondsAllowed
    let candidates = searchPath.split(separator: ":").map { "\($0)/ffmpeg" }
    guard let path = candidates.first(where: FileManager.default.isExecutableFile) else {
      throw .ffmpegMissing
    }
    program = URL(filePath: path)
  }

  /// - Parameter annexB: SPS, PPS and IDR slices behind start codes.
  /// - Throws: `SnapshotError.ffmpegFailed` or `ffmpegTimedOut`.
  func jpeg(from annexB: ByteBuffer) async throws -> ByteBuffer {
    let input = try UnnamedFile(content: Data(annexB.readableBytesView))
    let output = try UnnamedFile()
    let errors = try UnnamedFile()
    let process = Process()
    process.executableURL = program
    process.arguments = [
      "-hide_banner", "-loglevel", "error", "-nostdin",
      "-f", "h264", "-i", "pipe:0", "-frames:v", "1",
      "-c:v", "mjpeg", "-q:v", "2", "-f", "image2pipe", "pipe:1",
    ]
    process.standardInput = input.handle
    process.standardOutput = output.handle
    process.standardError = errors.handle
    let isLate = try await run(process)
    if isLate { throw SnapshotError.ffmpegTimedOut(seconds: secondsAllowed) }
    let jpeg = try output.content()
    guard process.terminationStatus == 0, !jpeg.isEmpty else {
      let message = String(decoding: try errors.content().prefix(500), as: UTF8.self)
      throw SnapshotError.ffmpegFailed(
        status: process.terminationStatus,
        message: message.split(whereSeparator: \.isNewline).joined(separator: "; "))
    }
    return ByteBuffer(bytes: jpeg)
  }

  /// Waits for the end; true if it had to be brought about.
  private func run(_ process: Process) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(secondsAllowed)
    let watchdog = Task {
      try await Task.sleep(until: deadline)
      kill(process.processIdentifier, SIGKILL)
    }
    defer { watchdog.cancel() }
    do {
      try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
        process.terminationHandler = { _ in done.resume() }
        do {
          try process.run()
        } catch {
          process.terminationHandler = nil
          done.resume(throwing: error)
        }
      }
    } catch {
      throw SnapshotError.ffmpegFailed(status: 126, message: error.localizedDescription)
    }
    return process.terminationReason == .uncaughtSignal && ContinuousClock.now >= deadline
  }
}

/// A file without a name: it is gone when nobody has it open any more.
private struct UnnamedFile {
  let handle: FileHandle

  /// Open for reading and writing, at its beginning.
  init(content: Data = Data()) throws {
    let folder = FileManager.default.temporaryDirectory
    let path = folder.appending(path: "liveview-bridge-\(UUID().uuidString)").path
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw SnapshotError.cannotWrite(path: path, reason: String(cString: strerror(errno)))
    }
    unlink(path)
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try handle.write(contentsOf: content)
    try handle.seek(toOffset: 0)
  }

  /// Everything that was written to it.
  func content() throws -> Data {
    try handle.seek(toOffset: 0)
    return try handle.readToEnd() ?? Data()
  }
}
