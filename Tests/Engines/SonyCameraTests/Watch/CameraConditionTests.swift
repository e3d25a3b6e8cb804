import JSON
import NIOCore
import SonyCamera
import TestSupport
import Testing

@Suite struct CameraConditionTests {
  static func event(_ entries: String) throws -> CameraEvent {
    let value = try #require(JSONValue(parsing: ByteBuffer(string: "[\(entries)]")))
    return CameraEvent(values: value.array ?? [])
  }

  /// A condition after a snapshot and some changes, with the notices of the last of them.
  private func condition(_ entries: String...) throws -> (CameraCondition, [CameraNotice]) {
    var condition = CameraCondition()
    var notices: [CameraNotice] = []
    for (index, entry) in entries.enumerated() {
      notices = condition.apply(try Self.event(entry), isSnapshot: index == 0)
    }
    return (condition, notices)
  }

  private static func battery(_ part: Int, of whole: Int = 4, _ remark: String = "") -> String {
    """
    {"type":"batteryInfo","batteryInfo":[{"batteryID":"externalBattery1","status":"active",
    "additionalStatus":"\(remark)","levelNumer":\(part),"levelDenom":\(whole),"description":""}]}
    """
  }

  private static func status(_ name: String) -> String {
    #"{"type":"cameraStatus","cameraStatus":"\#(name)"}"#
  }

  @Test func everyKnownEntryIsTaken() throws {
    let (condition, _) = try condition(
      """
      {"type":"availableApiList","names":["getEvent","startLiveview"]},\(Self.status("IDLE")),
      {"type":"zoomInformation","zoomPosition":42,"zoomNumberBox":1,"zoomIndexCurrentBox":0,
      "zoomPositionCurrentBox":42},{"type":"liveviewStatus","liveviewStatus":true},null,[],
      [{"type":"storageInformation","storageID":"Memory Card 1","recordTarget":true,
      "numberOfRecordableImages":1204,"recordableTime":-1,"storageDescription":""}],
      {"type":"exposureMode","currentExposureMode":"Program Auto","exposureModeCandidates":[]},
      {"type":"shootMode","currentShootMode":"still","shootModeCandidates":["still"]},
      {"type":"focusStatus","focusStatus":"Not Focusing"},\(Self.battery(3)),
      {"type":"autoPowerOff","autoPowerOff":60,"candidate":[]}
      """)
    #expect(condition.status == .idle)
    #expect(condition.methods == [.getEvent, .startLiveview])
    #expect(condition.zoomPosition == 42)
    #expect(condition.isLiveviewReady == true)
    #expect(condition.storages == [CameraStorage(name: "Memory Card 1", recordableImages: 1204)])
    #expect(condition.exposureMode == "Program Auto")
    #expect(condition.shootMode == "still")
    #expect(condition.focus == .notFocusing)
    #expect(condition.battery?.level == 0.75)
    #expect(condition.battery?.percent == 75)
    #expect(condition.autoPowerOff == .seconds(60))
    #expect(condition.needsRecMode == false)
    #expect(!condition.isBusy && !condition.hasError && !condition.isBatteryNearEnd)
  }

  @Test func anILCE6000TellsWhenItNeedsRecMode() throws {
    let lines = try Fixture.text("micolous_ilce6000/rpc_responses.jsonl").split(separator: "\n")
    func list(_ line: Substring) throws -> String {
      let names = JSONValue(parsing: ByteBuffer(substring: line))?["result"]?.array?.first
      var buffer = ByteBuffer()
      try #require(names).encode(into: &buffer)
      return #"{"type":"availableApiList","names":\#(String(buffer: buffer))}"#
    }
    var (condition, notices) = try condition(list(lines[0]))
    #expect(condition.needsRecMode == true)
    #expect(notices == [])
    notices = condition.apply(try Self.event(list(lines[2])), isSnapshot: false)
    #expect(condition.needsRecMode == false)
    #expect(notices == [.methodsChanged(needsRecMode: false)])
    notices = condition.apply(try Self.event(list(lines[0])), isSnapshot: false)
    #expect(notices == [.methodsChanged(needsRecMode: true)])
  }

