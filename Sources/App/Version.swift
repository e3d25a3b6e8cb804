/// This program's version, as `--version` and the servers' headers give it.
enum Version {
  static let current = "0.1.0"
}
