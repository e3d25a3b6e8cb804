import JSON
import NIOCore
import Testing

@testable import SonyCamera

@Suite struct CameraSetupTests {
  /// A setup and what it wants next, with the calls it made.
  private struct Conversation {
    var setup: CameraSetup
    private(set) var action: CameraSetup.Action
    private(set) var log: [String] = []

    init(
      methods: Set<CameraMethod>? = nil, eventVersion: EventVersion? = .minor0,
      refusals: [SetupItem: SetupRefusal] = [:], _ change: (inout CameraSetup.Settings) -> Void
    ) {
      var settings = CameraSetup.Settings()
      change(&settings)
      setup = CameraSetup(
        settings, methods: methods, eventVersion: eventVersion, refusals: refusals)
      action = setup.begin()
      write()
    }

    /// Answers every call until the setup is done.
    mutating func run(_ answer: (CameraCall) -> String) throws {
      for _ in 0..<200 {
        switch action {
        case .call(let call):
          let reply = try CameraReply(
            parsing: ByteBuffer(string: #"{"id":1,\#(answer(call))}"#), to: call, identifier: 1)
          action = setup.replyReceived(reply)
        case .wait: action = setup.waitEnded()
        case .done: return
        }
        write()
      }
      Issue.record("the setup never ends: \(log.suffix(5))")
    }

    mutating func fail(_ fault: CameraCallFault) {
      action = setup.callFailed(fault)
      write()
    }

    private mutating func write() {
      switch action {
      case .call(let call):
        var buffer = ByteBuffer()
        JSONValue.array(call.parameters).encode(into: &buffer)
        log.append("\(call.method)\(String(buffer: buffer))")
      case .wait(let duration): log.append("wait \(duration)")
      case .done: log.append("done")
      }
    }
  }

  private static let accept = #""result":[0]"#
  private static let refuse = #""error":[1,"Not Available Now"]"#

  private static func everything(_ settings: inout CameraSetup.Settings) {
    settings.frameInfo = true
    settings.shootMode = "still"
    settings.turnsSelfTimerOff = true
    settings.exposureCompensation = -0.7
    settings.whiteBalance = .init(mode: "Daylight")
    settings.focusMode = "AF-C"
    settings.zoomPosition = 50
    settings.touchAFPosition = .init(x: 50, y: 25)
  }

  private static func friendly(_ call: CameraCall) -> String {
    switch call.method {
    case .getAvailableExposureCompensation: #""result":[0,9,-9,1]"#
    case .getEvent: #""result":[{"type":"zoomInformation","zoomPosition":49}]"#
    case .setTouchAFPosition: #""result":[0,{"AFResult":true,"AFType":"Touch"}]"#
    default: accept
    }
  }

  @Test func nothingToDoIsDone() {
    #expect(Conversation { _ in }.log == ["done"])
    #expect(CameraSetup.Settings().isEmpty)
  }

  @Test func everythingIsSetInOrder() throws {
    var camera = Conversation(Self.everything)
    try camera.run(Self.friendly)
    #expect(
      camera.log == [
        #"setLiveviewFrameInfo[{"frameInfo":true}]"#, #"setShootMode["still"]"#,
        "setSelfTimer[0]", "getAvailableExposureCompensation[]", "setExposureCompensation[-2]",
        #"setWhiteBalance["Daylight",false,-1]"#, #"setFocusMode["AF-C"]"#, "getEvent[false]",
        "setTouchAFPosition[50.0,25.0]", "done",
      ])
    #expect(camera.setup.refusals == [:])
  }

  @Test func anILCE5000ListsAllOfIt() throws {
    let dump = try CapabilityDump("a5000_program")
    let range = try dump.answer("getAvailableExposureCompensation()")
    var camera = Conversation(methods: dump.methods, Self.everything)
    try camera.run {
      $0.method == .getAvailableExposureCompensation ? "\"result\":\(range)" : Self.friendly($0)
    }
    #expect(camera.setup.refusals == [:])
    #expect(!camera.log.contains { $0.hasPrefix("getAvailableApiList") })
  }

  @Test func anILCE7RInManualModeListsNoZoom() throws {
    var camera = Conversation(methods: try CapabilityDump("a7r_manual").methods, Self.everything)
    let methods = try CapabilityDump("a7r_manual").methods
    let names = methods.map { "\"\($0)\"" }.joined(separator: ",")
    try camera.run {
      $0.method == .getAvailableApiList ? "\"result\":[[\(names)]]" : Self.friendly($0)
    }
    let unlisted = SetupItem.allCases.filter {
      $0 != .touchAFPosition && !methods.contains($0.method)
    }
    #expect(Set(camera.setup.refusals.keys) == Set(unlisted))
    #expect(camera.setup.refusals.values.allSatisfy { $0.reason == .notListed })
  }

