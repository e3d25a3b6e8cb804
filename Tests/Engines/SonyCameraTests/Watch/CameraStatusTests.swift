import SonyCamera
import Testing

@Suite struct CameraStatusTests {
  @Test(arguments: [
    ("IDLE", CameraStatus.idle, false), ("NotReady", .notReady, true),
    ("StillCapturing", .stillCapturing, true), ("StillSaving", .stillSaving, true),
    ("MovieWaitRecStart", .movieWaitRecStart, true), ("MovieRecording", .movieRecording, false),
    ("ContentsTransfer", .contentsTransfer, true), ("Streaming", .streaming, true),
    ("Deleting", .deleting, true), ("Error", .error, false),
    ("WhiteBalanceOnePushCapturing", .whiteBalanceShooting, true),
    ("SomethingNew", .other("SomethingNew"), false), ("", .other(""), false),
  ])
  func namesAreReadAndWritten(name: String, status: CameraStatus, isBusy: Bool) {
    #expect(CameraStatus(name: name) == status)
    #expect(status.name == name)
    #expect(status.isBusy == isBusy)
  }
}
