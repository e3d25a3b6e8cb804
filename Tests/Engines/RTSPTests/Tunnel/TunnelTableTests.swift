import NIOCore
import Testing

@testable import RTSP

@Suite struct TunnelTableTests {
  @Test func aPOSTFindsItsGETOfTheSameAddress() throws {
    var table = TunnelTable()
    try table.opened(by: 1, cookie: "c", address: "192.0.2.1")
    #expect(throws: TunnelRefusal.unknownCookie) {
      try table.joined(by: 2, cookie: "c", address: "192.0.2.2")
    }
    #expect(throws: TunnelRefusal.unknownCookie) {
      try table.joined(by: 2, cookie: "d", address: "192.0.2.1")
    }
    #expect(
      try table.joined(by: 2, cookie: "c", address: "192.0.2.1") == .init(get: 1, replaced: nil))
  }

  @Test func anotherPOSTReplacesTheFirst() throws {
    var table = TunnelTable()
    try table.opened(by: 1, cookie: "c", address: "a")
    _ = try table.joined(by: 2, cookie: "c", address: "a")
    #expect(try table.joined(by: 3, cookie: "c", address: "a") == .init(get: 1, replaced: 2))
    // The replaced one does not take the tunnel with it, nor does its successor.
    #expect(table.closed(2) == nil)
    #expect(table.closed(3) == nil)
    #expect(try table.joined(by: 4, cookie: "c", address: "a") == .init(get: 1, replaced: nil))
    #expect(table.closed(1) == 4)
    #expect(table.isEmpty)
  }

  @Test func aCookieInUseCannotBeTaken() throws {
    var table = TunnelTable()
    try table.opened(by: 1, cookie: "c", address: "a")
    #expect(throws: TunnelRefusal.cookieInUse) {
      try table.opened(by: 2, cookie: "c", address: "a")
    }
    // Elsewhere the same cookie is another one.
    try table.opened(by: 3, cookie: "c", address: "b")
    #expect(table.closed(2) == nil)
    #expect(table.closed(1) == nil)
    try table.opened(by: 4, cookie: "c", address: "a")
    #expect(table.closed(3) == nil && table.closed(4) == nil)
    #expect(table.isEmpty)
  }

  @Test func waitingIsLimited() throws {
    var limits = TunnelLimits()
    limits.waiting = 3
    limits.waitingPerAddress = 2
    var table = TunnelTable(limits: limits)
    try table.opened(by: 1, cookie: "1", address: "a")
    try table.opened(by: 2, cookie: "2", address: "a")
    #expect(throws: TunnelRefusal.tooManyWaiting) {
      try table.opened(by: 3, cookie: "3", address: "a")
    }
    try table.opened(by: 4, cookie: "4", address: "b")
    #expect(throws: TunnelRefusal.tooManyWaiting) {
      try table.opened(by: 5, cookie: "5", address: "c")
    }
    // Joined tunnels do not wait, not even when their POST goes.
    _ = try table.joined(by: 6, cookie: "1", address: "a")
    #expect(table.closed(6) == nil)
    try table.opened(by: 3, cookie: "3", address: "a")
    #expect(table.closed(3) == nil)
    try table.opened(by: 7, cookie: "7", address: "c")
  }

  @Test func answersAreWholeHTTP() {
    let refusals: [(TunnelRefusal, String)] = [
      (.notATunnel(method: "GET"), "404 Not Found"),
      (.notATunnel(method: "HEAD"), "404 Not Found"),
      (.notATunnel(method: "PUT"), "405 Method Not Allowed"),
      (.malformed(.headerMalformed(position: 3)), "400 Bad Request"),
      (.malformed(.tooManyHeaders(limit: 3)), "431 Request Header Fields Too Large"),
      (.cookieInUse, "409 Conflict"), (.tooManyWaiting, "503 Service Unavailable"),
    ]
    for (refusal, status) in refusals {
      let text = String(buffer: TunnelAnswer.refused(refusal, serverName: "s"))
      #expect(text.hasPrefix("HTTP/1.1 \(status)\r\n"))
      let parts = text.split(separator: "\r\n\r\n", omittingEmptySubsequences: false)
      #expect(parts.count == 2)
      if refusal == .notATunnel(method: "HEAD") {
        #expect(parts.last == "")
      } else {
        #expect(parts.first?.hasSuffix("Content-Length: \(parts.last?.utf8.count ?? -1)") == true)
      }
    }
    let opened = String(buffer: TunnelAnswer.opened(serverName: "s"))
    #expect(opened.hasPrefix("HTTP/1.0 200 OK\r\n") && opened.hasSuffix("tunnelled\r\n\r\n"))
    #expect(!opened.contains("Content-Length"))
  }
}
