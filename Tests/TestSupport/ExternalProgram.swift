import Foundation
import Synchronization

/// A real program started by a test: the bridge itself, ffmpeg, GStreamer.
public final class ExternalProgram: Sendable {
  /// What a finished program left.
  public struct Outcome: Sendable {
    public var exitCode: Int32
    public var output: [UInt8]
    public var errors: String
  }

  private struct State {
    var lines: [String] = []
    var partial = ""
    var isClosed = false
    var waiterCount = 0
    var waiters:
      [(id: Int, isMatch: @Sendable (String) -> Bool, CheckedContinuation<String?, Never>)] =
        []
  }

  private let process: ChildProcess
  private let output: FileHandle
  private let state = Mutex(State())

  /// Runs a program to its end. A deadline kills it, so that a test never hangs.
  public static func run(
    _ name: String, _ arguments: [String], input: [UInt8] = [], secondsAllowed: Int = 60
  ) async throws -> Outcome {
    let folder = try TemporaryFolder()
    let (out, err) = (folder.url.appending(path: "out"), folder.url.appending(path: "err"))
    let inputURL = folder.url.appending(path: "in")
    for url in [out, err] { try Data().write(to: url) }
    try Data(input).write(to: inputURL)
    let (reading, writing, complaining) = (
      try FileHandle(forReadingFrom: inputURL), try FileHandle(forWritingTo: out),
      try FileHandle(forWritingTo: err)
    )
    let process = try ChildProcess(
      ["timeout", "-s", "KILL", "\(secondsAllowed)", name] + arguments,
      environment: ProcessInfo.processInfo.environment, input: reading.fileDescriptor,
      output: writing.fileDescriptor, errors: complaining.fileDescriptor)
    return Outcome(
      exitCode: await process.exit(), output: [UInt8](try Data(contentsOf: out)),
      errors: String(decoding: try Data(contentsOf: err), as: UTF8.self))
  }

  /// Starts a program that goes on; its standard output and error are read line by line.
  public init(
    _ executable: URL, _ arguments: [String], environment: [String: String] = [:]
  ) throws {
    let pipe = Pipe()
    process = try ChildProcess(
      [executable.path] + arguments,
      environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
      input: FileHandle.nullDevice.fileDescriptor, output: pipe.fileHandleForWriting.fileDescriptor,
      errors: pipe.fileHandleForWriting.fileDescriptor)
    try pipe.fileHandleForWriting.close()
    output = pipe.fileHandleForReading
    output.readabilityHandler = { [weak self] handle in
      let data = handle.availableData
      if data.isEmpty { handle.readabilityHandler = nil }
      self?.received(data)
    }
  }

  public var processIdentifier: Int32 { process.identifier }

  public var isRunning: Bool { process.exitCode == nil }

  /// Everything it has written so far.
  public var lines: [String] { state.withLock { $0.lines } }

  /// The first line, past or to come, that satisfies `isMatch`; nil if the program ended first or
  /// the task was cancelled, as by a time limit.
  public func line(where isMatch: @escaping @Sendable (String) -> Bool) async -> String? {
    let id = state.withLock { state in
      state.waiterCount += 1
      return state.waiterCount
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let found: String?? = state.withLock { state in
          if let line = state.lines.first(where: isMatch) { return .some(line) }
          if state.isClosed || Task.isCancelled { return .some(nil) }
          state.waiters.append((id, isMatch, continuation))
          return nil
        }
        if let found { continuation.resume(returning: found) }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        let index = state.waiters.firstIndex { $0.id == id }
        return index.map { state.waiters.remove(at: $0) }
      }
      waiter?.2.resume(returning: nil)
    }
  }

  /// The first line that contains `text`.
  public func line(containing text: String) async -> String? {
    await line { $0.contains(text) }
  }

  /// Sends SIGTERM and waits for the end.
  ///
  /// - Returns: The exit code; 128 + n if signal n ended it.
  public func terminate() async -> Int32 {
    process.send(SIGTERM)
    return await exit()
  }

  /// Kills it without a chance to say goodbye.
  public func kill() {
    process.send(SIGKILL)
  }

  /// Waits for the end; a cancelled task, as by a time limit, kills the program.
  ///
  /// - Returns: The exit code; 128 + n if signal n ended it.
  public func exit() async -> Int32 {
    await withTaskCancellationHandler {
      await process.exit()
    } onCancel: {
      kill()
    }
  }

  private func received(_ data: Data) {
    typealias Resumption = (CheckedContinuation<String?, Never>, String?)
    let resumptions: [Resumption] = state.withLock { state in
      if data.isEmpty {
        state.isClosed = true
        defer { state.waiters = [] }
        return state.waiters.map { ($0.2, nil) }
      }
      state.partial += String(decoding: data, as: UTF8.self)
      var pieces = state.partial.components(separatedBy: "\n")
      state.partial = pieces.removeLast()
      state.lines += pieces
      var result: [Resumption] = []
      for piece in pieces {
        for waiter in state.waiters where waiter.isMatch(piece) {
          result.append((waiter.2, piece))
          state.waiters.removeAll { $0.id == waiter.id }
        }
      }
      return result
    }
    for (continuation, line) in resumptions { continuation.resume(returning: line) }
  }
}

/// A folder that is gone with the value.
public final class TemporaryFolder: Sendable {
  public let url: URL

  public init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "liveview-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }
}

/// Ports that nobody used a moment ago.
public enum FreePort {
  /// A TCP port on loopback; the kernel does not give it to others at once.
  public static func tcp() throws -> Int { try find(Int32(SOCK_STREAM.rawValue)) }

  /// A UDP port on loopback.
  public static func udp() throws -> Int { try find(Int32(SOCK_DGRAM.rawValue)) }

  /// An even UDP port that is free on all addresses, as is the one above it: for RTP and RTCP.
  public static func udpPair() throws -> Int {
    for _ in 0..<100 {
      let first = try bound(Int32(SOCK_DGRAM.rawValue), to: 0, on: INADDR_ANY)
      defer { close(first.descriptor) }
      if let second = try? bound(
        Int32(SOCK_DGRAM.rawValue), to: first.port ^ 1, on: INADDR_ANY)
      {
        close(second.descriptor)
        return first.port & ~1
      }
    }
    throw POSIXError(.EADDRINUSE)
  }

  private static func find(_ kind: Int32) throws -> Int {
    let socket = try bound(kind, to: 0, on: inet_addr("127.0.0.1"))
    close(socket.descriptor)
    return socket.port
  }

  /// - Parameter host: In network order.
  static func bound(
    _ kind: Int32, to port: Int, on host: in_addr_t
  ) throws -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, kind, 0)
    guard descriptor >= 0 else { throw POSIXError(.EMFILE) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = host
    address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
      }
    }
    guard result else {
      close(descriptor)
      throw POSIXError(.EADDRINUSE)
    }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }
}
