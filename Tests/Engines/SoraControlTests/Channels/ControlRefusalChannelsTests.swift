import JSON
import SoraControl
import Testing

@Suite struct ControlRefusalChannelsTests {
  @Test(
    arguments: [
      (404, "x", nil), (400, "CHANNEL-NOT-FOUND", nil), (400, "channel_not_found", nil),
      (400, "ChannelNotFound", nil), (400, "NotFound", nil), (400, "NO-SUCH-CHANNEL", nil),
      (400, "no such channel", nil), (410, "UNKNOWN_CHANNEL", nil), (400, "UNKNOWN", nil),
      (400, "DeletionFailed", "channel abc does not exist"),
      (400, "INVALID", ["what": ["Does-Not-Exist"]]),
    ] as [(Int, String, JSONValue?)])
  func thereIsNoSuchChannel(status: Int, type: String, reason: JSONValue?) {
    #expect(ControlRefusal(status: status, type: type, reason: reason).saysNoSuchChannel)
  }

  @Test(
    arguments: [
      (400, "NOT-ALLOWED", nil), (500, "HandlerException", nil), (500, "CHANNEL-NOT-FOUND", nil),
      (408, "NOT-FOUND", nil), (429, "NOT-FOUND", nil), (400, "UNKNOWN-ERROR", nil),
      (400, "UnknownError", "while deleting the channel"), (400, "UNKNOWN-OPERATION", nil),
      (404, "MissingTargetFunction", nil), (404, "MissingService", nil),
      (400, "SchemaNotFound", nil),
      (400, "HandlerException", "unknown channel"), (400, "TOKEN-NOT-FOUND", nil),
      (400, "InvalidJSON", [["error": "not_found"]]), (400, "ChannelInUse", "wait"),
    ] as [(Int, String, JSONValue?)])
  func itSaysSomethingElse(status: Int, type: String, reason: JSONValue?) {
    #expect(!ControlRefusal(status: status, type: type, reason: reason).saysNoSuchChannel)
  }
}
