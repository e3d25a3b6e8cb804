#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Whose the bridge's files are.
///
/// A command run as root beside a bridge that runs as somebody else, as under systemd's
/// `DynamicUser`, must leave nothing that only root may read: the bridge would not find its
/// channels any more.
struct StateOwner: Sendable, Hashable {
  var user: uid_t
  var group: gid_t

  /// The owner that a file keeps when another takes its place, or that a new one gets; nil: who
  /// writes it.
  static func keeping(_ path: String) -> StateOwner? {
    let directory = StatePath.parent(of: path)
    guard let owner = StateOwner(ofFile: path), owner.user != geteuid() else {
      return StateOwner(in: directory)
    }
    var facts = stat()
    // What somebody put into one's own directory, root a backup for example, becomes one's own.
    let isOwn = stat(directory, &facts) == 0 && facts.st_uid == geteuid()
    return isOwn && geteuid() != 0 ? nil : owner
  }

  /// The owner of a file; nil if there is none.
  init?(ofFile path: String) {
    var facts = stat()
    guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
    self.init(facts)
  }

  /// The owner of what is made in a directory: root gives it to the directory's owner, anybody else
  /// keeps it, as in a directory for all. Nil: who makes it.
  init?(in directory: String) {
    var facts = stat()
    guard geteuid() == 0, stat(directory, &facts) == 0 else { return nil }
    self.init(facts)
  }

  private init(_ facts: stat) {
    (user, group) = (facts.st_uid, facts.st_gid)
  }

  /// Gives a file or directory that was just made to this owner.
  ///
  /// - Returns: Why that cannot be done; nil if it is done.
  func take(_ descriptor: Int32) -> String? {
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { return StateFiles.reason() }
    // Some file systems have one owner for all, and no other can be given.
    guard facts.st_uid != user || geteuid() == 0 && facts.st_gid != group else { return nil }
    guard fchown(descriptor, user, group) != 0 else { return nil }
    return
      "it would belong to user \(geteuid()) and not to user \(user), who keeps its state there "
      + "(\(StateFiles.reason())); run this as that user"
  }
}
