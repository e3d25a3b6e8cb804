import SonyCamera
import Testing

/// Who is asked what, and in which order.
@Suite struct CameraWatchTests {
  @Test func theCameraIsIdentifiedThenItsEventsAreFollowed() throws {
    var camera = ScriptedWatch()
    camera.start()
    #expect(camera.step == "call getVersions[]")
    try camera.reply(#""result":[["1.0"]]"#)
    #expect(camera.step == "call getApplicationInfo[]")
    try camera.reply(#""result":["Smart Remote Control SR/3.31 __SAK__","2.0.1"]"#)
    #expect(camera.step == "call getEvent[false] 1.0")
    #expect(camera.watch.pollingMode == .undecided)
    try camera.replyEvent(ScriptedWatch.idle, took: .milliseconds(380))
    #expect(camera.step == "poll getEvent[true] 1.0")
    #expect(camera.timeLimit == .seconds(20))
    #expect(camera.watch.pollingMode == .longPoll)
    let information = camera.watch.information
    #expect(information.versions == ["1.0"])
    #expect(information.application?.name == "Smart Remote Control SR/3.31 __SAK__")
    #expect(information.application?.version == "2.0.1")
    #expect(information.eventSupport == .version(.minor0))
    #expect(information.methods == [.getEvent, .startLiveview])
    #expect(camera.watch.condition.status == .idle)
    #expect(camera.notices == [])
  }

  @Test func whatIsKnownIsNotAskedAgain() throws {
    var camera = ScriptedWatch()
    try camera.reachPoll(versions: #"["1.0","1.2"]"#)
    var next = ScriptedWatch()
    next.start(knows: camera.watch.information)
    #expect(next.step == "call getEvent[false] 1.2")
  }

  @Test func informationGivenAtTheBeginningIsKeptUntilTheStart() {
    var known = CameraInformation()
    known.versions = ["1.0"]
    #expect(CameraWatch(information: known).information == known)
  }

  @Test func theBestVersionIsTriedAndTheWayDownIsShort() throws {
    var camera = ScriptedWatch()
    try camera.identify(versions: #"["1.0","1.1","1.2","1.3"]"#)
    for version in ["1.3", "1.2", "1.1"] {
      #expect(camera.step == "call getEvent[false] \(version)")
      try camera.refuse(version == "1.2" ? 12 : 14)
    }
    try camera.replyEvent(ScriptedWatch.idle)
    #expect(camera.step == "poll getEvent[true] 1.0")
    #expect(camera.watch.information.eventSupport == .version(.minor0))
    #expect(camera.notices == [])
  }

  @Test func newVersionsHoldPollsForAMinute() throws {
    var camera = ScriptedWatch()
    try camera.reachPoll(versions: #"["1.0","1.3"]"#)
    #expect(camera.step == "poll getEvent[true] 1.3")
    #expect(camera.timeLimit == .seconds(65))
  }

  @Test(arguments: [#""error":[1,"Not Available Now"]"#, #""result":[]"#, #""result":[5]"#])
  func aCameraThatDoesNotSayWhoItIsIsWatchedAllTheSame(answer: String) throws {
    var camera = ScriptedWatch()
    camera.start()
    try camera.reply(answer)
    try camera.reply(answer)
    #expect(camera.step == "call getEvent[false] 1.0")
  }

  @Test func twoTimeOutsAndNullsMeanPollAgain() throws {
    var camera = ScriptedWatch()
    try camera.reachPoll()
    for _ in 0..<20 {
      try camera.refuse(2, took: .seconds(15))
      #expect(camera.step == "poll getEvent[true] 1.0")
      try camera.replyEvent("null,null,[],null", took: .seconds(15))
      #expect(camera.step == "poll getEvent[true] 1.0")
    }
    #expect(camera.notices == [])
  }

  @Test func anotherProgramIsGivenRoomAndReportedOnce() throws {
    var camera = ScriptedWatch()
    try camera.reachPoll()
    for _ in 0..<3 {
      try camera.refuse(40402, took: .seconds(5))
      #expect(camera.step == "wait 5.0 seconds")
      camera.wait()
    }
    #expect(camera.step == "call getEvent[false] 1.0")
    #expect(camera.watch.pollingMode == .contested)
    for _ in 0..<100 {
      try camera.replyEvent(ScriptedWatch.idle, took: .milliseconds(300))
      camera.wait()
    }
    #expect(camera.notices == [.pollingContested])
  }

  // MARK: Cameras without events

  @Test func aCameraWithoutEventsIsAskedWhatItOffers() throws {
    var camera = ScriptedWatch()
    try camera.identify()
    try camera.refuse(12)
    #expect(camera.notices == [.eventsUnavailable])
    #expect(camera.watch.pollingMode == .unavailable)
    #expect(camera.step == "call getAvailableApiList[]")
    try camera.reply(#""result":[["getVersions","startRecMode"]]"#)
    #expect(camera.step == "wait 30.0 seconds")
    #expect(camera.watch.condition.needsRecMode == true)
    camera.wait()
    try camera.reply(#""result":[["getVersions","startLiveview"]]"#)
    #expect(camera.watch.condition.needsRecMode == false)
    camera.wait()
    try camera.refuse(1)
    #expect(camera.step == "wait 30.0 seconds")
    camera.wait()
    try camera.fail(.unreadable(.replyNotJSON))
    #expect(camera.step == "wait 30.0 seconds")
    // That is known next time.
    var next = ScriptedWatch()
    next.start(knows: camera.watch.information)
    #expect(next.step == "call getAvailableApiList[]")
    #expect(next.notices == [])
  }

  @Test func aCameraWithoutEventsIsLostToo() throws {
    var camera = ScriptedWatch()
    try camera.identify()
    try camera.refuse(12)
    try camera.fail(.timedOut)
    #expect(camera.step == "wait 0.5 seconds")
    camera.wait()
    #expect(camera.step == "call getAvailableApiList[]")
    try camera.fail(.unreachable)
    #expect(camera.step == "lost getAvailableApiList")
  }

  // MARK: Readiness

  @Test func aPhotoByHandIsMereNews() throws {
    var camera = ScriptedWatch()
    try camera.reachPoll()
    try camera.replyEvent(ScriptedWatch.notReady, took: .seconds(12))
    #expect(camera.watch.condition.isBusy)
    try camera.replyEvent(
      """
      [{"type":"takePicture","takePictureUrl":["http://192.168.122.1:8080/postview/1.JPG"]}],
      {"type":"cameraStatus","cameraStatus":"IDLE"}
      """, took: .seconds(3))
    #expect(camera.notices.count == 3)
    #expect(camera.notices.allSatisfy { $0.severity == .debug })
    #expect(camera.notices.contains(.photoTaken(count: 1)))
  }

  @Test func aModeDialOnAWrongPositionIsSaidOnceAndWhenItIsBack() throws {
    var camera = ScriptedWatch()
    try camera.reachPoll()
    try camera.replyEvent(ScriptedWatch.notReady, took: .seconds(14))
    for _ in 0..<5 { try camera.refuse(2, took: .seconds(15)) }
    #expect(camera.notices.filter { $0.severity != .debug } == [.stayedNotReady])
    camera.clearNotices()
    try camera.replyEvent(ScriptedWatch.idle, took: .seconds(3))
    #expect(camera.notices.filter { $0.severity != .debug } == [.readyAgain])
  }

  @Test func pausesCountAsTimeToo() throws {
    var camera = ScriptedWatch()
    try camera.reachPoll()
    try camera.replyEvent(ScriptedWatch.notReady, took: .seconds(2))
    for _ in 0..<3 {
      try camera.refuse(40402, took: .seconds(1))
      camera.wait()
    }
    #expect(camera.notices.contains(.stayedNotReady))
  }

  @Test func aCameraSentToItsWaitingScreenIsNotReportedThere() throws {
    var camera = ScriptedWatch()
    try camera.reachPoll()
    camera.leaveRecMode()
    try camera.replyEvent(ScriptedWatch.waiting, took: .seconds(2))
    for _ in 0..<5 { try camera.refuse(2, took: .seconds(15)) }
    #expect(camera.notices.allSatisfy { $0.severity == .debug })
    #expect(camera.watch.condition.needsRecMode == true)
  }

  @Test func aCameraThatWentThereByItselfIsReported() throws {
    var camera = ScriptedWatch()
    try camera.reachPoll()
    camera.enterRecMode()
    try camera.replyEvent(ScriptedWatch.waiting, took: .seconds(2))
    #expect(camera.notices.contains(.methodsChanged(needsRecMode: true)))
  }
}
