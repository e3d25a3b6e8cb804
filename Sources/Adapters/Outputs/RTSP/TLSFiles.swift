import NIOCore
import NIOSSL

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Certificate and private key on disk.
struct TLSFiles: Sendable, Hashable {
  var certificateFile: String
  var keyFile: String

  /// What tells one state of both files from another.
  struct Stamp: Sendable, Hashable {
    fileprivate var numbers: [Int64]
  }

  /// Of the files as they are now; blocks as long as the disk does.
  var stamp: Stamp {
    Stamp(numbers: [certificateFile, keyFile].flatMap(Self.numbers))
  }

  private static func numbers(_ path: String) -> [Int64] {
    var status = stat()
    guard stat(path, &status) == 0 else { return [0] }
    return [
      Int64(truncatingIfNeeded: status.st_ino), Int64(status.st_size),
      Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec),
    ]
  }

  /// Reads both files; blocks for milliseconds.
  func load() throws(TLSFilesError) -> NIOSSLContext {
    let chain: [NIOSSLCertificate]
    do {
      chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
    } catch {
      throw .certificateUnusable
    }
    guard !chain.isEmpty else { throw .certificateUnusable }
    let key: NIOSSLPrivateKey
    do {
      // Without a passphrase OpenSSL's code would ask for it on the terminal.
      key = try NIOSSLPrivateKey(file: keyFile, format: .pem) { setter in setter([UInt8]()) }
    } catch {
      throw .keyUnusable
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    // How long a client that vanished may hold its connection.
    configuration.shutdownTimeout = .seconds(1)
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw .pairUnusable
    }
  }
}

/// Why a certificate and its key cannot be used.
enum TLSFilesError: Error, Sendable, Hashable, CustomStringConvertible {
  case certificateUnusable
  case keyUnusable
  /// Each is good, but not for the other.
  case pairUnusable

  var requirement: String {
    switch self {
    case .certificateUnusable: "a readable file with a certificate chain in PEM"
    case .keyUnusable: "a readable file with a private key in PEM, without a passphrase"
    case .pairUnusable: "the private key of the certificate"
    }
  }

  var description: String {
    switch self {
    case .certificateUnusable: "the certificate file is not \(requirement)"
    case .keyUnusable: "the key file is not \(requirement)"
    case .pairUnusable: "the key file does not hold \(requirement)"
    }
  }
}
