import NIOCore
import NIOSSL

/// With what a server of the tests speaks TLS.
public struct ServerTLS: Sendable {
  private let context: NIOSSLContext

  /// - Parameters:
  ///   - certificateFile: PEM.
  ///   - keyFile: PEM, without a passphrase.
  public init(certificateFile: String, keyFile: String) throws {
    let chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
    let key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
    context = try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)))
  }

  /// Puts TLS between the socket and what is added afterwards.
  func add(to channel: any Channel) throws {
    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
  }
}
