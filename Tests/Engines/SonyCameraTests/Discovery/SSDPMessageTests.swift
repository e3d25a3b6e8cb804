import NIOCore
import SonyCamera
import TestSupport
import Testing

@Suite struct SSDPMessageTests {
  @Test func theSearchHasQuotesAndAnEmptyLineAtTheEnd() {
    var buffer = ByteBuffer()
    SSDPMessage.search(SSDPSearch(maximumWaitSeconds: 2)).encode(into: &buffer)
    #expect(
      String(buffer: buffer) == """
        M-SEARCH * HTTP/1.1\r
        HOST: 239.255.255.250:1900\r
        MAN: "ssdp:discover"\r
        MX: 2\r
        ST: urn:schemas-sony-com:service:ScalarWebAPI:1\r
        \r\n
        """)
  }

  static let messages: [SSDPMessage] = [
    .search(SSDPSearch(target: SSDPSearch.everything, maximumWaitSeconds: 3)),
    .answer(
      SSDPAnswer(
        target: SSDPSearch.sonyTarget, uniqueServiceName: "uuid:1::x", location: "http://h/d.xml",
        maximumAgeSeconds: 60, server: "UPnP/1.0 Camera/1.0")),
    .notification(
      SSDPNotification(
        event: .alive(location: "http://h/d.xml", maximumAgeSeconds: 60),
        target: "upnp:rootdevice", uniqueServiceName: "uuid:1::x", server: "s")),
    .notification(SSDPNotification(event: .byebye, target: "t", uniqueServiceName: "uuid:1::x")),
  ]

  @Test(arguments: messages)
  func readsWhatItWrites(message: SSDPMessage) throws {
    var buffer = ByteBuffer()
    message.encode(into: &buffer)
    #expect(try SSDPMessage(parsing: buffer) == message)
  }

  /// The answer of an α6000: a blank after `EXT:`, the MAC address at the end of the uuid.
  private let alphaAnswer = """
    HTTP/1.1 200 OK\r
    CACHE-CONTROL: max-age=1800\r
    EXT: \r
    LOCATION: http://192.168.122.1:61000/scalarwebapi_dd.xml\r
    SERVER: FedoraCore/2 UPnP/1.0 MINT-X/1.8.1\r
    ST: urn:schemas-sony-com:service:ScalarWebAPI:1\r
    USN: uuid:000000001000-1010-8000-020000000001::urn:schemas-sony-com:service:ScalarWebAPI:1\r
    \r\n
    """

  private func answer(_ text: String) throws -> SSDPAnswer? {
    guard case .answer(let answer) = try SSDPMessage(parsing: ByteBuffer(string: text)) else {
      return nil
    }
    return answer
  }

  @Test func readsTheAnswerOfAnAlpha6000() throws {
    let answer = try #require(try answer(alphaAnswer))
    #expect(answer.location == "http://192.168.122.1:61000/scalarwebapi_dd.xml")
    #expect(answer.target == SSDPSearch.sonyTarget)
    #expect(answer.maximumAgeSeconds == 1800)
    #expect(answer.uniqueServiceName.hasPrefix("uuid:000000001000-1010-8000-020000000001::"))
  }

  @Test func readsTheAnswerOfAnActionCamera() throws {
    let answer = try #require(try answer(Fixture.text("nerab_as30v/discovery_response.txt")))
    #expect(answer.location == "http://10.0.0.1:64321/DmsRmtDesc.xml")
    #expect(answer.server == "UPnP/1.0 SonyImagingDevice/1.0")
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\nlocation:http://h/d\nusn:uuid:1\nst:x",
    "\r\nhttp/1.0   200\r\nLocation :  http://h/d  \r\nUSN: uuid:1\r\nnonsense\r\nST:x\r\n",
    "HTTP/1.1 200 OK\r\nLOCATION: http://h/d\r\nUSN:uuid:1\r\nLOCATION: http://other\r\nSt: x",
  ])
  func isLaxAboutForm(text: String) throws {
    let answer = try #require(try answer(text))
    #expect(answer.location == "http://h/d")
    #expect(answer.uniqueServiceName == "uuid:1")
    #expect(answer.target == "x")
    #expect(answer.maximumAgeSeconds == SSDPAnswer.defaultMaximumAgeSeconds)
  }

  @Test(arguments: [("no-cache, max-age = 75", 75), ("max-age=9999999", 86_400), ("x", 1800)])
  func readsTheAge(control: String, seconds: Int) throws {
    let text = "HTTP/1.1 200 OK\nCACHE-CONTROL: \(control)\nLOCATION: http://h/d\n"
    #expect(try answer(text)?.maximumAgeSeconds == seconds)
  }

  @Test func saysWhatIsWrong() {
    func expectError(_ expected: SonyCameraError, _ text: String) {
      #expect(throws: expected) { try SSDPMessage(parsing: ByteBuffer(string: text)) }
    }
    expectError(.datagramNotSSDP, "")
    expectError(.datagramNotSSDP, "HTTP/1.1 404 Not Found\r\n\r\n")
    expectError(.datagramFieldMissing(name: "location"), "HTTP/1.1 200 OK\r\n\r\n")
    expectError(.datagramFieldMissing(name: "nts"), "NOTIFY * HTTP/1.1\r\nNT: x\r\n\r\n")
    expectError(.datagramFieldMissing(name: "st"), "M-SEARCH * HTTP/1.1\r\n\r\n")
    expectError(
      .datagramTooLong(limit: 4096, actual: 5000), String(repeating: "a", count: 5000))
    expectError(
      .datagramFieldTooLong(position: 26, limit: 1024),
      "HTTP/1.1 200 OK\r\nLOCATION:" + String(repeating: "a", count: 2000))
  }

  @Test func aSearchNeverBreaksOutOfItsLine() {
    var buffer = ByteBuffer()
    SSDPMessage.search(SSDPSearch(target: "x\r\nEVIL: 1")).encode(into: &buffer)
    #expect(String(buffer: buffer).contains("ST: xEVIL: 1\r\n"))
  }

  @Test func mutationsNeverTrap() {
    var generator = SeededGenerator(seed: 0x5353_4450)
    var accepted = 0
    for _ in 0..<20_000 {
      let bytes = Mutation.mutate(Array(alphaAnswer.utf8), using: &generator)
      if (try? SSDPMessage(parsing: ByteBuffer(bytes: bytes))) != nil { accepted += 1 }
    }
    #expect(accepted > 0)
  }
}
