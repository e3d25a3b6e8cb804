import Foundation
import Testing

@testable import LiveviewBridge

@Suite struct OtherBridgesTests {
  @Test func onlyRunningBridgesCount() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "processes-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    let commands: [(Int, [String])] = [
      (10, ["/usr/bin/liveview-bridge"]), (11, ["liveview-bridge", "run", "--config", "c.json"]),
      (12, ["./liveview-bridge", "--log-level", "debug"]), (13, ["liveview-bridge", "simulate"]),
      (14, ["liveview-bridge", "diagnose"]), (15, ["vi", "liveview-bridge"]), (16, []),
      (17, ["liveview-bridge"]), (18, ["liveview-bridge-old"]),
    ]
    for (identifier, command) in commands {
      let process = folder.appending(path: "\(identifier)")
      try FileManager.default.createDirectory(at: process, withIntermediateDirectories: true)
      let line = command.map { $0 + "\0" }.joined()
      try Data(line.utf8).write(to: process.appending(path: "cmdline"))
    }
    #expect(
      OtherBridges.processIdentifiers(processFiles: folder.path, own: 17) == [10, 11, 12])
  }

  @Test func theyAreAnObstacle() {
    #expect(OtherBridges.obstacle([]) == nil)
    #expect(OtherBridges.obstacle([10, 11])?.contains("(process 10, 11)") == true)
  }

  @Test func whereNothingCanBeSeenThereIsNone() {
    #expect(OtherBridges.processIdentifiers(processFiles: "/nowhere").isEmpty)
  }
}
