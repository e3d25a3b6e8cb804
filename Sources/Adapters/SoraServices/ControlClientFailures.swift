import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import SoraControl

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The answer was longer than is read.
struct ReplyTooLarge: Error {}

extension ControlClient {
  /// What went wrong on a connection, in the engine's terms; nil if the call was cancelled.
  static func failure(
    _ error: any Error, connectTimeout: Duration
  ) -> ControlExchange.Failure? {
    switch error {
    case is CancellationError:
      return nil
    case is ReplyTooLarge:
      return .tooLarge(limitBytes: ControlExchange.replyLimitBytes)
    case let error as HTTPClientError:
      return failure(error, connectTimeout)
    case let error as NIOConnectionError:
      return failure(error, connectTimeout)
    case let error as IOError:
      return failure(error)
    case ChannelError.connectTimeout:
      return .connectTimedOut(seconds: connectTimeout / .seconds(1))
    case let error as NIOSSLError:
      return failure(error)
    case let error as NIOSSLExtraError:
      return .tlsFailed(reason: reason(error))
    case HTTPParserError.invalidEOFState, HTTPParserError.closedConnection:
      return .closed(reason: "in the middle of it")
    case let error as HTTPParserError:
      return .notHTTP(reason: "\(error)")
    default:
      return .closed(reason: ControlText.cleaned("\(error)", limit: 120))
    }
  }

  private static func failure(
    _ error: HTTPClientError, _ connectTimeout: Duration
  ) -> ControlExchange.Failure? {
    switch error {
    case .cancelled:
      nil
    case .connectTimeout, .getConnectionFromPoolTimeout:
      .connectTimedOut(seconds: connectTimeout / .seconds(1))
    case .tlsHandshakeTimeout:
      .tlsFailed(reason: "the handshake did not end in time")
    case .remoteConnectionClosed:
      .closed(reason: "the server closed it")
    case .uncleanShutdown:
      .closed(reason: "without TLS's end mark")
    default:
      .closed(reason: error.shortDescription)
    }
  }

  private static func failure(
    _ error: NIOConnectionError, _ connectTimeout: Duration
  ) -> ControlExchange.Failure {
    if error.connectionErrors.isEmpty {
      return .notConnected(reason: "the name \(error.host) is not known")
    }
    // One attempt per address; a refusal says more than silence.
    let failures = error.connectionErrors.compactMap { $0.error as? IOError }
    guard let first = failures.first else {
      return .connectTimedOut(seconds: connectTimeout / .seconds(1))
    }
    return .notConnected(reason: words(first.errnoCode))
  }

  private static func failure(_ error: IOError) -> ControlExchange.Failure {
    neverConnected.contains(error.errnoCode)
      ? .notConnected(reason: words(error.errnoCode)) : .closed(reason: words(error.errnoCode))
  }

  private static func failure(_ error: NIOSSLError) -> ControlExchange.Failure {
    switch error {
    case .handshakeFailed(let detail): .tlsFailed(reason: reason(detail))
    case .unableToValidateCertificate, .noCertificateToValidate, .cannotMatchULabel:
      .tlsFailed(reason: reason(error))
    default: .closed(reason: ControlText.cleaned("\(error)", limit: 120))
    }
  }

  /// TLS's own words, and what they usually mean.
  private static func reason(_ error: any Error) -> String {
    let text = "\(error)"
    if text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("unableToValidate") {
      return "its certificate cannot be verified; is it expired or self-signed, and is this "
        + "machine's clock right?"
    }
    if text.contains("failedToValidateHostname") {
      return "its certificate is for another name"
    }
    if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
      return "what answers does not speak TLS; is it http instead of https?"
    }
    if text.contains("EOF during handshake") {
      return "the server ended the handshake; is it http instead of https?"
    }
    return ControlText.cleaned(text, limit: 160)
  }

  /// What the system says about an attempt to connect, never about a connection.
  private static let neverConnected: Set<CInt> = [
    ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ENETDOWN, EADDRNOTAVAIL, EACCES, EPERM, EMFILE, ENFILE,
    EAFNOSUPPORT,
  ]

  private static func words(_ code: CInt) -> String {
    switch code {
    case ECONNREFUSED: "connection refused; is the server running?"
    case EHOSTUNREACH, ENETUNREACH, ENETDOWN: "no way to that address; is the network up?"
    case ECONNRESET: "the other side reset it"
    case EPIPE: "the server closed it"
    default: ControlText.cleaned(String(cString: strerror(code)), limit: 80)
    }
  }
}
