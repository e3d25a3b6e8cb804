import JSON
import NIOCore
import SonyCamera
import TestSupport
import Testing

/// `CameraCall+Shooting` and `CameraReply+Shooting`.
@Suite struct ShootingTests {
  private func parameters(_ call: CameraCall) -> String {
    var buffer = ByteBuffer()
    JSONValue.array(call.parameters).encode(into: &buffer)
    return "\(call.method)\(String(buffer: buffer))"
  }

  @Test func callsCarryWhatTheCameraExpects() {
    #expect(parameters(.setShootMode("still")) == #"setShootMode["still"]"#)
    #expect(parameters(.setSelfTimer(seconds: 0)) == "setSelfTimer[0]")
    #expect(parameters(.setFocusMode("AF-C")) == #"setFocusMode["AF-C"]"#)
    #expect(parameters(.setExposureCompensation(index: -3)) == "setExposureCompensation[-3]")
    #expect(
      parameters(.setWhiteBalance("Daylight", colorTemperature: nil))
        == #"setWhiteBalance["Daylight",false,-1]"#)
    #expect(
      parameters(.setWhiteBalance("Color Temperature", colorTemperature: 5500))
        == #"setWhiteBalance["Color Temperature",true,5500]"#)
    #expect(parameters(.setTouchAFPosition(x: 50, y: 12.5)) == "setTouchAFPosition[50.0,12.5]")
    #expect(parameters(.actZoom(.in, .step)) == #"actZoom["in","1shot"]"#)
  }

  private func reply(_ method: CameraMethod, _ result: String) throws -> CameraReply {
    try CameraReply(
      parsing: ByteBuffer(string: #"{"id":1,"result":\#(result)}"#), to: CameraCall(method),
      identifier: 1)
  }

  @Test func anILCE5000CompensatesInThirds() throws {
    let answer = try CapabilityDump("a5000_program").answer("getAvailableExposureCompensation()")
    let range = try reply(.getAvailableExposureCompensation, answer).exposureCompensationRange()
    #expect(range == ExposureCompensationRange(current: 0, indices: -9...9, step: .third))
    #expect(range.index(for: 0) == 0)
    #expect(range.index(for: -0.7) == -2)
    #expect(range.index(for: 1.5) == 5)
    #expect(range.index(for: 3) == 9)
    #expect(range.index(for: 3.3) == nil)
    #expect(range.index(for: .infinity) == nil)
    #expect(range.index(for: .nan) == nil)
  }

  @Test func halvesAreHalves() {
    let range = ExposureCompensationRange(current: 0, indices: -4...4, step: .half)
    #expect(range.index(for: 0.7) == 1)
    #expect(range.index(for: -2) == -4)
  }

  @Test(arguments: [
    "[]", "[0,9,-9]", "[0,-9,9,1]", "[0,9,-9,3]", #"["0",0,9,-9,1]"#, "[[0,9,-9,1]]",
  ])
  func otherAnswersAreNoRange(result: String) throws {
    let reply = try reply(.getAvailableExposureCompensation, result)
    #expect(throws: SonyCameraError.replyUnexpected(method: .getAvailableExposureCompensation)) {
      try reply.exposureCompensationRange()
    }
  }

  @Test func focusIsFoundOrNot() throws {
    let found = #"[0,{"AFResult":true,"AFType":"Touch"}]"#
    #expect(try reply(.setTouchAFPosition, found).hasFocused())
    #expect(try !reply(.setTouchAFPosition, #"[0,{"AFResult":false}]"#).hasFocused())
    #expect(throws: SonyCameraError.replyUnexpected(method: .setTouchAFPosition)) {
      try reply(.setTouchAFPosition, "[0]").hasFocused()
    }
  }
}

/// What a program printed that asked a camera for everything it offers: see `PROVENANCE.md`.
struct CapabilityDump {
  private let lines: [Substring]

  /// - Parameter name: Of the file, `<camera>_<mode dial position>`.
  init(_ name: String) throws {
    lines = try Fixture.text("pysony/\(name).txt").split(
      separator: "\n", omittingEmptySubsequences: true)
  }

  /// The methods the camera listed, in its order.
  var methods: Set<CameraMethod> {
    let names = lines.drop { $0 != "Available calls:" }.dropFirst().prefix { $0 != "--" }
    return Set(names.map { CameraMethod(rawValue: String($0)) })
  }

  /// The result of a call, as JSON; the program printed it in Python's words.
  func answer(_ call: String) throws -> String {
    let line = lines.drop { $0 != "trying '\(call)':" }.dropFirst().first
    let text = try #require(line).replacing("'", with: "\"")
    let result = JSONValue(parsing: ByteBuffer(string: String(text)))?["result"]
    var buffer = ByteBuffer()
    try #require(result).encode(into: &buffer)
    return String(buffer: buffer)
  }
}
