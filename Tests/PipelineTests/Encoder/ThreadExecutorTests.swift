import Foundation
import Synchronization
import Testing

@testable import Pipeline

private actor Worker {
  private let thread: ThreadExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
  private var total = 0

  init(name: String) {
    thread = ThreadExecutor(name: name)
  }

  func currentThread() throws -> ThreadIdentity { try ThreadIdentity() }

  func add(_ value: Int) -> Int {
    total += value
    return total
  }
}

/// The thread that asks, as the kernel knows it; see proc(5), `/proc/thread-self`.
private struct ThreadIdentity: Sendable {
  /// Folder of the thread under `/proc`, which is there as long as the thread lives.
  var folder: String
  var name: String

  init() throws {
    let link = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
    folder = "/proc/\(link)"
    name = try String(contentsOfFile: folder + "/comm", encoding: .utf8)
      .trimmingCharacters(in: .newlines)
  }
}

@Suite struct ThreadExecutorTests {
  @Test func jobsRunOnOneThreadOfTheirOwn() async throws {
    let (worker, other) = (Worker(name: "own-thread"), Worker(name: "other"))
    let first = try await worker.currentThread()
    let second = try await worker.currentThread()
    #expect(first.folder == second.folder)
    #expect(first.name == "own-thread")
    #expect(try await other.currentThread().folder != first.folder)
    #expect(try ThreadIdentity().folder != first.folder)
  }

  @Test func manyCallersAreServedOneAfterTheOther() async {
    let worker = Worker(name: "counter")
    let totals = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<500 { group.addTask { await worker.add(1) } }
      return await group.reduce(into: Set<Int>()) { $0.insert($1) }
    }
    #expect(totals == Set(1...500))
  }

  @Test func aLongNameIsCutNotRefused() async throws {
    let worker = Worker(name: "a-name-of-more-than-15-bytes")
    let name = try await worker.currentThread().name
    #expect(name == "a-name-of-more-")
  }

  @Test(.timeLimit(.minutes(1)))
  func theThreadEndsWithItsOwner() async throws {
    let folder = try await Worker(name: "short-lived").currentThread().folder
    while FileManager.default.fileExists(atPath: folder) { await Task.yield() }
  }
}
