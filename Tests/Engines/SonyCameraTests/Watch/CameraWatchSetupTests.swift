import SonyCamera
import Testing

/// When a watch sets the camera up.
@Suite struct CameraWatchSetupTests {
  private static let names =
    #"{"type":"availableApiList","names":["getEvent","startLiveview","#
    + #""setFocusMode"]}"#
  private static let idle = #"\#(names),{"type":"cameraStatus","cameraStatus":"IDLE"}"#
  private static let focus = #"call setFocusMode["MF"]"#

  private func camera() -> ScriptedWatch { ScriptedWatch { $0.focusMode = "MF" } }

  /// A watch in its first held poll, of a camera that was set up.
  private func cameraSetUp() throws -> ScriptedWatch {
    var camera = camera()
    camera.beginLiveview()
    try camera.identify()
    try camera.replyEvent(Self.idle)
    try camera.reply(#""result":[0]"#)
    return camera
  }

  @Test func aCameraThatSendsPicturesIsSetUpAfterItsFirstEvent() throws {
    var camera = camera()
    camera.enterRecMode()
    camera.beginLiveview()
    try camera.identify()
    #expect(camera.step == "call getEvent[false] 1.0")
    try camera.replyEvent(Self.idle)
    #expect(camera.step == Self.focus)
    try camera.reply(#""result":[0]"#)
    #expect(camera.step == "poll getEvent[true] 1.0")
    #expect(camera.notices == [])
    #expect(camera.watch.information.setupRefusals == [:])
  }

  @Test func aSetupWaitsForPictures() throws {
    var camera = try cameraSetUp()
    camera.leaveRecMode()
    try camera.replyEvent(ScriptedWatch.waiting, took: .seconds(2))
    // The camera wakes; the calls that lead to the first picture come first.
    camera.enterRecMode()
    #expect(camera.step == "poll getEvent[true] 1.0")
    try camera.replyEvent(Self.idle, took: .seconds(2))
    #expect(camera.step == "poll getEvent[true] 1.0")
    camera.beginLiveview()
    #expect(camera.step == Self.focus)
    // Nothing may be lost with the poll that was abandoned.
    try camera.reply(#""result":[0]"#)
    #expect(camera.step == "call getEvent[false] 1.0")
    // Pictures that come again after a stall are no reason for another setup.
    try camera.replyEvent(Self.idle)
    camera.beginLiveview()
    #expect(camera.step == "poll getEvent[true] 1.0")
  }

  @Test func aListFromBeforeTheChangeOfModeDoesNotCount() throws {
    var camera = try cameraSetUp()
    camera.leaveRecMode()
    try camera.replyEvent(ScriptedWatch.waiting, took: .seconds(2))
    camera.enterRecMode()
    camera.beginLiveview()
    #expect(camera.step == "call getEvent[false] 1.0")
    try camera.replyEvent(Self.idle)
    #expect(camera.step == Self.focus)
  }

  @Test func withoutPicturesItBeginsWhenTheCameraIsQuiet() throws {
    var camera = camera()
    camera.enterRecMode()
    try camera.identify()
    try camera.replyEvent(Self.idle)
    #expect(camera.step == "poll getEvent[true] 1.0")
    try camera.refuse(2, took: .seconds(15))
    #expect(camera.step == Self.focus)
  }

  @Test func orWhenItIsNotQuietForLong() throws {
    var camera = camera()
    camera.enterRecMode()
    try camera.identify()
    for _ in 0..<3 {
      #expect(camera.call?.method == .getEvent)
      try camera.replyEvent(Self.idle)
    }
    #expect(camera.step == Self.focus)
  }

  @Test func aCameraThatIsNotReadyIsNotSetUp() throws {
    var camera = camera()
    camera.enterRecMode()
    try camera.identify()
    try camera.replyEvent("\(Self.names),\(ScriptedWatch.notReady)")
    for _ in 0..<10 { try camera.refuse(2, took: .seconds(15)) }
    #expect(camera.step == "poll getEvent[true] 1.0")
    try camera.replyEvent(Self.idle)
    try camera.refuse(2, took: .seconds(15))
    #expect(camera.step == Self.focus)
  }

  @Test func somebodyElseMayHaveEnteredRemoteShooting() throws {
    var camera = camera()
    try camera.identify()
    try camera.replyEvent(ScriptedWatch.waiting)
    try camera.refuse(2, took: .seconds(15))
    try camera.replyEvent(Self.idle, took: .seconds(3))
    try camera.refuse(2, took: .seconds(15))
    #expect(camera.step == Self.focus)
    // The session learns of it later; that is no news.
    try camera.reply(#""result":[0]"#)
    camera.enterRecMode()
    camera.beginLiveview()
    #expect(camera.step == "poll getEvent[true] 1.0")
  }

  @Test func aCameraWithoutEventsIsSetUp() throws {
    var camera = camera()
    camera.beginLiveview()
    try camera.identify()
    try camera.refuse(12)
    #expect(camera.step == "call getAvailableApiList[]")
    try camera.reply(#""result":[["startLiveview","setFocusMode"]]"#)
    #expect(camera.step == Self.focus)
    try camera.reply(#""result":[0]"#)
    #expect(camera.step == "wait 30.0 seconds")
    // After a sleep it is asked at once what it offers, and set up when pictures come.
    camera.leaveRecMode()
    camera.enterRecMode()
    #expect(camera.step == "call getAvailableApiList[]")
    try camera.reply(#""result":[["startLiveview","setFocusMode"]]"#)
    #expect(camera.step == "wait 30.0 seconds")
    camera.beginLiveview()
    #expect(camera.step == Self.focus)
  }

  @Test func theContestedPauseIsKeptBehindASetup() throws {
    var camera = camera()
    camera.beginLiveview()
    try camera.identify()
    try camera.refuse(40402)
    #expect(camera.step == Self.focus)
    try camera.reply(#""result":[0]"#)
    #expect(camera.step == "wait 5.0 seconds")
  }

  // MARK: Refusals

  @Test func aRefusalIsOneWarningPerCamera() throws {
    var known = CameraInformation()
    var warnings: [CameraNotice] = []
    for code in [3, 1, 3, 40401] {
      var camera = camera()
      camera.beginLiveview()
      camera.start(knows: known)
      while camera.step != "poll getEvent[true] 1.0" {
        switch camera.call?.method {
        case .getVersions: try camera.reply(#""result":[["1.0"]]"#)
        case .getApplicationInfo: try camera.reply(#""result":["App","1"]"#)
        case .getEvent: try camera.replyEvent(Self.idle)
        case nil: camera.wait()
        default: try camera.refuse(code)
        }
      }
      known = camera.watch.information
      #expect(known.setupRefusals[.focusMode]?.code?.rawValue == code)
      warnings += camera.notices
    }
    #expect(
      warnings == [
        .setupRefused(SetupRefusal(.focusMode, .setFocusMode, .refused(.illegalArgument)))
      ])
    #expect(known.noticedRefusals == [.focusMode])
  }

  @Test func leavingRemoteShootingEndsASetup() throws {
    var camera = ScriptedWatch {
      $0.focusMode = "MF"
      $0.shootMode = "still"
    }
    camera.beginLiveview()
    try camera.identify()
    try camera.replyEvent(ScriptedWatch.idle)
    // Neither is listed.
    #expect(camera.step == "wait 2.0 seconds")
    camera.leaveRecMode()
    #expect(camera.step == "poll getEvent[true] 1.0")
    #expect(camera.notices == [])
  }

  @Test func aSetupThatWasCutOffIsDoneAgain() throws {
    var camera = try cameraSetUp()
    camera.leaveRecMode()
    try camera.replyEvent(ScriptedWatch.waiting)
    camera.enterRecMode()
    try camera.replyEvent(Self.idle)
    camera.beginLiveview()
    #expect(camera.step == Self.focus)
    try camera.fail(.timedOut)
    #expect(camera.step == "call getEvent[false] 1.0")
    try camera.fail(.timedOut)
    #expect(camera.step == "lost getEvent")
    camera.start(knows: camera.watch.information)
    try camera.replyEvent(Self.idle)
    #expect(camera.step == "poll getEvent[true] 1.0")
  }
}
