import NIOCore
import TestSupport
import Testing

@testable import SimulatedCamera

struct CameraCallsTests {
  private static let base = "http://192.168.122.1:8080"

  private func body(
    _ application: RemoteApplication = .embedded,
    _ change: (inout SimulatedCameraConfiguration) -> Void = { _ in }
  ) -> CameraBody {
    var configuration = SimulatedCameraConfiguration()
    configuration.application = application
    change(&configuration)
    return CameraBody(configuration: configuration)
  }

  /// The answer of the body to a call, as JSON; nil if it is not given at once.
  private func call(
    _ body: inout CameraBody, _ method: String, _ parameters: [JSONValue] = [],
    version: String = "1.0"
  ) throws -> String? {
    let text: JSONValue = [
      "method": .string(method), "params": .array(parameters), "id": 1, "version": .string(version),
    ]
    let request = try APIRequest(parsing: .init(string: text.encoded()))
    guard case .send(let answer) = body.reply(to: request, baseURL: Self.base) else { return nil }
    return answer.message(id: 1).encoded()
  }

  private let notAvailable = "{\"id\":1,\"error\":[1,\"Not Available Now\"]}"
  private let illegalArgument = "{\"id\":1,\"error\":[3,\"illegal argument\"]}"
  private let done = "{\"id\":1,\"result\":[0]}"

  /// Its four answers are what an α6000 with the embedded application gave.
  @Test func startOfSessionIsThatOfARealCamera() throws {
    let lines = try Fixture.text("micolous_ilce6000/rpc_responses.jsonl")
      .split(separator: "\n").map(String.init)
    var body = body()
    let methods = [
      "getAvailableApiList", "startRecMode", "getAvailableApiList", "startLiveview",
    ]
    #expect(lines.count == methods.count)
    for (method, line) in zip(methods, lines) {
      #expect(try call(&body, method) == line)
    }
  }

  @Test func liveviewNeedsRecMode() throws {
    var body = body()
    #expect(try call(&body, "startLiveview") == notAvailable)
    #expect(try call(&body, "actTakePicture") == notAvailable)
    #expect(body.status == .notReady)
    #expect(try call(&body, "startRecMode") == done)
    #expect(body.status == .idle)
    // Not listed any more, and fine all the same.
    #expect(try call(&body, "startRecMode") == done)
    let url = "{\"id\":1,\"result\":[\"\(Self.base)/liveview/liveviewstream\"]}"
    #expect(try call(&body, "startLiveview") == url)
    #expect(try call(&body, "startLiveview") == url)
    #expect(body.isLiveviewActive)
    #expect(try call(&body, "stopLiveview") == done)
    #expect(!body.isLiveviewActive)
    #expect(try call(&body, "stopLiveview") == done)
    #expect(try call(&body, "stopRecMode") == done)
    #expect(try call(&body, "startLiveview") == notAvailable)
  }

  @Test func unknownMethodsAndVersionsAreErrors() throws {
    var body = body()
    #expect(try call(&body, "flyToTheMoon") == "{\"id\":1,\"error\":[12,\"flyToTheMoon\"]}")
    #expect(
      try call(&body, "getVersions", version: "1.4")
        == "{\"id\":1,\"error\":[14,\"Unsupported Version\"]}")
    #expect(
      try call(&body, "getEvent", [false], version: "1.3")
        == "{\"id\":1,\"error\":[14,\"Unsupported Version\"]}")
  }

  @Test func sizedLiveviewDependsOnTheApplication() throws {
    var embedded = body()
    _ = try call(&embedded, "startRecMode")
    #expect(
      try call(&embedded, "startLiveviewWithSize", ["L"])
        == "{\"id\":1,\"error\":[12,\"startLiveviewWithSize\"]}")

    var refusing = body(.embedded) { $0.liveviewSizeMethods = .notAvailable }
    _ = try call(&refusing, "startRecMode")
    #expect(try call(&refusing, "startLiveviewWithSize", ["L"]) == notAvailable)

    var installed = body(.installed)
    _ = try call(&installed, "startRecMode")
    #expect(try call(&installed, "startLiveviewWithSize", ["XL"]) == illegalArgument)
    #expect(
      try call(&installed, "startLiveviewWithSize", ["L"])?.hasPrefix("{\"id\":1,\"result\"")
        == true)
    #expect(installed.mode == .liveview(.large))
    #expect(try call(&installed, "getLiveviewSize") == "{\"id\":1,\"result\":[\"L\"]}")
    // Running in another size.
    #expect(try call(&installed, "startLiveview") == illegalArgument)
  }

  @Test func settingsAreReadAndSet() throws {
    var body = body()
    _ = try call(&body, "startRecMode")
    #expect(try call(&body, "getAvailableSelfTimer") == "{\"id\":1,\"result\":[0,[0,2,10]]}")
    #expect(try call(&body, "setSelfTimer", [2]) == done)
    #expect(try call(&body, "getSelfTimer") == "{\"id\":1,\"result\":[2]}")
    #expect(try call(&body, "setSelfTimer", [3]) == illegalArgument)
    #expect(try call(&body, "setSelfTimer") == illegalArgument)
    #expect(
      try call(&body, "getAvailableExposureCompensation") == "{\"id\":1,\"result\":[0,9,-9,1]}")
    // Known, not offered.
    #expect(try call(&body, "setExposureCompensation", [3]) == notAvailable)
    #expect(try call(&body, "setFocusMode", ["MF"]) == notAvailable)
    var installed = self.body(.installed)
    _ = try call(&installed, "startRecMode")
    #expect(try call(&installed, "setFocusMode", ["MF"]) == done)
    #expect(try call(&installed, "setExposureCompensation", [3]) == done)
  }

  @Test func zoomMovesWithinItsRange() throws {
    var body = body()
    #expect(try call(&body, "actZoom", ["in", "start"]) == notAvailable)
    _ = try call(&body, "startRecMode")
    #expect(try call(&body, "actZoom", ["in", "1shot"]) == done)
    #expect(body.zoomPosition == 10)
    #expect(try call(&body, "actZoom", ["in", "start"]) == done)
    #expect(body.zoomPosition == 100)
    #expect(try call(&body, "actZoom", ["sideways", "start"]) == illegalArgument)
  }

  @Test func methodTypesAreDescribed() throws {
    var body = body()
    let types = try call(&body, "getMethodTypes", ["1.0"]) ?? ""
    #expect(types.hasPrefix("{\"id\":1,\"results\":[[\"getVersions\",[],[\"string*\"],\"1.0\"],"))
    #expect(types.contains("[\"startRecMode\",[],[\"int\"],\"1.0\"]"))
    #expect(try call(&body, "getMethodTypes", ["9.9"]) == illegalArgument)
    #expect(try call(&body, "getMethodTypes") == illegalArgument)
  }
}
