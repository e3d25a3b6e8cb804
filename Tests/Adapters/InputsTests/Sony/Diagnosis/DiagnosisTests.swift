import SonyCamera
import Testing

@testable import Inputs

@Suite struct DiagnosisTests {
  private func empty() -> Diagnosis {
    Diagnosis(
      host: DiagnosedHost(
        bridgeVersion: "1.2.3", date: "2026-11-21T07:00:00Z", kernel: "Linux 6.1",
        architecture: "aarch64", interfaces: [], routes: RouteTable(""), otherBridges: []))
  }

  private func questions(_ diagnosis: Diagnosis) -> [String] {
    guard case .list(let answers) = diagnosis.questions.value else { return [] }
    return answers.map { if case .text(let text) = $0 { text } else { "" } }
  }

  private func record(
    _ call: CameraCall, _ code: Int? = nil, message: String = ""
  ) -> CallRecord {
    CallRecord(
      call: call, took: .milliseconds(100),
      outcome: code.map { .refused(CameraErrorCode(rawValue: $0), message: message) }
        ?? .result("[0]"))
  }

  @Test func whatWasNotSeenIsSaidSo() {
    let answers = questions(empty())
    #expect(answers.count == 9)
    #expect(answers.allSatisfy { $0.hasSuffix("not observed in this run") })
    #expect(empty().outcome == .noCamera)
  }

