import Foundation
import JSON
import Media
import NIOCore
import Pipeline
import SonyCamera
import TestSupport
import Testing

@testable import Inputs

@Suite struct LinkHealthMeterTests {
  private let notebook = MetricsNotebook()

  private func meter(signalFile: String = "/nowhere") -> LinkHealthMeter {
    LinkHealthMeter(instruments: CameraInstruments(factory: notebook), signalFile: signalFile)
  }

  /// Pictures every 40 ms, with one gap of 3 s that the camera's clock does not have.
  private func play(_ meter: LinkHealthMeter) throws -> MediaTime {
    let image = try Self.image()
    var now = MediaTime(nanoseconds: 1_000_000_000)
    var statistics = LiveviewStatistics()
    meter.streamBegan()
    for number in 1...20 as ClosedRange<UInt32> {
      now = now.advanced(by: number == 10 ? .seconds(3) : .milliseconds(40))
      var image = image
      image.cameraMilliseconds = number * 40
      if number == 15 { statistics.missingPacketCount = 3 }
      meter.pictureReceived(image, at: now, statistics: statistics)
    }
    return now
  }

  private static func image() throws -> LiveviewImage {
    let jpeg = SampleJPEG().bytes
    var stream = ByteBuffer()
    LiveviewPacketHeader(
      payloadType: .image, sequenceNumber: 1, cameraMilliseconds: 0, payloadSize: jpeg.count
    ).encode(into: &stream)
    stream.writeBytes(jpeg)
    var parser = LiveviewParser()
    guard case .image(let image)? = try parser.next(from: &stream) else {
      throw SonyCameraError.descriptionWithoutCamera
    }
    return image
  }

  @Test func tellsTheStatusPage() throws {
    let meter = meter()
    let now = try play(meter)
    meter.callAnswered(.getEvent, after: .milliseconds(120))
    meter.callAnswered(.startRecMode, after: .seconds(2))
    meter.callFailed()
    guard case .object(let status) = meter.status(at: now) else {
      Issue.record("the status is no object")
      return
    }
    #expect(status["verdict"] == .string("network"))
    #expect(
      status["networkGaps"]
        == .object(["count": .int(1), "longestSeconds": .double(3), "totalSeconds": .double(3)]))
    #expect(status["wifi"] == .null)
    guard case .object(let calls)? = status["calls"] else {
      Issue.record("no calls")
      return
    }
    #expect(calls["longestSeconds"] == .double(0.12))
    #expect(calls["answered"] == .int(1))
    #expect(calls["failed"] == .int(1))
  }

  @Test func raisesCountersByWhatIsNew() throws {
    let meter = meter()
    let now = try play(meter)
    for _ in 0..<3 { meter.record(at: now) }
    let entries = notebook.entries
    #expect(entries["bridge_camera_gaps_total{cause=network}"] == 1)
    #expect(entries["bridge_camera_gap_milliseconds_total{cause=network}"] == 3000)
    #expect(entries["bridge_camera_longest_gap_seconds{cause=network}"] == 3)
    #expect(entries["bridge_camera_longest_gap_seconds{cause=camera}"] == 0)
    #expect(entries["bridge_camera_gaps_total{cause=camera}"] == nil)
    #expect(entries["bridge_camera_missing_packets_total"] == 3)
    #expect((entries["bridge_camera_pictures_per_second"] ?? 0) > 5)
    meter.record(at: now.advanced(by: .seconds(60)))
    #expect(notebook.entries["bridge_camera_pictures_per_second"] == 0)
    #expect(notebook.entries["bridge_camera_gaps_total{cause=network}"] == 1)
  }

  @Test func everyCallIsTimed() {
    meter().callAnswered(.startRecMode, after: .milliseconds(2300))
    #expect(notebook.entries["bridge_camera_call_seconds"] == 2.3)
  }

  @Test func showsTheSignalOfTheCamerasInterface() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "wireless-\(UUID())")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(" wlan1: 0000   52.  -58.  -256  0  0  0  0  0  0\n".utf8).write(to: file)
    let meter = meter(signalFile: file.path)
    #expect(meter.signal() == nil)
    meter.found(on: "eth0")
    meter.record(at: MediaTime(nanoseconds: 0))
    #expect(notebook.entries["bridge_camera_wifi_signal_dbm"] == nil)
    meter.found(on: "wlan1")
    meter.record(at: MediaTime(nanoseconds: 0))
    #expect(meter.signal()?.levelDBm == -58)
    #expect(notebook.entries["bridge_camera_wifi_signal_dbm"] == -58)
    #expect(notebook.entries["bridge_camera_wifi_link_quality"] == 52)
  }

  @Test func recordingEndsWithItsTask() async {
    let meter = meter()
    let task = Task { await meter.keepRecording(.system) { CameraCondition() } }
    task.cancel()
    await task.value
  }

  @Test func whatTheCameraSaysOfItselfIsAMetric() {
    var condition = CameraCondition()
    meter().record(condition)
    #expect(notebook.entries["bridge_camera_busy"] == 0)
    #expect(notebook.entries["bridge_camera_battery_percent"] == nil)
    let battery: JSONValue = .object([
      "batteryID": .string("externalBattery1"), "status": .string("active"),
      "levelNumer": .integer(1), "levelDenom": .integer(4),
    ])
    let event = CameraEvent(values: [
      .object(["type": .string("cameraStatus"), "cameraStatus": .string("Error")]),
      .object(["type": .string("batteryInfo"), "batteryInfo": .array([battery])]),
    ])
    _ = condition.apply(event, isSnapshot: true)
    meter().record(condition)
    #expect(notebook.entries["bridge_camera_error"] == 1)
    #expect(notebook.entries["bridge_camera_battery_percent"] == 25)
  }
}
