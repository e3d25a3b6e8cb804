import JSON
import NIOCore
import SonyCamera
import TestSupport
import Testing

@Suite struct CameraReplyTests {
  private func reply(
    _ text: String, to call: CameraCall, status: Int = 200, identifier: Int = 1
  ) throws -> CameraReply {
    try CameraReply(
      parsing: ByteBuffer(string: text), status: status, to: call, identifier: identifier)
  }

  @Test func readsTheAnswersOfAnAlpha6000() throws {
    let lines = try Fixture.text("micolous_ilce6000/rpc_responses.jsonl").split(separator: "\n")
    let before = try reply(String(lines[0]), to: .getAvailableApiList).methodNames()
    #expect(before.count == 7)
    #expect(before.contains(.startRecMode))
    #expect(!before.contains(.startLiveview))
    #expect(try reply(String(lines[1]), to: .startRecMode).values() == [0])
    let after = try reply(String(lines[2]), to: .getAvailableApiList).methodNames()
    #expect(after.count == 22)
    #expect(after.contains(.startLiveview))
    #expect(!after.contains(.startRecMode))
    #expect(!after.contains(.startLiveviewWithSize))
    #expect(
      try reply(String(lines[3]), to: .startLiveview).liveviewAddress()
        == "http://192.168.122.1:8080/liveview/liveviewstream")
  }

  @Test func readsVersionsApplicationAndMethodTypes() throws {
    #expect(
      try reply(#"{"id":1,"result":[["1.0","1.1"]]}"#, to: .getVersions).versions()
        == ["1.0", "1.1"])
    #expect(
      try reply(
        #"{"result":["Smart Remote Control SR\/3.31 __SAK__","2.0.1"],"id":1}"#,
        to: .getApplicationInfo
      ).applicationInfo()
        == CameraApplication(name: "Smart Remote Control SR/3.31 __SAK__", version: "2.0.1"))
    let types = try reply(
      #"{"id":1,"results":[["actZoom",["string","string"],["int"],"1.0"],["odd"]]}"#,
      to: .getMethodTypes()
    ).methodTypes()
    #expect(types.map(\.method.rawValue) == ["actZoom"])
    #expect(types.first?.parameters == ["string", "string"])
  }

  @Test func knowsErrorsByTheirNumberAlone() throws {
    let answers = [
      #"{"id":1,"error":[1,"Not Available Now"]}"#, #"{"id":1,"error":[1,"Any"]}"#,
      #"{"id":1,"error":[1]}"#, #"{"error":[1,"Liveview cannot start."],"id":0}"#,
    ]
    for text in answers {
      guard case .failure(let code, _) = try reply(text, to: .startLiveview).outcome else {
        Issue.record("a failure expected")
        continue
      }
      #expect(code == .any)
      #expect(code.isTemporary)
    }
    #expect(
      throws: SonyCameraError.callFailed(
        method: .startLiveview, code: .cameraNotReady, message: "Camera Not Ready")
    ) {
      try reply(#"{"id":1,"error":[40401,"Camera Not Ready"]}"#, to: .startLiveview)
        .liveviewAddress()
    }
    #expect(!CameraErrorCode.noSuchMethod.isTemporary)
  }

  @Test func anHTTPErrorWithoutJSONBecomesACode() throws {
    let reply = try reply("<html>", to: .getVersions, status: 503)
    #expect(reply.outcome == .failure(.serviceUnavailable, message: "HTTP status"))
  }

  @Test func refusesWhatIsNoAnswerToTheCall() {
    func expectError(_ expected: SonyCameraError, _ text: String) {
      #expect(throws: expected) { try reply(text, to: .getVersions) }
    }
    expectError(.replyNotJSON, "<html>")
    expectError(.replyForeign(expected: 1, actual: 2), #"{"id":2,"result":[0]}"#)
    expectError(.replyForeign(expected: 1, actual: 0), #"{"result":[0]}"#)
    expectError(.replyUnexpected(method: .getVersions), #"{"id":1}"#)
    expectError(.replyUnexpected(method: .getVersions), #"[1,2]"#)
    expectError(
      .replyTooLong(limit: 262_144, actual: 300_000), String(repeating: " ", count: 300_000))
  }

  @Test func valuesOfAnotherShapeAreRefused() throws {
    let odd = try reply(#"{"id":1,"result":[0]}"#, to: .startLiveview)
    #expect(throws: SonyCameraError.replyUnexpected(method: .startLiveview)) {
      try odd.liveviewAddress()
    }
    #expect(throws: SonyCameraError.replyUnexpected(method: .startLiveview)) {
      try odd.methodNames()
    }
    #expect(throws: SonyCameraError.replyUnexpected(method: .startLiveview)) { try odd.versions() }
  }

  @Test func findsEventsByTypeWhereverTheyAre() throws {
    let event = try reply(
      """
      {"id":1,"result":[null,[],{"type":"liveviewStatus","liveviewStatus":true},null,
      {"type":"cameraStatus","cameraStatus":"NotReady"},
      [{"type":"storageInformation","storageID":"A"},{"type":"storageInformation"}],
      {"noType":1},{"type":"availableApiList","names":["getEvent","startLiveview"]}]}
      """, to: .getEvent(waitsForChange: false)
    ).event()
    #expect(event.isLiveviewReady == true)
    #expect(event.cameraStatus == "NotReady")
    #expect(event.availableMethods == [.getEvent, .startLiveview])
    #expect(event.entries["storageInformation"]?.count == 2)
    #expect(event["batteryInfo", "batteryInfo"] == nil)
  }
}
