import NIOCore
import Testing

@testable import SimulatedCamera

struct SSDPSearchTests {
  private func search(_ text: String) -> SSDPSearch? {
    SSDPSearch(parsing: ByteBuffer(string: text))
  }

  @Test func ordinarySearchIsUnderstood() {
    let parsed = search(
      "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 2\r\n"
        + "ST: ssdp:all\r\n\r\n")
    #expect(parsed?.target == "ssdp:all")
    #expect(parsed?.maximumWait == 2)
  }

  @Test func caseAndBlanksDoNotMatter() {
    let parsed = search(
      "M-SEARCH * HTTP/1.1\r\nman:ssdp:discover\r\nst:   upnp:rootdevice\r\nMx:99\r\n\r\n")
    #expect(parsed?.target == "upnp:rootdevice")
    #expect(parsed?.maximumWait == 5)
  }

  @Test(arguments: [
    "", "\r\n\r\n", "NOTIFY * HTTP/1.1\r\nST: a\r\n\r\n",
    "M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nST: a\r\n",
    "M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\n\r\n",
    "M-SEARCH * HTTP/1.1\r\nST: a\r\n\r\n",
    "M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nST\r\n\r\n",
  ])
  func othersAreIgnored(text: String) {
    #expect(search(text) == nil)
  }
}
