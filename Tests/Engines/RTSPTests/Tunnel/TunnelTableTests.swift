import NIOCore
import Testing

@testable import RTSP

@Suite struct TunnelTableTests {
  private func origin(_ address: String, isSecure: Bool = false) -> TunnelTable.Origin {
    TunnelTable.Origin(address: NetworkAddress(parsing: address), isSecure: isSecure)
  }

  @Test func aPOSTFindsItsGETOfTheSameAddress() throws {
    var table = TunnelTable()
    try table.opened(by: 1, cookie: "c", from: origin("192.0.2.1"))
    #expect(throws: TunnelRefusal.unknownCookie) {
      try table.joined(by: 2, cookie: "c", from: origin("192.0.2.2"))
    }
    #expect(throws: TunnelRefusal.unknownCookie) {
      try table.joined(by: 2, cookie: "d", from: origin("192.0.2.1"))
    }
    #expect(
      try table.joined(by: 2, cookie: "c", from: origin("192.0.2.1"))
        == .init(get: 1, replaced: nil))
  }

  @Test func anotherPOSTReplacesTheFirst() throws {
    var table = TunnelTable()
    try table.opened(by: 1, cookie: "c", from: origin("192.0.2.1"))
    _ = try table.joined(by: 2, cookie: "c", from: origin("192.0.2.1"))
    #expect(
      try table.joined(by: 3, cookie: "c", from: origin("192.0.2.1")) == .init(get: 1, replaced: 2))
    // The replaced one does not take the tunnel with it, nor does its successor.
    #expect(table.closed(2) == nil)
    #expect(table.closed(3) == nil)
    #expect(
      try table.joined(by: 4, cookie: "c", from: origin("192.0.2.1"))
        == .init(get: 1, replaced: nil))
    #expect(table.closed(1) == 4)
    #expect(table.isEmpty)
  }

  @Test func aCookieInUseCannotBeTaken() throws {
    var table = TunnelTable()
    try table.opened(by: 1, cookie: "c", from: origin("192.0.2.1"))
    #expect(throws: TunnelRefusal.cookieInUse) {
      try table.opened(by: 2, cookie: "c", from: origin("192.0.2.1"))
    }
    // Elsewhere the same cookie is another one.
    try table.opened(by: 3, cookie: "c", from: origin("192.0.2.2"))
    #expect(table.closed(2) == nil)
    #expect(table.closed(1) == nil)
    try table.opened(by: 4, cookie: "c", from: origin("192.0.2.1"))
    #expect(table.closed(3) == nil && table.closed(4) == nil)
    #expect(table.isEmpty)
  }

  @Test func waitingIsLimited() throws {
    var limits = TunnelLimits()
    limits.waiting = 3
    limits.waitingPerAddress = 2
    var table = TunnelTable(limits: limits)
    try table.opened(by: 1, cookie: "1", from: origin("192.0.2.1"))
    try table.opened(by: 2, cookie: "2", from: origin("192.0.2.1"))
    #expect(throws: TunnelRefusal.tooManyWaiting) {
      try table.opened(by: 3, cookie: "3", from: origin("192.0.2.1"))
    }
    try table.opened(by: 4, cookie: "4", from: origin("192.0.2.2"))
    #expect(throws: TunnelRefusal.tooManyWaiting) {
      try table.opened(by: 5, cookie: "5", from: origin("192.0.2.3"))
    }
    // Joined tunnels do not wait, not even when their POST goes.
    _ = try table.joined(by: 6, cookie: "1", from: origin("192.0.2.1"))
    #expect(table.closed(6) == nil)
    try table.opened(by: 3, cookie: "3", from: origin("192.0.2.1"))
    #expect(table.closed(3) == nil)
    try table.opened(by: 7, cookie: "7", from: origin("192.0.2.3"))
  }

  @Test func anIPv6NetworkWaitsAsOneAddressAndJoinsAsSeveral() throws {
    var limits = TunnelLimits()
    limits.waitingPerAddress = 2
    var table = TunnelTable(limits: limits)
    try table.opened(by: 1, cookie: "1", from: origin("2001:db8::1"))
    try table.opened(by: 2, cookie: "2", from: origin("2001:db8::2", isSecure: true))
    #expect(throws: TunnelRefusal.tooManyWaiting) {
      try table.opened(by: 3, cookie: "3", from: origin("2001:db8::3"))
    }
    try table.opened(by: 3, cookie: "3", from: origin("2001:db8:0:1::3"))
    #expect(throws: TunnelRefusal.unknownCookie) {
      try table.joined(by: 4, cookie: "1", from: origin("2001:db8::2"))
    }
    #expect(try table.joined(by: 4, cookie: "1", from: origin("2001:db8::1")).get == 1)
  }

  @Test func whatWasOpenedOverTLSIsJoinedOverTLS() throws {
    var table = TunnelTable()
    try table.opened(by: 1, cookie: "1", from: origin("192.0.2.1", isSecure: true))
    #expect(throws: TunnelRefusal.unknownCookie) {
      try table.joined(by: 2, cookie: "1", from: origin("192.0.2.1"))
    }
    #expect(
      try table.joined(by: 2, cookie: "1", from: origin("192.0.2.1", isSecure: true)).get == 1)
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
