import Glibc
import TestSupport
import Testing

@testable import Inputs

@Suite struct LinkChangesTests {
  @Test func theFirstLookComesByItself() async {
    var count = 0
    for await _ in LinkChanges.stream() {
      count += 1
      break
    }
    #expect(count == 1)
  }

  @Test func anInterfaceThatRunsIsNotWaitedFor() async throws {
    try await withTimeLimit(.seconds(20)) {
      try await NetworkInterface.waitUntilRunning(named: "lo")
      try await NetworkInterface.waitUntilRunning(named: "127.0.0.1")
    }
  }

  @Test func waitingEndsWithTheTask() async {
    let waiting = Task { try await NetworkInterface.waitUntilRunning(named: "no such interface") }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
  }

  @Test(.enabled(if: geteuid() == 0, "adding an address needs root"))
  func anAddressThatComesIsNoticed() async throws {
    let waiting = Task {
      try await withTimeLimit(.seconds(20)) {
        try await NetworkInterface.waitUntilRunning(named: "127.88.77.66")
      }
    }
    let added = try await ExternalProgram.run(
      "ip", ["address", "add", "127.88.77.66/32", "dev", "lo"])
    guard added.exitCode == 0 else {
      // Root without the right to, as in a container.
      waiting.cancel()
      return
    }
    let result = await waiting.result
    _ = try await ExternalProgram.run("ip", ["address", "del", "127.88.77.66/32", "dev", "lo"])
    try result.get()
  }

  @Test func loopbackRuns() throws {
    let loopback = try #require(NetworkInterface.all(named: "lo").first)
    #expect(loopback.isRunning)
    #expect(loopback.index > 0)
    #expect(loopback.networkOrderAddress == UInt32(0x7F00_0001).bigEndian)
    #expect(NetworkInterface.exists("lo"))
    #expect(!NetworkInterface.exists("no such interface"))
  }
}
