import JSON
import NIOCore
import SonyCamera
import Testing

@Suite struct CameraEventTests {
  private func event(_ values: String) throws -> CameraEvent {
    let value = try #require(JSONValue(parsing: ByteBuffer(string: "[\(values)]")))
    return CameraEvent(values: value.array ?? [])
  }

  @Test func entriesAreFoundByTypeWhereverTheyAre() throws {
    let event = try event(
      """
      null,[],{"type":"liveviewStatus","liveviewStatus":true},
      [{"type":"takePicture","takePictureUrl":["http:\\/\\/h\\/1"]},
      {"type":"takePicture","takePictureUrl":["http:\\/\\/h\\/2"]}],
      {"type":"cameraStatus","cameraStatus":"IDLE"}
      """)
    #expect(event.isLiveviewReady == true)
    #expect(event.cameraStatus == "IDLE")
    #expect(event.photoAddresses == ["http://h/1", "http://h/2"])
    #expect(event.availableMethods == nil)
    #expect(!event.isEmpty)
  }

  @Test(arguments: ["", "null,null,[]", "5,\"x\",{},{\"type\":5},[[{\"type\":\"a\"}]]"])
  func whatHasNoTypeIsNothing(values: String) throws {
    #expect(try event(values).isEmpty)
  }

  @Test(arguments: [
    ("0", 0), ("100", 100), ("-1", nil), ("101", nil), ("\"5\"", nil), ("1e300", nil),
  ])
  func zoomPositionsArePercent(value: String, expected: Int?) throws {
    let event = try event(#"{"type":"zoomInformation","zoomPosition":\#(value)}"#)
    #expect(event.zoomPosition == expected)
  }

  @Test func onlySoManyEntriesAreLookedAt() throws {
    let many = (0..<2000).map { #"{"type":"t\#($0)"}"# }.joined(separator: ",")
    #expect(try event(many).entries.count == CameraEvent.entryLimit)
    #expect(try event("[\(many)]").entries.count == CameraEvent.entryLimit)
  }

  @Test func aMethodListIsAnEventToo() {
    let event = CameraEvent(methods: [.getEvent, .startLiveview])
    #expect(event.availableMethods == [.getEvent, .startLiveview])
    #expect(CameraEvent(methods: []).availableMethods == [])
  }
}
