import Testing

@testable import ControlPlane

@Suite struct HTTPDateTests {
  @Test(arguments: [
    (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),  // the RFC's own example
    (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
    (1_795_176_000, "Fri, 20 Nov 2026 12:00:00 GMT"),
    (1_767_225_599, "Wed, 31 Dec 2025 23:59:59 GMT"),
  ])
  func asInTheRFC(unixSeconds: Int64, text: String) {
    #expect(HTTPDate.text(unixSeconds: unixSeconds) == text)
  }

  @Test(arguments: [Int64.min, -1, 253_402_300_800, Int64.max])
  func before1970AndAfter9999ThereIsNoText(unixSeconds: Int64) {
    #expect(HTTPDate.text(unixSeconds: unixSeconds) == nil)
  }
}
