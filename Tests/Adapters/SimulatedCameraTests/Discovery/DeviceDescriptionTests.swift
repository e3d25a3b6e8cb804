import NIOCore
import Testing

@testable import SimulatedCamera

struct DeviceDescriptionTests {
  private func xml(_ application: RemoteApplication, name: String = "ILCE-6000") -> String {
    DeviceDescription(
      friendlyName: name, uuid: "uuid:1", baseURL: "http://192.168.122.1:8080",
      application: application
    ).xml
  }

  @Test func itHasAsManyBytesAsTheRealOne() {
    // A real ILCE-6000's has 2139 bytes with a uuid of 40 characters; ours ends in a line feed.
    #expect(xml(.embedded).utf8.count + 40 - 6 == 2139 + 1 - 1)
  }

  @Test func servicesAreThoseOfTheRealOne() {
    let text = xml(.embedded)
    for service in ["guide", "accessControl", "camera"] {
      #expect(text.contains("<av:X_ScalarWebAPI_ServiceType>\(service)<"))
    }
    #expect(
      text.split(separator: "<av:X_ScalarWebAPI_ActionList_URL>http://192.168.122.1:8080/sony<")
        .count == 4)
    #expect(!text.contains("LiveView"))
    #expect(!text.contains("DigitalImaging:1"))
    #expect(xml(.installed).contains("DigitalImaging:1"))
  }

  @Test func nameIsEscaped() {
    #expect(xml(.embedded, name: "<A&B>").contains("<friendlyName>&lt;A&amp;B&gt;</friendlyName>"))
  }
}
