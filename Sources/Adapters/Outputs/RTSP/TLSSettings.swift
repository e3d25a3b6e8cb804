import Pipeline

/// Settings of RTSP over TLS, section `outputs.rtsp.tls`.
///
/// | key | type | default | range |
/// |---|---|---|---|
/// | `enabled` | Boolean | false | |
/// | `listenPort` | number | 8322 | 0…65535; 0 lets the system choose |
/// | `certificateFile` | path | required if enabled | PEM, the chain with our own certificate first |
/// | `keyFile` | path | required if enabled | PEM, without a passphrase |
///
/// Both files are read again when they change.
struct TLSSettings: Sendable {
  var listenPort: Int
  var files: TLSFiles

  /// Nil if it is not enabled, or cannot be.
  static func read(_ reader: SettingsReader) -> TLSSettings? {
    let isEnabled = reader.bool("enabled", default: false)
    let listenPort = reader.int("listenPort", default: 8322, in: 0...65535)
    let certificateFile = reader.string("certificateFile")
    let keyFile = reader.string("keyFile")
    guard isEnabled else { return nil }
    guard let certificateFile, let keyFile else {
      reader.report(
        certificateFile == nil ? "certificateFile" : "keyFile", value: nil,
        allowed: "given when \(reader.fullKey("enabled")) is true")
      return nil
    }
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
