import Testing

@testable import SimulatedCamera

struct CameraEventsTests {
  private func body(_ application: RemoteApplication = .embedded) -> CameraBody {
    var configuration = SimulatedCameraConfiguration()
    configuration.application = application
    return CameraBody(configuration: configuration)
  }

  @Test(arguments: [("1.0", 35), ("1.1", 36), ("1.2", 60), ("1.3", 63)])
  func lengthDependsOnTheVersion(version: String, count: Int) {
    var body = body(.installed)
    #expect(body.events(version: version, onlyChanged: false).count == count)
  }

  @Test func entriesAreAtTheirPositions() {
    var body = body()
    body.enter(.recording)
    let events = body.events(version: "1.0", onlyChanged: false)
    let types: [(Int, String)] = [
      (0, "availableApiList"), (1, "cameraStatus"), (2, "zoomInformation"), (3, "liveviewStatus"),
      (20, "selfTimer"), (21, "shootMode"), (25, "exposureCompensation"),
    ]
    for (position, type) in types {
      #expect(events[position]["type"]?.stringValue == type)
    }
    #expect(events[1]["cameraStatus"] == "IDLE")
    #expect(events[3]["liveviewStatus"] == false)
    #expect(events[10].arrayValue?.first?["type"] == "storageInformation")
    // Nothing to say: null, and for lists an empty one.
    #expect(events[4] == .null)
    #expect(events[5] == [])
  }

  @Test func onlyChangesAreToldOnce() {
    var body = body()
    _ = body.events(version: "1.0", onlyChanged: false)
    #expect(!body.hasChanges(version: "1.0"))
    body.show(.error)
    #expect(body.hasChanges(version: "1.0"))
    let events = body.events(version: "1.0", onlyChanged: true)
    #expect(events[1]["cameraStatus"] == "Error")
    #expect(events[0] == .null)
    #expect(!body.hasChanges(version: "1.0"))
  }

  @Test func batteryIsToldByNewerVersionsOnly() {
    var body = body(.installed)
    body.enter(.recording)
    _ = body.events(version: "1.2", onlyChanged: false)
    body.setBattery(.quarter)
    #expect(!body.hasChanges(version: "1.0"))
    #expect(body.hasChanges(version: "1.2"))
    let event = body.events(version: "1.2", onlyChanged: true)[56]
    #expect(event["type"] == "batteryInfo")
    #expect(event["batteryInfo"]?.arrayValue?.first?["levelNumer"] == 1)
  }
}
