import NIOSSL
import Pipeline

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// CA certificates that are trusted besides those of the system: for a server behind a CA of one's
/// own, or one whose certificate is self-signed and stands for itself.
///
/// They change nothing else: names and dates of certificates are checked as ever.
public struct TrustAnchors: Sendable {
  /// The option or key that names the file, for messages.
  public var setting: String
  let certificates: [NIOSSLCertificate]

  /// The system's alone.
  public init(setting: String = "caFile") {
    self.setting = setting
    certificates = []
  }

  /// - Parameter pem: Certificates in PEM, at most ``fileLimitBytes``; other things between them do
  ///   no harm, a byte order mark neither.
  /// - Throws: ``TrustAnchorsError``.
  public init(setting: String, pem: [UInt8]) throws(TrustAnchorsError) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let content = pem.starts(with: mark) ? Array(pem.dropFirst(mark.count)) : pem
    guard !content.isEmpty else { throw .empty }
    self.setting = setting
    do {
      certificates = try NIOSSLCertificate.fromPEMBytes(content)
    } catch {
      // DER is a sequence, whose length has two bytes for every certificate there is.
      if content.starts(with: [0x30, 0x82]) { throw .isDER }
      throw Self.hasCertificate(content) ? .damaged : .noCertificate
    }
  }

  public var isEmpty: Bool { certificates.isEmpty }

  /// The certificates of all of the web's CAs take a quarter of it.
  public static let fileLimitBytes = 1024 * 1024

  private static func hasCertificate(_ content: [UInt8]) -> Bool {
    // The labels that are read, RFC 7468 §5 and the older ones of OpenSSL.
    let text = String(decoding: content, as: UTF8.self)
    return ["", "X509 ", "TRUSTED "].contains { text.contains("-----BEGIN \($0)CERTIFICATE-----") }
  }

  /// The usual rules for clients, and these certificates; nil for the usual ones alone.
  var configuration: TLSConfiguration? {
    guard !isEmpty else { return nil }
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.additionalTrustRoots = [.certificates(certificates)]
    return configuration
  }
}

/// Why a file has no certificates to trust; the description follows the file's name.
public enum TrustAnchorsError: Error, Sendable, Hashable, CustomStringConvertible {
  case empty
  case tooLarge
  case noCertificate
  case isDER
  case damaged
  /// In the system's words.
  case unreadable(String)

  public var description: String {
    switch self {
    case .empty: "is empty"
    case .tooLarge: "is larger than \(TrustAnchors.fileLimitBytes) bytes"
    case .noCertificate: "has no certificate in PEM"
    case .isDER: "is DER; openssl x509 -inform DER makes PEM of it"
    case .damaged: "has a certificate that is damaged"
    case .unreadable(let reason): "cannot be read: \(reason)"
    }
  }
}

extension SettingsReader {
  /// What the key `caFile` names; the system's alone if it names nothing, or nothing usable.
  public func trustAnchors() -> TrustAnchors {
    let (key, setting) = ("caFile", fullKey("caFile"))
    guard let path = string(key) else { return TrustAnchors(setting: setting) }
    do throws(TrustAnchorsError) {
      return try TrustAnchors(setting: setting, pem: try Self.content(of: path))
    } catch {
      report(
        key, value: path, source: sourceName(of: key),
        allowed: "a readable file with CA certificates in PEM (it \(error))")
      return TrustAnchors(setting: setting)
    }
  }

  private static func content(of path: String) throws(TrustAnchorsError) -> [UInt8] {
    guard let file = fopen(path, "re") else { throw .unreadable(String(cString: strerror(errno))) }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: TrustAnchors.fileLimitBytes + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    if ferror(file) != 0 { throw .unreadable(String(cString: strerror(errno))) }
    guard count <= TrustAnchors.fileLimitBytes else { throw .tooLarge }
    return Array(bytes[..<count])
  }
}
