import Foundation

/// A certificate and its private key in files, made by openssl; valid for two days.
public struct TestCertificate: Sendable {
  public let certificateFile: String
  public let keyFile: String

  /// - Parameters:
  ///   - name: Of the files, and its common name.
  ///   - host: What it is for, in the form of openssl: `IP:127.0.0.1`, `DNS:sora.example`; nil for
  ///     a CA.
  ///   - issuer: The CA that signs it; nil for none, it signs itself.
  public init(
    _ name: String, for host: String? = nil, signedBy issuer: TestCertificate? = nil,
    in folder: TemporaryFolder
  ) async throws {
    certificateFile = folder.url.appending(path: "\(name).pem").path
    keyFile = folder.url.appending(path: "\(name).key").path
    var arguments = [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
      "-days", "2", "-subj", "/CN=\(name)", "-keyout", keyFile, "-out", certificateFile,
    ]
    // Without a host it is a CA, as openssl makes them.
    if let host {
      arguments += ["-addext", "subjectAltName=\(host)", "-addext", "basicConstraints=CA:FALSE"]
    }
    if let issuer { arguments += ["-CA", issuer.certificateFile, "-CAkey", issuer.keyFile] }
    let outcome = try await ExternalProgram.run("openssl", arguments)
    guard outcome.exitCode == 0 else { throw Failure(errors: outcome.errors) }
  }

  /// What openssl said.
  public struct Failure: Error {
    public var errors: String
  }
}
