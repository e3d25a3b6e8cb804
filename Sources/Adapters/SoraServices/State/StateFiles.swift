import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The file calls of ``StateFile``; all of them block.
enum StateFiles {
  /// Opens and locks `path`, a file made for the purpose; the descriptor is the lock.
  static func lock(_ path: String, of stateFile: String) throws(StateFileError) -> Int32 {
    let descriptor = try openLock(path)
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      let isTaken = errno == EWOULDBLOCK
      let reason = reason()
      close(descriptor)
      throw isTaken ? .inUse(path: stateFile) : .cannotWrite(path: path, reason: reason)
    }
    return descriptor
  }

  private static func openLock(_ path: String) throws(StateFileError) -> Int32 {
    while true {
      let present = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
      if present >= 0 { return present }
      guard errno == ENOENT else { throw .cannotWrite(path: path, reason: reason()) }
      let new = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
      if new >= 0 {
        // Only what was made here is given away: a file that was there may be anybody's.
        guard let failure = StateOwner(in: StatePath.parent(of: path))?.take(new) else {
          return new
        }
        close(new)
        unlink(path)
        throw .cannotWrite(path: path, reason: failure)
      }
      guard errno == EEXIST else { throw .cannotWrite(path: path, reason: reason()) }
    }
  }

  /// All bytes of a file; nil if there is none.
  static func content(of path: String, limit: Int) throws(StateFileError) -> ByteBuffer? {
    // A pipe would keep us waiting without O_NONBLOCK.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .cannotRead(path: path, reason: reason())
    }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else {
      throw .cannotRead(path: path, reason: reason())
    }
    guard facts.st_mode & S_IFMT == S_IFREG else {
      throw .cannotRead(path: path, reason: "it is not a file")
    }
    var bytes = ByteBuffer()
    while bytes.readableBytes <= limit {
      var count = 0
      bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: 4096) { room in
        count = retrying { read(descriptor, room.baseAddress, room.count) }
        return max(0, count)
      }
      guard count >= 0 else { throw .cannotRead(path: path, reason: reason()) }
      if count == 0 { return bytes }
    }
    throw .unusable(path: path, reason: "it has more than \(limit) bytes")
  }

  /// Writes a new file beside `path`, and moves it there once it is on the disk.
  ///
  /// - Parameters:
  ///   - mode: Who may read it, apart from what the umask forbids.
  ///   - keepsOwner: Whether it stays the file of whom it was, or becomes the directory's owner's.
  ///     If it cannot, nothing is written.
  static func replace(
    _ path: String, with content: ByteBuffer, mode: mode_t = 0o600, keepsOwner: Bool = false
  ) throws(StateFileError) {
    let newPath = path + ".new"
    // What a crash left behind.
    unlink(newPath)
    let owner = keepsOwner ? StateOwner.keeping(path) : nil
    do throws(StateFileError) {
      try fill(newPath, with: content, mode: mode, owner: owner)
      guard rename(newPath, path) == 0 else { throw .cannotWrite(path: path, reason: reason()) }
    } catch {
      unlink(newPath)
      throw error
    }
    try synchronizeDirectory(of: path)
  }

  private static func fill(
    _ path: String, with content: ByteBuffer, mode: mode_t, owner: StateOwner?
  ) throws(StateFileError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: reason()) }
    var failure = owner?.take(descriptor)
    var rest = content
    while failure == nil, rest.readableBytes > 0 {
      let count = rest.withUnsafeReadableBytes { bytes in
        retrying { write(descriptor, bytes.baseAddress, bytes.count) }
      }
      if count > 0 { rest.moveReaderIndex(forwardBy: count) } else { failure = reason() }
    }
    if failure == nil, fsync(descriptor) != 0 { failure = reason() }
    if close(descriptor) != 0, failure == nil { failure = reason() }
    if let failure { throw .cannotWrite(path: path, reason: failure) }
  }

  /// Removes the file if there is one.
  static func remove(_ path: String) throws(StateFileError) {
    guard unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR else {
      throw .cannotWrite(path: path, reason: reason())
    }
  }

  /// Gives the file a name that no other has.
  ///
  /// - Parameter link: As `link` of the system; another one only for tests.
  static func keepAside(
    _ path: String, limit: Int, link: (String, String) -> Int32 = { systemLink($0, $1) }
  ) throws(StateFileError) -> String {
    for number in 1...limit {
      let kept = "\(path).broken-\(number)"
      // Unlike a renaming, a link never replaces a file that is there.
      if link(path, kept) == 0 {
        unlink(path)
        try synchronizeDirectory(of: path)
        return kept
      }
      if errno == EEXIST { continue }
      guard [EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS, EMLINK].contains(errno) else {
        throw .cannotWrite(path: kept, reason: reason())
      }
      // File systems like FAT have no links. The lock keeps other bridges from the name.
      if isThere(kept) { continue }
      guard rename(path, kept) == 0 else { throw .cannotWrite(path: kept, reason: reason()) }
      try synchronizeDirectory(of: path)
      return kept
    }
    throw .cannotWrite(path: path, reason: "there are \(limit) broken ones already; look at them")
  }

  /// Writes the content of the file to a name that no other has, or finds where it is.
  static func keepCopy(
    _ path: String, limit: Int, sizeLimit: Int
  ) throws(StateFileError) -> String {
    let content = try content(of: path, limit: sizeLimit) ?? ByteBuffer()
    for number in 1...limit {
      let kept = "\(path).broken-\(number)"
      if isThere(kept) {
        if (try? Self.content(of: kept, limit: sizeLimit)) == content { return kept }
        continue
      }
      do throws(StateFileError) {
        try fill(kept, with: content, mode: 0o600, owner: StateOwner.keeping(path))
      } catch {
        unlink(kept)
        throw error
      }
      try synchronizeDirectory(of: path)
      return kept
    }
    throw .cannotWrite(path: path, reason: "there are \(limit) broken ones already; look at them")
  }

  private static func systemLink(_ path: String, _ other: String) -> Int32 { link(path, other) }

  /// The files that ``keepAside(_:limit:link:)`` made.
  static func keptAside(_ path: String, limit: Int) -> [String] {
    (1...limit).map { "\(path).broken-\($0)" }.filter(isThere)
  }

  private static func isThere(_ path: String) -> Bool {
    var facts = stat()
    return lstat(path, &facts) == 0
  }

  /// Makes the directory of a file, and those above it, for the owner only.
  static func makeDirectory(of path: String) throws(StateFileError) {
    let directory = StatePath.parent(of: path)
    if access(directory, F_OK) == 0 { return }
    if directory != "/", directory != "." { try makeDirectory(of: directory) }
    guard mkdir(directory, 0o700) == 0 else {
      if errno == EEXIST { return }
      throw .cannotWrite(path: directory, reason: reason())
    }
    if let failure = giveDirectoryAway(directory) {
      rmdir(directory)
      throw .cannotWrite(path: directory, reason: failure)
    }
    // What is in a directory that a power cut takes back is gone with it.
    try synchronizeDirectory(of: directory)
  }

  private static func giveDirectoryAway(_ directory: String) -> String? {
    guard let owner = StateOwner(in: StatePath.parent(of: directory)) else { return nil }
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return reason() }
    defer { close(descriptor) }
    return owner.take(descriptor)
  }

  /// A renaming is on the disk only when its directory is.
  private static func synchronizeDirectory(of path: String) throws(StateFileError) {
    let directory = StatePath.parent(of: path)
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotWrite(path: directory, reason: reason()) }
    defer { close(descriptor) }
    // Some file systems cannot do this, and need not.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw .cannotWrite(path: directory, reason: reason())
    }
  }

  private static func retrying(_ call: () -> Int) -> Int {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }

  /// The system's reason for the call that just failed.
  static func reason() -> String { String(cString: strerror(errno)) }
}

/// Paths as texts.
enum StatePath {
  /// The directory a path is in.
  static func parent(of path: String) -> String {
    var rest = path[...]
    while rest.count > 1, rest.last == "/" { rest.removeLast() }
    guard let slash = rest.lastIndex(of: "/") else { return "." }
    let parent = rest[..<slash]
    return parent.isEmpty ? "/" : String(parent)
  }
}
