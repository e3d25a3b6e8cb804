import Pipeline

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where the bridge keeps what it must know after a crash, section `state`.
///
/// | key | type | default | range |
/// |---|---|---|---|
/// | `directory` | path | none: `$STATE_DIRECTORY`, which systemd gives, else `$XDG_STATE_HOME/liveview-bridge`, else `$HOME/.local/state/liveview-bridge`, else `/var/lib/liveview-bridge` | of this bridge alone |
public struct StateSettings: Sendable {
  public var directory: String
  private let settings: SettingsReader

  /// - Parameter environment: The value of an environment variable.
  public init(
    settings: SettingsReader,
    environment: (String) -> String? = { name in getenv(name).map { String(cString: $0) } }
  ) {
    self.settings = settings
    directory = settings.string("directory") ?? Self.defaultDirectory(environment)
  }

  /// A file there.
  public func file(named name: String) -> StateFile {
    StateFile(path: directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)")
  }

  /// For a section that is enabled and needs state: a directory that cannot be written, or made
  /// when it is needed, is a problem of the settings.
  public func requireWritable() {
    var nearest = directory
    while access(nearest, F_OK) != 0, nearest != "/", nearest != "." {
      nearest = StatePath.parent(of: nearest)
    }
    var facts = stat()
    let isDirectory = stat(nearest, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    guard !isDirectory || access(nearest, W_OK | X_OK) != 0 else { return }
    settings.report(
      "directory", value: directory,
      allowed: "a directory this program may write, or make; enabled sections keep there what they "
        + "must know after a crash")
  }

  private static func defaultDirectory(_ environment: (String) -> String?) -> String {
    // Variables that are not absolute paths are to be ignored. Source: XDG Base Directory
    // Specification; systemd.exec(5): several directories are separated by colons.
    func path(_ name: String) -> String? {
      environment(name).flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    if let first = path("STATE_DIRECTORY")?.split(separator: ":").first { return String(first) }
    if let home = path("XDG_STATE_HOME") { return home + "/liveview-bridge" }
    // The home of users who have none.
    if let home = path("HOME"), home != "/", home != "/nonexistent" {
      return home + "/.local/state/liveview-bridge"
    }
    return "/var/lib/liveview-bridge"
  }
}
