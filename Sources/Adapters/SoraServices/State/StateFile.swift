import JSON
import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A small JSON file in which the bridge keeps what it must know after a crash.
///
/// It is replaced as a whole and written through to the disk: after a power cut it holds what it
/// held before or after the change, never a part. File calls block, so they run on NIO's threads
/// for that; they are not cancelled with the task, because what is to be known must be written.
public final class StateFile: Sendable {
  /// Largest file that is read or written.
  public static let limitBytes = 1024 * 1024
  /// How many broken files are kept beside it.
  static let brokenFileLimit = 100

  public let path: String
  /// Descriptor of the lock file while the lock is held. It also makes one call follow the other.
  private let lockDescriptor = Mutex<Int32?>(nil)

  /// - Parameter path: Its directory is made when it is first needed.
  public init(path: String) {
    self.path = path
  }

  deinit {
    if let descriptor = lockDescriptor.withLock({ $0 }) { close(descriptor) }
  }

  /// Makes the file this one's own until it is unlocked, let go or the process ends, however it
  /// ends. The lock is on a file of its own beside it, which stays.
  ///
  /// - Throws: ``StateFileError/inUse(path:)`` if another bridge has it.
  public func lock() async throws(StateFileError) {
    try await blocking { file throws(StateFileError) in
      try file.lockDescriptor.withLock { held throws(StateFileError) in
        guard held == nil else { return }
        try StateFiles.makeDirectory(of: file.path)
        held = try StateFiles.lock(file.path + ".lock", of: file.path)
      }
    }
  }

  /// Lets another bridge have the file.
  public func unlock() async {
    _ = await blockingResult { file in
      file.lockDescriptor.withLock { held in
        if let held { close(held) }
        held = nil
      }
    }
  }

  /// What the file says; nil if there is none.
  ///
  /// - Throws: ``StateFileError/unusable(path:reason:)`` if it is no JSON or too large: then
  ///   ``keepAside()`` saves what it knows.
  public func read() async throws(StateFileError) -> JSONValue? {
    try await blocking { file throws(StateFileError) in
      try file.lockDescriptor.withLock { _ throws(StateFileError) in
        guard let bytes = try StateFiles.content(of: file.path, limit: Self.limitBytes) else {
          return nil
        }
        guard let value = JSONValue(parsing: bytes) else {
          throw .unusable(path: file.path, reason: "it is not JSON")
        }
        return value
      }
    }
  }

  /// Replaces the whole file. When this returns, the new content is on the disk.
  ///
  /// The file stays its owner's, and a new one becomes its directory's owner's, when root writes it.
  ///
  /// - Throws: ``StateFileError/cannotWrite(path:reason:)``, also if another user could not read
  ///   the file any more, who could before.
  public func replace(with value: JSONValue) async throws(StateFileError) {
    var bytes = ByteBuffer()
    value.encode(into: &bytes)
    bytes.writeString("\n")
    let content = bytes
    try await blocking { file throws(StateFileError) in
      try file.lockDescriptor.withLock { _ throws(StateFileError) in
        guard content.readableBytes <= Self.limitBytes else {
          throw .unusable(path: file.path, reason: "more than \(Self.limitBytes) bytes")
        }
        try StateFiles.makeDirectory(of: file.path)
        try StateFiles.replace(file.path, with: content, keepsOwner: true)
      }
    }
  }

  /// Renames a file that cannot be used, so that a new one does not overwrite what it knows.
  ///
  /// - Returns: Where it is now: its own path with `.broken-1` or a higher number.
  public func keepAside() async throws(StateFileError) -> String {
    try await blocking { file throws(StateFileError) in
      try file.lockDescriptor.withLock { _ throws(StateFileError) in
        try StateFiles.keepAside(file.path, limit: Self.brokenFileLimit)
      }
    }
  }

  /// Keeps the file as it is under another name, too, before a new one takes its place. What is kept
  /// already is not kept twice.
  ///
  /// - Returns: Where: as of ``keepAside()``.
  public func keepCopy() async throws(StateFileError) -> String {
    try await blocking { file throws(StateFileError) in
      try file.lockDescriptor.withLock { _ throws(StateFileError) in
        try StateFiles.keepCopy(
          file.path, limit: Self.brokenFileLimit, sizeLimit: Self.limitBytes)
      }
    }
  }

  /// The files that were kept aside and are still there.
  public func keptAside() async -> [String] {
    await blockingResult { file in
      StateFiles.keptAside(file.path, limit: Self.brokenFileLimit)
    }
  }

  private func blocking<Value: Sendable>(
    _ work: @escaping @Sendable (StateFile) throws(StateFileError) -> Value
  ) async throws(StateFileError) -> Value {
    try await blockingResult { file in
      do throws(StateFileError) {
        return Result<Value, StateFileError>.success(try work(file))
      } catch {
        return .failure(error)
      }
    }.get()
  }

  private func blockingResult<Value: Sendable>(
    _ work: @escaping @Sendable (StateFile) -> Value
  ) async -> Value {
    await withCheckedContinuation { continuation in
      // The pool runs what it is given even when it is being shut down.
      NIOThreadPool.singleton.submit { [self] _ in continuation.resume(returning: work(self)) }
    }
  }
}

/// Why a state file cannot be used.
public enum StateFileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Another bridge holds the lock.
  case inUse(path: String)
  /// What it holds is of no use.
  case unusable(path: String, reason: String)
  /// A later version of the program wrote it; it is left alone.
  case ofLaterVersion(path: String, reason: String)
  case cannotRead(path: String, reason: String)
  case cannotWrite(path: String, reason: String)

  public var description: String {
    switch self {
    case .inUse(let path):
      "\(path) is in use by another bridge; give each one its own state.directory"
    case .unusable(let path, let reason): "\(path) cannot be used: \(reason)"
    case .ofLaterVersion(let path, let reason):
      "\(path) is left alone: \(reason); use that program, or another state.directory"
    case .cannotRead(let path, let reason): "cannot read \(path): \(reason)"
    case .cannotWrite(let path, let reason): "cannot write \(path): \(reason)"
    }
  }
}
