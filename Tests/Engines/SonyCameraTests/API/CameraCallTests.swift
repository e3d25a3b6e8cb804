import NIOCore
import SonyCamera
import Testing

@Suite struct CameraCallTests {
  @Test func writesTheBody() {
    #expect(
      String(buffer: CameraCall.startRecMode.body(identifier: 7))
        == #"{"id":7,"method":"startRecMode","params":[],"version":"1.0"}"#)
    #expect(
      String(buffer: CameraCall.setLiveviewFrameInfo(true).body(identifier: 1))
        == #"{"id":1,"method":"setLiveviewFrameInfo","params":[{"frameInfo":true}],"version":"1.0"}"#
    )
    #expect(
      String(buffer: CameraCall.startLiveviewWithSize(.large).body(identifier: 1))
        == #"{"id":1,"method":"startLiveviewWithSize","params":["L"],"version":"1.0"}"#)
  }

  @Test func neverSendsAForbiddenIdentifier() {
    #expect(String(buffer: CameraCall.getVersions.body(identifier: 0)).contains("\"id\":1,"))
    #expect(
      String(buffer: CameraCall.getVersions.body(identifier: .max))
        .contains("\"id\":2147483647,"))
  }

  @Test func givesModeChangesTheTimeTheyTake() {
    #expect(CameraCall.startRecMode.timeLimit >= .seconds(25))
    #expect(CameraCall.timeLimitDuringModeChange >= .seconds(25))
    #expect(CameraCall.getEvent(waitsForChange: true).timeLimit > .seconds(15))
    #expect(CameraCall.getEvent(waitsForChange: true, version: "1.3").timeLimit > .seconds(60))
    #expect(CameraCall.getVersions.timeLimit >= .seconds(5))
  }
}
