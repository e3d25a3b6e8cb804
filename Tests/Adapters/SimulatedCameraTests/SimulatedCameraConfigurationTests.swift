import Media
import Testing

@testable import SimulatedCamera

struct SimulatedCameraConfigurationTests {
  @Test func defaultsAreThoseOfARealCamera() throws {
    let configuration = SimulatedCameraConfiguration()
    try configuration.validate()
    #expect(configuration.apiPort == 8080 && configuration.descriptionPort == 61_000)
    #expect(configuration.pictureSize == .alpha6000Liveview)
  }

  @Test func wrongValuesAreNamed() {
    let wrong: [(String, (inout SimulatedCameraConfiguration) -> Void)] = [
      ("apiPort", { $0.apiPort = 65_536 }), ("descriptionPort", { $0.descriptionPort = -1 }),
      ("discoveryPort", { $0.discoveryPort = 0 }),
      ("announcementInterval", { $0.announcementInterval = .zero }),
      ("connectionLimit", { $0.connectionLimit = 0 }),
      ("workerLimit", { $0.workerLimit = 0 }),
      ("hardwareAddress", { $0.hardwareAddress = "8E:45:00" }),
      ("delayScale", { $0.delayScale = -1 }), ("delayScale", { $0.delayScale = .nan }),
      ("longPollDuration", { $0.longPollDuration = .zero }),
      ("pictureSize", { $0.pictureSize = PictureSize(width: 1, height: 1) }),
      ("framesPerSecond", { $0.framesPerSecond = 0 }), ("jitter", { $0.jitter = 1.1 }),
      ("jpegQuality", { $0.jpegQuality = 0 }), ("liveviewPath", { $0.liveviewPath = "x" }),
      ("blockedSendLimit", { $0.blockedSendLimit = .zero }),
      ("sendBufferBytes", { $0.sendBufferBytes = 0 }),
    ]
    for (name, change) in wrong {
      var configuration = SimulatedCameraConfiguration()
      change(&configuration)
      #expect(throws: SimulatedCameraError.invalidSetting(name: name)) {
        try configuration.validate()
      }
    }
  }
}