  @Test func theErrorRightAfterStartRecModeIsAnAnswer() {
    var diagnosis = empty()
    let first = record(.startLiveviewWithSize(.large), 1, message: "Not Available Now")
    diagnosis.calls = [record(.startRecMode), first, record(.startLiveviewWithSize(.large), 12)]
    diagnosis.hasEnteredRecMode = true
    diagnosis.afterRecMode = first
    let answers = questions(diagnosis)
    #expect(answers[1].hasSuffix("no, error 12"))
    #expect(
      answers[6].hasSuffix(
        "40401 not in this run; right after: startLiveviewWithSize error 1 Not Available Now"))
    diagnosis.calls.append(record(.startLiveview, 40401))
    #expect(questions(diagnosis)[6].contains("40401 was sent"))
  }

  @Test func silenceDuringLiveviewCountsOnlyIfTheCameraAnswersAtAll() {
    var diagnosis = empty()
    diagnosis.camera = FoundCamera(
      endpoint: CameraURL(host: "192.168.122.1", port: 8080, path: "/sony/camera"),
      origin: .search)
    diagnosis.searchDuring = SearchFinding()
    #expect(questions(diagnosis)[7].hasSuffix("not observed in this run"))
    let answer = SearchFinding.Message(
      kind: .answer, after: .milliseconds(480), interface: "wlan0",
      location: "http://192.168.122.1:61000/scalarwebapi_dd.xml", server: "", identifier: "")
    diagnosis.search.messages = [answer]
    #expect(questions(diagnosis)[7].hasSuffix("no, though it did before"))
    diagnosis.searchDuring?.messages = [answer]
    #expect(questions(diagnosis)[7].hasSuffix("yes, after 0.5 s"))
  }

  @Test func settingsAndRemarksAreInTheReport() {
    var diagnosis = empty()
    diagnosis.settings = [.init(key: "log.level", value: "debug", source: "environment")]
    diagnosis.remarks = ["something failed"]
    let text = diagnosis.report.text
    #expect(text.contains("- log.level = debug (environment)"))
    #expect(text.contains("something failed"))
    #expect(text.contains("aarch64"))
  }

  @Test func repeatedAnswersAreOneLine() {
    var diagnosis = empty()
    let answer = SearchFinding.Message(
      kind: .answer, after: .milliseconds(480), interface: "wlan0", location: "http://a/",
      server: "",
      identifier: "")
    var later = answer
    later.after = .seconds(1)
    var other = answer
    other.location = "http://b/"
    diagnosis.search.messages = [answer, other, later]
    let text = diagnosis.report.text
    #expect(text.contains("times 2, first after seconds 0.48, interface wlan0, location http://a/"))
    #expect(text.contains("times 1, first after seconds 0.48, interface wlan0, location http://b/"))
  }

  @Test func theWayToACameraOnThisMachineIsNoRoute() {
    var diagnosis = empty()
    diagnosis.host.routes = RouteTable("-\nwwan0 00000000 0100400A 0003 0 0 100 00000000 0 0 0")
    diagnosis.camera = FoundCamera(
      endpoint: CameraURL(host: "127.0.0.1", port: 1, path: "/"), origin: .settings)
    #expect(diagnosis.report.json.contains(#""routeToCamera": "this machine""#))
    diagnosis.camera?.endpoint.host = "192.168.122.1"
    #expect(diagnosis.report.json.contains(#""routeToCamera": "wwan0 by 10.64.0.1""#))
  }

  @Test func onlyTheWayToTheCameraHasAddresses() throws {
    func interface(_ name: String, _ address: String, isRunning: Bool = true) throws
      -> NetworkInterface
    {
      try #require(
        NetworkInterface(
          name: name, address: address, netmask: "255.255.255.0", isRunning: isRunning))
    }
    var diagnosis = empty()
    diagnosis.host.interfaces = [
      try interface("wwan0", "10.64.0.2"), try interface("wwan0", "10.64.1.2"),
      try interface("eth0", "192.0.2.7", isRunning: false),
      try interface("wlan1", "192.168.122.184"),
    ]
    diagnosis.host.routes = RouteTable(
      """
      -
      wwan0 00000000 0100400A 0003 0 0 100 00000000 0 0 0
      wlan1 007AA8C0 00000000 0001 0 0 600 00FFFFFF 0 0 0
      """)
    let hidden = [
      "wwan0 (address not shown)", "eth0 (address not shown, no link)",
      "wlan1 (address not shown)",
    ]
    func check(_ interfaces: [String]) {
      let text = diagnosis.report.text
      #expect(interfaces.allSatisfy { text.contains($0) }, "\(text)")
      #expect(!text.contains("10.64.") && text.ranges(of: "wwan0 (").count == 1)
      #expect(!text.contains("192.0.2.7"))
      #expect(diagnosis.report.json.contains(#""defaultRoute": "wwan0""#))
    }
    check(hidden)
    #expect(!diagnosis.report.text.contains("192.168.122.184"))
    // By its network, and by what was asked for.
    diagnosis.camera = FoundCamera(
      endpoint: CameraURL(host: "192.168.122.1", port: 8080, path: "/"), origin: .settings)
    check(hidden.dropLast() + ["wlan1 192.168.122.184"])
    diagnosis.camera = nil
    diagnosis.host.wantedInterface = "wlan1"
    check(hidden.dropLast() + ["wlan1 192.168.122.184"])
  }

  @Test(arguments: [
    (
      "uuid:000000001000-1010-8000-8E45006A6000::urn:schemas-sony-com:service:ScalarWebAPI:1",
      "uuid:000000001000-1010-8000-8E45…"
    ),
    ("uuid:000000001000-1010-8000-8E45006A6000", "uuid:000000001000-1010-8000-8E45…"),
    ("0123456789ABCDEF", "0123456789AB…"), ("", "…"), ("-", "-…"),
  ])
  func identifiersAreShortened(whole: String, short: String) {
    #expect(shortenedIdentifier(whole) == short)
  }

  @Test func callsAreTitledAsTheyWereSent() {
    #expect(
      CameraCall.getEvent(waitsForChange: false, version: "1.3").title == "getEvent(false) 1.3")
    #expect(CameraCall.getMethodTypes(version: "1.0").title == #"getMethodTypes("1.0") 1.0"#)
    #expect(CameraCall.startRecMode.title == "startRecMode() 1.0")
  }
}
