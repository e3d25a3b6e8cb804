import Foundation

/// Bridges that run on this machine beside this process; they have the camera's one liveview.
enum OtherBridges {
  /// Commands that do not run a bridge.
  private static let otherCommands: Set = [
    "simulate", "discover", "snapshot", "diagnose", "config", "help", "--help", "-h", "--version",
  ]

  /// Their process numbers, as far as they can be seen: not those in other containers.
  ///
  /// - Parameter processFiles: Another place than the kernel's only for tests.
  static func processIdentifiers(
    processFiles: String = "/proc", own: Int = Int(ProcessInfo.processInfo.processIdentifier)
  ) -> [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: processFiles)) ?? []
    return names.compactMap { Int($0) }.filter { identifier in
      identifier != own && isBridge("\(processFiles)/\(identifier)/cmdline")
    }.sorted()
  }

  /// Why nothing should be asked of the camera beside these processes; nil if there are none.
  static func obstacle(_ processes: [Int]) -> String? {
    guard !processes.isEmpty else { return nil }
    let list = processes.map(String.init).joined(separator: ", ")
    return """
      a bridge runs on this machine (process \(list)) and would lose the camera's liveview; stop \
      it first, or give --force
      """
  }

  private static func isBridge(_ path: String) -> Bool {
    guard let data = FileManager.default.contents(atPath: path) else { return false }
    let arguments = data.split(separator: 0, omittingEmptySubsequences: true).prefix(2)
      .map { String(decoding: $0, as: UTF8.self) }
    guard let program = arguments.first,
      program.split(separator: "/").last == "liveview-bridge"
    else { return false }
    return arguments.count < 2 || !otherCommands.contains(arguments[1])
  }
}