  @Test func anILCE6000IsNotAskedForWhatItDoesNotListExceptTouchAF() throws {
    let listed: Set<CameraMethod> = [
      .startLiveview, .actZoom, .setSelfTimer, .setShootMode, .getAvailableExposureCompensation,
    ]
    var camera = Conversation(methods: listed, Self.everything)
    try camera.run { call in
      call.method == .getAvailableApiList
        ? #""result":[["startLiveview","actZoom","setSelfTimer","setShootMode"]]"#
        : Self.friendly(call)
    }
    #expect(
      camera.log == [
        #"setShootMode["still"]"#, "setSelfTimer[0]", "getEvent[false]",
        "setTouchAFPosition[50.0,25.0]", "wait 2.0 seconds", "getAvailableApiList[]", "done",
      ])
    #expect(
      Set(camera.setup.refusals.keys)
        == [.frameInfo, .exposureCompensation, .whiteBalance, .focusMode])
    #expect(camera.setup.refusals.values.allSatisfy { $0.reason == .notListed })
  }

  @Test func whatIsListedALittleLaterIsSetThen() throws {
    var camera = Conversation(methods: [.startLiveview]) { $0.focusMode = "MF" }
    try camera.run {
      $0.method == .getAvailableApiList ? #""result":[["setFocusMode"]]"# : Self.accept
    }
    #expect(
      camera.log == [
        "wait 2.0 seconds", "getAvailableApiList[]", #"setFocusMode["MF"]"#, "done",
      ])
    #expect(camera.setup.refusals == [:])
  }

  @Test func whatIsRefusedForTheMomentIsTriedOnceMore() throws {
    var camera = Conversation {
      $0.shootMode = "still"
      $0.focusMode = "MF"
    }
    try camera.run { $0.method == .setShootMode ? Self.refuse : Self.accept }
    #expect(
      camera.log == [
        #"setShootMode["still"]"#, #"setFocusMode["MF"]"#, "wait 2.0 seconds",
        #"setShootMode["still"]"#, "done",
      ])
    #expect(
      camera.setup.refusals == [
        .shootMode: SetupRefusal(.shootMode, .setShootMode, .refused(.any))
      ])
  }

  @Test func aWrongValueIsNotTriedAgain() throws {
    var camera = Conversation { $0.whiteBalance = .init(mode: "Moonlight") }
    try camera.run { _ in #""error":[3,"illegal argument"]"# }
    #expect(camera.log.count == 2)
    let refusal = try #require(camera.setup.refusals[.whiteBalance])
    #expect(refusal.code == .illegalArgument)
    #expect(!refusal.isPermanent)
  }

  @Test func whatTheCameraDoesNotKnowIsNotAskedNextTime() throws {
    var camera = Conversation { $0.focusMode = "MF" }
    try camera.run { _ in #""error":[12,"setFocusMode"]"# }
    let refusals = camera.setup.refusals
    #expect(refusals[.focusMode]?.isPermanent == true)
    let next = Conversation(refusals: refusals) { $0.focusMode = "MF" }
    #expect(next.log == ["done"])
    #expect(next.setup.refusals == refusals)
  }

  @Test func whatIsAcceptedNextTimeIsNoRefusalAnyMore() throws {
    let refusal = SetupRefusal(.focusMode, .setFocusMode, .refused(.any))
    var camera = Conversation(refusals: [.focusMode: refusal]) { $0.focusMode = "MF" }
    try camera.run { _ in Self.accept }
    #expect(camera.setup.refusals == [:])
  }

  @Test func exposureCompensationIsLeftIfItIsRightOrOutOfRange() throws {
    var camera = Conversation { $0.exposureCompensation = 0.3 }
    try camera.run { _ in #""result":[1,9,-9,1]"# }
    #expect(camera.log == ["getAvailableExposureCompensation[]", "done"])
    #expect(camera.setup.refusals == [:])
    camera = Conversation { $0.exposureCompensation = 5 }
    try camera.run { _ in #""result":[1,9,-9,1]"# }
    #expect(camera.setup.refusals[.exposureCompensation]?.reason == .notOffered)
  }

  @Test func withoutEventsThereIsNoZoomPosition() {
    let camera = Conversation(eventVersion: nil) { $0.zoomPosition = 5 }
    #expect(camera.log == ["done"])
    #expect(camera.setup.refusals[.zoomPosition]?.reason == .notOffered)
  }

  @Test func nothingInFocusIsARefusal() throws {
    var camera = Conversation { $0.touchAFPosition = .init(x: 0, y: 100) }
    try camera.run { _ in #""result":[0,{"AFResult":false,"AFType":"Touch"}]"# }
    #expect(camera.setup.refusals[.touchAFPosition]?.reason == .noEffect)
  }

  @Test func aLostAnswerIsNoReasonToStop() throws {
    var camera = Conversation {
      $0.shootMode = "still"
      $0.focusMode = "MF"
    }
    camera.fail(.timedOut)
    try camera.run { _ in Self.accept }
    #expect(camera.log == [#"setShootMode["still"]"#, #"setFocusMode["MF"]"#, "done"])
    #expect(camera.setup.refusals[.shootMode]?.reason == .noAnswer)
  }
}
