/// A destination for the encoded stream, for example an RTSP server or a Sora channel.
public protocol Output: Sendable {
  /// Key of this output's section in `config.json`, under `outputs`.
  static var kind: String { get }
  /// Reads and checks the settings; problems go to the reader's ledger. Opens nothing.
  init(settings: SettingsReader, stream: StreamHandle, telemetry: ComponentTelemetry)
  /// False if the settings switch this output off; it is then not run.
  var isEnabled: Bool { get }
  /// Serves or publishes until the session ends; the supervisor decides about the next attempt.
  /// When cancelled it says goodbye to its viewers and returns.
  func runSession() async throws
  /// Lines for the operator at start-up: the addresses to open, and what to know about them.
  func startUpLines() -> [String]
}

extension Output {
  public func startUpLines() -> [String] { [] }
}
