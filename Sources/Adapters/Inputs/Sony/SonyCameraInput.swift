import Media
import Pipeline
import SonyCamera

/// A Sony camera over Wi-Fi: finds it, starts its liveview, delivers its pictures.
///
/// Works without discovery when `camera.url` says where the camera is, and looks at the addresses
/// cameras usually have in any case. A lost camera is looked for again for ever.
public struct SonyCameraInput: Input {
  public static let kind = "camera"

  private let settings: SonyCameraSettings
  private let sink: FrameSink
  private let telemetry: ComponentTelemetry
  private let record = LiveviewRecord()
  /// Port of discovery; another than 1900 only for tests.
  var discoveryPort = SSDPMessage.groupPort

  public init(settings: SettingsReader, sink: FrameSink, telemetry: ComponentTelemetry) {
    self.settings = SonyCameraSettings(settings: settings)
    self.sink = sink
    self.telemetry = telemetry
    let (record, clock) = (record, telemetry.clock)
    telemetry.setDetails {
      record.health.picturesReplaced(sink.replacedCount)
      return record.status(now: clock.now())
    }
  }

  /// Finds the camera and delivers pictures until the camera is lost.
  ///
  /// When cancelled it stops liveview and remote shooting, within 1.5 s.
  public func runSession() async throws {
    let beganAt = telemetry.clock.now()
    try await waitForInterface()
    reportAbsence(record.awayReason)
    // Between attempts that lead to no picture it is an old story.
    if record.isSearchNews(waitingFor) {
      telemetry.report(.waiting, waitingFor)
    } else {
      telemetry.note(.waiting, waitingFor)
    }
    let http = CameraHTTPClient(interface: settings.interface, logger: telemetry.logger)
    let camera = try await finder(http).first()
    record.found(camera)
    let reader = LiveviewReader(
      interface: settings.interface, sink: sink, record: record, clock: telemetry.clock,
      stallLimit: settings.stallLimit)
    let conversation = CameraConversation(
      camera: camera, settings: settings, http: http, reader: reader, record: record, sink: sink,
      telemetry: telemetry, searchedSince: beganAt)
    do {
      try await conversation.run()
    } catch {
      reportAbsence(record.awayReason)
      throw error
    }
  }

  /// Keeps the metrics of camera and link up to date until cancelled; for beside the sessions.
  public func keepRecording() async {
    await record.health.keepRecording(telemetry.clock) { record.condition }
  }

  /// True if a camera answers within `limit`. Starts nothing on it.
  public func isCameraInReach(within limit: Duration) async -> Bool {
    let http = CameraHTTPClient(interface: settings.interface)
    let camera = try? await withTimeLimit(limit) { try await finder(http).first() }
    return camera != nil
  }

  private func finder(_ http: CameraHTTPClient) -> CameraFinder {
    CameraFinder(
      http: http, address: settings.address, interface: settings.interface,
      remembered: record.camera, searchInterval: settings.searchInterval, clock: telemetry.clock,
      discoveryPort: discoveryPort)
  }

  /// A Wi-Fi interface has no address until it has joined the camera's network.
  private func waitForInterface() async throws {
    guard let name = settings.interface else { return }
    guard NetworkInterface.running(named: name).isEmpty else { return }
    reportAbsence(.noInterface)
    try await NetworkInterface.waitUntilRunning(named: name) { obstacle in
      telemetry.report(.waiting, "waiting for the camera's network: \(obstacle)")
    }
  }

  private func reportAbsence(_ reason: AwayReason) {
    sink.report(CameraPresence(.away(reason), cameraName: record.camera?.name))
  }

  /// What the input is waiting for while it looks for a camera.
  private var waitingFor: String {
    if let address = settings.address { return "waiting for the camera at \(address)" }
    let place = settings.interface.map { "on interface \($0)" } ?? "on any interface"
    return "searching for a camera \(place); on the camera, start the remote app"
  }
}
