import NIOCore
import Testing

@testable import SimulatedCamera

struct SSDPIdentityTests {
  private let identity = SSDPIdentity(
    hardwareAddress: "8e45006a6000", location: "http://192.168.122.1:61000/scalarwebapi_dd.xml")

  @Test func answerIsThatOfARealCamera() {
    let service = "urn:schemas-sony-com:service:ScalarWebAPI:1"
    #expect(
      identity.answers(to: service) == [
        """
        HTTP/1.1 200 OK\r
        CACHE-CONTROL: max-age=1800\r
        EXT: \r
        LOCATION: http://192.168.122.1:61000/scalarwebapi_dd.xml\r
        SERVER: FedoraCore/2 UPnP/1.0 MINT-X/1.8.1\r
        ST: \(service)\r
        USN: uuid:000000001000-1010-8000-8E45006A6000::\(service)\r
        \r

        """
      ])
  }

  @Test func searchForAllGetsFourAnswers() {
    let answers = identity.answers(to: "ssdp:all")
    #expect(answers.count == 4)
    #expect(answers.contains { $0.contains("USN: uuid:000000001000-1010-8000-8E45006A6000\r\n") })
  }

  @Test(arguments: ["upnp:rootdevice", "urn:schemas-upnp-org:device:Basic:1"])
  func itAnswersToWhatItIs(target: String) {
    #expect(identity.answers(to: target).count == 1)
  }

  @Test(arguments: ["urn:schemas-upnp-org:device:MediaRenderer:1", "", "SSDP:ALL"])
  func otherSearchesAreNotAnswered(target: String) {
    #expect(identity.answers(to: target).isEmpty)
  }

  @Test func announcementsAndFarewellsNameTheSameFour() {
    let alive = identity.announcements(port: 1900)
    let gone = identity.farewells(port: 1900)
    #expect(alive.count == 4 && gone.count == 4)
    #expect(alive.allSatisfy { $0.contains("NTS: ssdp:alive\r\n") && $0.contains("LOCATION: ") })
    #expect(gone.allSatisfy { $0.contains("NTS: ssdp:byebye\r\n") && !$0.contains("LOCATION") })
  }
}
