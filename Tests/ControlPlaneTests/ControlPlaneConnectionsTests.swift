import AsyncHTTPClient
import Configuration
import Foundation
import NIOCore
import Testing

@testable import ControlPlane

/// Bodies, headers and connections that a browser would not make, and the port itself.
@Suite(.timeLimit(.minutes(1))) struct ControlPlaneConnectionsTests {
  private let fixture = ControlPlaneFixture()

  @Test func aSmallBodyIsIgnoredAndALargeOneRefused() async throws {
    try await fixture.whileServing { base in
      let small = try await Reply.to(
        base + "/healthz", body: .bytes(ByteBuffer(repeating: 0, count: 4096)))
      #expect(small.status == 200)
      let large = try await Reply.to(
        base + "/healthz", headers: [("Connection", "close")],
        body: .bytes(ByteBuffer(repeating: 0, count: 4097)))
      #expect(large.status == 413)
    }
  }

  @Test func anEndlessBodyEndsTheConnection() async throws {
    try await fixture.whileServing { base in
      let raw = try await RawConnection(base)
      try await raw.send(
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
      let reply = try await raw.readToEnd()
      #expect(reply.hasPrefix("HTTP/1.1 413 "))
    }
  }

  @Test func headersBeyondTheLimitEndTheConnection() async throws {
    try await fixture.whileServing { base in
      let raw = try await RawConnection(base)
      let value = String(repeating: "a", count: 9000)
      try await raw.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: \(value)\r\n\r\n")
      #expect(try await raw.readToEnd().hasPrefix("HTTP/1.1 400 "))
    }
  }

  @Test func aConnectionServesManyRequests() async throws {
    try await fixture.whileServing { base in
      let raw = try await RawConnection(base)
      let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
      try await raw.send(request + request)
      try await raw.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
      let replies = try await raw.readToEnd()
      #expect(replies.components(separatedBy: "HTTP/1.1 200 OK").count == 4)
    }
  }

  @Test func endsAtOnceThoughConnectionsAreOpen() async throws {
    let controlPlane = fixture.controlPlane
    let run = Task { try await controlPlane.run() }
    let port = try #require(await controlPlane.listeningPort())
    let idle = try await RawConnection("http://127.0.0.1:\(port)")
    let half = try await RawConnection("http://127.0.0.1:\(port)")
    try await half.send("GET /healthz HTTP/1.1\r\nHost: local")
    // The reply proves that the server has accepted all three connections.
    #expect(try await Reply.to("http://127.0.0.1:\(port)/healthz").status == 200)
    run.cancel()
    try await run.value
    #expect(controlPlane.boundPort == nil)
    _ = try await (idle.readToEnd(), half.readToEnd())
  }

  @Test func aTakenPortIsAnErrorAndRunningAgainWorks() async throws {
    try await fixture.whileServing { base in
      let port = try #require(URL(string: base)?.port)
      let second = ControlPlaneFixture(settings: ["listenPort": .int(port)])
      await #expect(throws: IOError.self) { try await second.controlPlane.run() }
      #expect(second.controlPlane.boundPort == nil)
      let attempts = Task {
        while !Task.isCancelled { try? await second.controlPlane.run() }
      }
      #expect(await second.controlPlane.listeningPort() == nil, "whoever waits is told")
      attempts.cancel()
      await attempts.value
    }
    try await fixture.whileServing { base in
      let health = try await Reply.to(base + "/healthz")
      #expect(health.status == 200)
    }
  }
}
