import Dispatch
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Outputs

@Suite(.timeLimit(.minutes(1))) struct NameLookUpsTests {
  /// A name server that never answers, until it is let go.
  private final class DeadServer: Sendable {
    private let gate = DispatchSemaphore(value: 0)
    private let asked = Mutex<[String]>([])
    private let threads = NIOThreadPool(numberOfThreads: 1)

    init() { threads.start() }

    var questions: [String] { asked.withLock { $0 } }

    func lookUps(patience: TimeAmount = .seconds(600)) -> NameLookUps {
      NameLookUps(threads: threads, patience: patience) { [self] host in
        asked.withLock { $0.append(host) }
        gate.wait()
        gate.signal()
        return []
      }
    }

    func letGo() { gate.signal() }

    /// Waits until everything that was begun before is over.
    func finish() async throws {
      letGo()
      _ = try await lookUps().addresses(of: "last.example")
      try await threads.shutdownGracefully()
    }
  }

  @Test func whoIsCancelledDoesNotWait() async throws {
    let server = DeadServer()
    let names = server.lookUps()
    let question = Task { try await names.addresses(of: "dead.example") }
    await eventually { server.questions == ["dead.example"] }
    question.cancel()
    await #expect(throws: CancellationError.self) { try await question.value }
    try await server.finish()
  }

  @Test func patienceEnds() async throws {
    let server = DeadServer()
    let names = server.lookUps(patience: .milliseconds(1))
    await #expect(throws: RTPPushError.self) { try await names.addresses(of: "dead.example") }
    try await server.finish()
  }

  @Test func aNameIsLookedUpOnceAtATime() async throws {
    let server = DeadServer()
    let names = server.lookUps(patience: .milliseconds(1))
    for _ in 0..<3 {
      _ = try? await names.addresses(of: "dead.example")
    }
    try await server.finish()
    #expect(server.questions == ["dead.example", "last.example"])
  }

  @Test func namesThatWaitAreLimited() async throws {
    let server = DeadServer()
    let names = server.lookUps(patience: .milliseconds(1))
    for number in 0..<NameLookUps.maxNames {
      _ = try? await names.addresses(of: "dead\(number).example")
    }
    await #expect(throws: RTPPushError.self) {
      try await names.addresses(of: "one-too-many.example")
    }
    try await server.finish()
    #expect(server.questions.count == NameLookUps.maxNames + 1)
    #expect(!server.questions.contains("one-too-many.example"))
  }

  @Test func addressesDoNotWaitBehindNames() async throws {
    let server = DeadServer()
    let names = server.lookUps()
    let question = Task { try await names.addresses(of: "dead.example") }
    await eventually { server.questions == ["dead.example"] }
    let resolver = HostResolver(names: names)
    for text in ["127.0.0.7", "::1", "239.1.2.3"] {
      #expect(
        try await resolver.lookUp(text, 5004) == [SocketAddress(ipAddress: text, port: 5004)])
    }
    #expect(server.questions == ["dead.example"])
    question.cancel()
    try await server.finish()
  }
}
