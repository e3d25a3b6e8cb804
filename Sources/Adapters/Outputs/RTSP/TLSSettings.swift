import Pipeline

/// Settings of RTSP over TLS, section `outputs.rtsp.tls`.
///
/// | key | type | default | range |
/// |---|---|---|---|
/// | `enabled` | Boolean | false | |
/// | `listenPort` | number | 8322 | 0…65535, not the port without TLS; 0 lets the system choose |
/// | `certificateFile` | path | required if enabled | PEM, the chain with our own certificate first |
/// | `keyFile` | path | required if enabled | PEM, without a passphrase |
///
/// Both files are read again when they change.
struct TLSSettings: Sendable {
  var listenPort: Int
  var files: TLSFiles

  /// Nil if it is not enabled, or cannot be.
  ///
  /// - Parameter plainPort: Where we listen without TLS, if we do.
  static func read(_ reader: SettingsReader, plainPort: Int?) -> TLSSettings? {
    let isEnabled = reader.bool("enabled", default: false)
    let listenPort = reader.int("listenPort", default: 8322, in: 0...65535)
    let certificateFile = reader.string("certificateFile")
    let keyFile = reader.string("keyFile")
    guard isEnabled else { return nil }
    if listenPort == plainPort, listenPort != 0 {
      reader.report(
        "listenPort", value: "\(listenPort)", allowed: "another port than the one without TLS")
    }
    for (key, file) in [("certificateFile", certificateFile), ("keyFile", keyFile)]
    where file == nil {
      reader.report(key, value: nil, allowed: "given when \(reader.fullKey("enabled")) is true")
    }
    guard let certificateFile, let keyFile else { return nil }
    let files = TLSFiles(certificateFile: certificateFile, keyFile: keyFile)
    do {
      _ = try files.load()
    } catch {
      let (key, value) =
        switch error {
        case .certificateUnusable: ("certificateFile", certificateFile)
        case .keyUnusable, .pairUnusable: ("keyFile", keyFile)
        }
      reader.report(key, value: value, allowed: error.requirement)
    }
    return TLSSettings(listenPort: listenPort, files: files)
  }
}
