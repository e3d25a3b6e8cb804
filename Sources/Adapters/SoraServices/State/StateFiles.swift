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
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: reason()) }
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      let isTaken = errno == EWOULDBLOCK
      let reason = reason()
      close(descriptor)
      throw isTaken ? .inUse(path: stateFile) : .cannotWrite(path: path, reason: reason)
    }
    return descriptor
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
  /// - Parameter mode: Who may read it, apart from what the umask forbids.
  static func replace(
    _ path: String, with content: ByteBuffer, mode: mode_t = 0o600
  ) throws(StateFileError) {
    let newPath = path + ".new"
    // What a crash left behind.
    unlink(newPath)
    do throws(StateFileError) {
      try fill(newPath, with: content, mode: mode)
      guard rename(newPath, path) == 0 else { throw .cannotWrite(path: path, reason: reason()) }
    } catch {
      unlink(newPath)
      throw error
    }
    try synchronizeDirectory(of: path)
  }

  private static func fill(
    _ path: String, with content: ByteBuffer, mode: mode_t
  ) throws(StateFileError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: reason()) }
    var failure: String?
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
  static func keepAside(_ path: String, limit: Int) throws(StateFileError) -> String {
    for number in 1...limit {
      let kept = "\(path).broken-\(number)"
      // Unlike a renaming, a link never replaces a file that is there.
      if link(path, kept) == 0 {
        unlink(path)
        try synchronizeDirectory(of: path)
        return kept
      }
      guard errno == EEXIST else { throw .cannotWrite(path: kept, reason: reason()) }
    }
    throw .cannotWrite(path: path, reason: "there are \(limit) broken ones already; look at them")
  }

  /// Makes the directory of a file, and those above it, for the owner only.
  static func makeDirectory(of path: String) throws(StateFileError) {
    let directory = StatePath.parent(of: path)
    if access(directory, F_OK) == 0 { return }
    if directory != "/", directory != "." { try makeDirectory(of: directory) }
    guard mkdir(directory, 0o700) == 0 || errno == EEXIST else {
      throw .cannotWrite(path: directory, reason: reason())
    }
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
  private static func reason() -> String { String(cString: strerror(errno)) }
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