  @Test func aListedStartRecModeIsNotNeededBesideLiveview() throws {
    // NEX-5T 1.1.0 goes on listing startRecMode after it was called.
    let (condition, _) = try condition(
      #"{"type":"availableApiList","names":["startRecMode","startLiveview"]}"#)
    #expect(condition.needsRecMode == false)
  }

  @Test func whatIsNullStaysAndASnapshotReplaces() throws {
    var (condition, _) = try condition("\(Self.status("IDLE")),\(Self.battery(2))")
    _ = condition.apply(try Self.event("null,[],\(Self.status("StillSaving"))"), isSnapshot: false)
    #expect(condition.battery?.level == 0.5)
    #expect(condition.isBusy)
    _ = condition.apply(try Self.event(Self.status("IDLE")), isSnapshot: true)
    #expect(condition.battery == nil)
    #expect(!condition.isBusy)
  }

  @Test func anEmptyEventTellsNothing() throws {
    var condition = CameraCondition()
    #expect(condition.apply(try Self.event("null,null,[]"), isSnapshot: true) == [])
    #expect(!condition.isCurrent)
    #expect(condition == CameraCondition())
  }

  @Test func whatIsNotWatchedIsNeitherBusyNorWaiting() throws {
    var (condition, _) = try condition(
      #"{"type":"availableApiList","names":["startRecMode"]},\#(Self.status("NotReady"))"#)
    // It waits to be told, and does nothing else.
    #expect(!condition.isBusy)
    #expect(condition.needsRecMode == true)
    _ = condition.apply(
      try Self.event(#"{"type":"availableApiList","names":["startLiveview"]}"#), isSnapshot: false)
    #expect(condition.isBusy)
    condition.lapse()
    #expect(!condition.isBusy)
    #expect(condition.needsRecMode == nil)
    #expect(condition.status == .notReady)
  }

  @Test func focusingIsBusy() throws {
    let (condition, _) = try condition(
      #"\#(Self.status("IDLE")),{"type":"focusStatus","focusStatus":"Focusing"}"#)
    #expect(condition.isBusy)
  }

  // MARK: Notices

  @Test(arguments: [("IDLE", "NotReady"), ("StillCapturing", "IDLE"), ("Odd", "IDLE")])
  func aChangeOfStatusIsMereNews(from: String, to: String) throws {
    let (_, notices) = try condition(Self.status(from), Self.status(to))
    #expect(
      notices == [
        .statusChanged(from: CameraStatus(name: from), to: CameraStatus(name: to))
      ])
    #expect(notices.first?.severity == .debug)
  }

  @Test func whatOnlyBecomesKnownIsNoNews() throws {
    let (_, notices) = try condition(
      """
      \(Self.status("NotReady")),{"type":"availableApiList","names":["startRecMode"]},
      {"type":"exposureMode","currentExposureMode":"Manual"},
      {"type":"shootMode","currentShootMode":"still"},
      [{"type":"takePicture","takePictureUrl":["http://192.168.122.1:8080/postview/1.JPG"]}]
      """)
    #expect(notices == [])
  }

  @Test func anErrorComesAndGoesOnce() throws {
    var (condition, notices) = try condition(Self.status("IDLE"), Self.status("Error"))
    #expect(condition.hasError)
    #expect(notices == [.errorAppeared("Error")])
    #expect(condition.apply(try Self.event(Self.status("Error")), isSnapshot: true) == [])
    notices = condition.apply(try Self.event(Self.status("IDLE")), isSnapshot: false)
    #expect(!condition.hasError)
    #expect(notices == [.errorCleared("Error")])
  }

  @Test func lastingErrorsAreKeptUntilTheyEnd() throws {
    func error(_ name: String, _ goesOn: Bool) -> String {
      #"[{"type":"continuousError","continuousError":"\#(name)","isContinued":\#(goesOn)}]"#
    }
    var (condition, notices) = try condition(Self.status("IDLE"), error("Media Error", true))
    #expect(condition.errors == ["Media Error"])
    #expect(notices == [.errorAppeared("Media Error")])
    #expect(condition.apply(try Self.event(error("Media Error", true)), isSnapshot: false) == [])
    notices = condition.apply(try Self.event(error("Media Error", false)), isSnapshot: false)
    #expect(!condition.hasError)
    #expect(notices == [.errorCleared("Media Error")])
  }

  @Test func aPassingErrorIsReported() throws {
    let (condition, notices) = try condition(
      Self.status("IDLE"), #"{"type":"triggeredError","triggeredError":["High temperature"]}"#)
    #expect(!condition.hasError)
    #expect(notices == [.errorReported("High temperature")])
  }

  @Test func aFallingBatteryIsNoticedByQuarters() throws {
    var condition = CameraCondition()
    var phrases: [String] = []
    for level in [4, 4, 3, 4, 3, 2, 3, 2, 1, 2, 1, 0] {
      phrases += condition.apply(try Self.event(Self.battery(level)), isSnapshot: false)
        .map { "\($0.phrase) \($0.values[.percent] ?? "-")" }
    }
    #expect(
      phrases == [
        "camera battery level changed 100", "camera battery level changed 75",
        "camera battery level changed 50", "camera battery is low 25",
        "camera battery is nearly empty -",
      ])
    #expect(condition.isBatteryNearEnd)
    // A fresh one.
    #expect(
      condition.apply(try Self.event(Self.battery(4)), isSnapshot: false)
        == [.batteryLevelChanged(percent: 100)])
    #expect(!condition.isBatteryNearEnd)
  }

  @Test func aFineBatteryIsNoticedAtItsMarks() throws {
    var condition = CameraCondition()
    var low: [String] = []
    for level in (0...100).reversed() {
      low += condition.apply(try Self.event(Self.battery(level, of: 100)), isSnapshot: false)
        .compactMap { $0.severity == .warning ? $0.values[.percent] ?? "end" : nil }
    }
    #expect(low == ["25", "10", "5", "end"])
  }

  @Test func theNearEndIsSaidOnceHoweverTheCameraWavers() throws {
    var condition = CameraCondition()
    var count = 0
    for remark in ["", "batteryNearEnd", "", "batteryNearEnd", "batteryNearEnd"] {
      let event = try Self.event(Self.battery(1, of: 4, remark))
      count += condition.apply(event, isSnapshot: false).filter { $0 == .batteryNearEnd }.count
    }
    #expect(count == 1)
  }

  @Test func unknownLevelsAreNoLevels() throws {
    let (condition, notices) = try condition(Self.battery(-1, of: -1))
    #expect(condition.battery?.level == nil)
    #expect(!condition.isBatteryNearEnd)
    #expect(notices == [])
    let (without, _) = try self.condition(
      #"{"type":"batteryInfo","batteryInfo":[{"batteryID":"noBattery"}]}"#)
    #expect(without.batteries == [])
  }

  @Test func photosAreCountedOnceInSnapshotsToo() throws {
    func photo(_ name: String) -> String {
      #"[{"type":"takePicture","takePictureUrl":["http://192.168.122.1:8080/\#(name)"]}]"#
    }
    var (condition, notices) = try condition(Self.status("IDLE"), photo("1.JPG"))
    #expect(notices == [.photoTaken(count: 1)])
    #expect(condition.apply(try Self.event(photo("1.JPG")), isSnapshot: true) == [])
    notices = condition.apply(try Self.event(photo("2.JPG")), isSnapshot: true)
    #expect(notices == [.photoTaken(count: 1)])
    #expect(condition.photoCount == 2)
    #expect(condition.photoAddresses == ["http://192.168.122.1:8080/2.JPG"])
    #expect(notices.first?.severity == .debug)
  }

  @Test func dialCardAndPowerSavingAreNoticed() throws {
    let card = #"[{"type":"storageInformation","storageID":"A","numberOfRecordableImages":"#
    let (_, notices) = try condition(
      #"{"type":"exposureMode","currentExposureMode":"Manual"},\#(card)5}]"#,
      """
      {"type":"exposureMode","currentExposureMode":"Superior Auto"},\(card)0}],
      {"type":"autoPowerOff","autoPowerOff":60}
      """)
    #expect(
      Set(notices) == [
        .exposureModeChanged("Superior Auto"), .storageFull("A"), .autoPowerOffSet(seconds: 60),
      ])
  }

  @Test func noticesHaveAPhraseAndNoLooseValues() {
    let notices: [CameraNotice] = [
      .statusChanged(from: .idle, to: .error), .errorAppeared("x"), .batteryLow(percent: 25),
      .photoTaken(count: 1), .stayedNotReady, .readyAgain, .eventsUnavailable, .pollingContested,
      .pollingSlowed,
      .setupRefused(SetupRefusal(.focusMode, .setFocusMode, .refused(.noSuchMethod))),
    ]
    #expect(Set(notices.map(\.phrase)).count == notices.count)
    #expect(
      notices.last?.values
        == [.setting: "focusMode", .method: "setFocusMode", .reason: "error 12"])
    #expect(notices.last?.severity == .warning)
  }

  // MARK: Hostile events

  @Test func listsTextsAndNumbersAreLimited() throws {
    // One character of many scalars, with a bell and a line end in it.
    let long = #"\u0007\u000ax"# + String(repeating: "\u{301}", count: 5000)
    let names = (0..<5000).map { "\"m\($0)\"" }.joined(separator: ",")
    let cards = (0..<1000).map { #"{"type":"storageInformation","storageID":"\#($0)"}"# }
      .joined(separator: ",")
    let errors = (0..<1000)
      .map { #"{"type":"continuousError","continuousError":"\#($0)","isContinued":true}"# }
      .joined(separator: ",")
    var (condition, _) = try condition(
      """
      {"type":"availableApiList","names":[\(names)]},\(Self.status(long)),
      {"type":"zoomInformation","zoomPosition":9223372036854775807},
      {"type":"autoPowerOff","autoPowerOff":-9223372036854775808},
      {"type":"batteryInfo","batteryInfo":[{"batteryID":"b","levelNumer":9223372036854775807,
      "levelDenom":1}]},[\(cards)]
      """)
    #expect(condition.methods?.count == CameraEvent.listLimit)
    let name = try #require(condition.status?.name)
    #expect(name.unicodeScalars.count == CameraEvent.textLimit - 2)
    #expect(name.unicodeScalars.first == "x")
    #expect(condition.zoomPosition == nil)
    #expect(condition.autoPowerOff == nil)
    #expect(condition.battery?.level == nil)
    #expect((condition.storages?.count ?? 0) <= 16)
    let notices = condition.apply(try Self.event("[\(errors)]"), isSnapshot: false)
    #expect(condition.errors.count <= 16)
    #expect(notices.count <= 16)
  }

  @Test func mutationsNeverTrapAndNeverGrow() throws {
    let sample = Array(
      """
      [{"type":"availableApiList","names":["getEvent","startLiveview"]},\(Self.status("Error")),
      {"type":"zoomInformation","zoomPosition":42},\(Self.battery(1, of: 4, "batteryNearEnd")),
      [{"type":"continuousError","continuousError":"hot","isContinued":true}],
      [{"type":"takePicture","takePictureUrl":["http://h/1.JPG"]}],
      {"type":"autoPowerOff","autoPowerOff":60},[{"type":"storageInformation","storageID":"A",
      "numberOfRecordableImages":0}],{"type":"focusStatus","focusStatus":"Focusing"}]
      """.utf8)
    var generator = SeededGenerator(seed: 0x4556_454E)
    var condition = CameraCondition()
    var applied = 0
    for _ in 0..<5000 {
      let bytes = Mutation.mutate(sample, using: &generator)
      guard let values = JSONValue(parsing: ByteBuffer(bytes: bytes))?.array else { continue }
      applied += 1
      let isSnapshot = Bool.random(using: &generator)
      let notices = condition.apply(CameraEvent(values: values), isSnapshot: isSnapshot)
      #expect(notices.count < 60)
      #expect(condition.errors.count <= 16)
      #expect(condition.battery?.level.map { 0...1 ~= $0 } ?? true)
    }
    #expect(applied > 100)
  }
}
