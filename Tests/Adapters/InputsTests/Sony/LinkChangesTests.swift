import Glibc
import TestSupport
import Testing

@testable import Inputs

@Suite(.timeLimit(.minutes(1))) struct LinkChangesTests {
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

  @Test func whatIsMissingIsToldOnce() async {
    let (obstacles, continuation) = AsyncStream.makeStream(of: String.self)
    let waiting = Task {
      try await NetworkInterface.waitUntilRunning(named: "camera99") { continuation.yield($0) }
    }
    var iterator = obstacles.makeAsyncIterator()
    let first = await iterator.next()
    #expect(first?.hasPrefix("there is no interface camera99 yet, only ") == true)
    #expect(first?.contains("lo") == true)
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    continuation.finish()
    #expect(await iterator.next() == nil)
  }

  @Test(.enabled(if: geteuid() == 0, "adding an address needs root"))
  func anAddressThatComesIsNoticed() async throws {
    let address = "127.88.77.66"
    // A run that was cut off may have left it.
    _ = try await Self.ip("del", address)
    let (obstacles, continuation) = AsyncStream.makeStream(of: String.self)
    let waiting = Task {
      try await withTimeLimit(.seconds(20)) {
        try await NetworkInterface.waitUntilRunning(named: address) { continuation.yield($0) }
      }
    }
    // Only what comes after the first look proves something.
    for await obstacle in obstacles {
      #expect(obstacle == "no interface has the address 127.88.77.66 yet")
      break
    }
    guard try await Self.ip("add", address) else {
      // Root without the right to, as in a container.
      waiting.cancel()
      return
    }
    let result = await waiting.result
    _ = try await Self.ip("del", address)
    try result.get()
  }

  private static func ip(_ verb: String, _ address: String) async throws -> Bool {
    try await ExternalProgram.run(
      "ip", ["address", verb, address + "/32", "dev", "lo"], secondsAllowed: 10
    ).exitCode == 0
  }

  @Test func loopbackRuns() throws {
    let loopback = try #require(NetworkInterface.all(named: "lo").first)
    #expect(loopback.isRunning)
    #expect(loopback.index > 0)
    #expect(loopback.networkOrderAddress == UInt32(0x7F00_0001).bigEndian)
    #expect(NetworkInterface.exists("lo"))
    #expect(!NetworkInterface.exists("no such interface"))
  }

  @Test func obstaclesSayWhatToLookFor() {
    #expect(NetworkInterface.obstacle(named: "lo") == nil)
    #expect(NetworkInterface.obstacle(named: "127.0.0.1") == nil)
    #expect(
      NetworkInterface.obstacle(named: "203.0.113.99")
        == "no interface has the address 203.0.113.99 yet")
    #expect(NetworkInterface.names.contains("lo"))
  }

  @Test func namesAreAsLinuxAcceptsThem() {
    for name in ["wlan0", "wlp2s0f0u1", "enx00e04c680001", "wlan0.2", "wlan-kamera", "192.168.1.2"]
    {
      #expect(NetworkInterface.isNameOrAddress(name), "\(name)")
    }
    for name in ["", ".", "..", "wlan 0", "a/b", "eth0:1", "sixteen-bytes-it", "192.168.1.2/24"] {
      #expect(!NetworkInterface.isNameOrAddress(name), "\(name)")
    }
  }
}
