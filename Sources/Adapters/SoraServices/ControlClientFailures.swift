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
  ///
  /// - Parameter isConnected: Whether the connection came about, TLS included. An error of the
  ///   system says by itself nothing about that: a route may be lost at any time.
  static func failure(
    _ error: any Error, connectTimeout: Duration, isConnected: Bool,
    trustAnchors: TrustAnchors = TrustAnchors()
  ) -> ControlExchange.Failure? {
    let failure = classified(error, connectTimeout, trustAnchors)
    if case .closed(let reason)? = failure, !isConnected { return .notConnected(reason: reason) }
    return failure
  }

  private static func classified(
    _ error: any Error, _ connectTimeout: Duration, _ trustAnchors: TrustAnchors
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
      return .closed(reason: words(error.errnoCode))
    case ChannelError.connectTimeout:
      return .connectTimedOut(seconds: connectTimeout / .seconds(1))
    case let error as NIOSSLError:
      return failure(error, trustAnchors)
    case let error as NIOSSLExtraError:
      return tlsFailure(error, trustAnchors)
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

  private static func failure(
    _ error: NIOSSLError, _ trustAnchors: TrustAnchors
  ) -> ControlExchange.Failure {
    switch error {
    case .handshakeFailed(let detail): tlsFailure(detail, trustAnchors)
    case .unableToValidateCertificate, .noCertificateToValidate, .cannotMatchULabel:
      tlsFailure(error, trustAnchors)
    default: .closed(reason: ControlText.cleaned("\(error)", limit: 120))
    }
  }

  /// TLS's own words, and what they usually mean.
  private static func tlsFailure(
    _ error: any Error, _ trustAnchors: TrustAnchors
  ) -> ControlExchange.Failure {
    let text = "\(error)"
    if text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("unableToValidate") {
      return .certificateUnusable(reason: unverified(trustAnchors))
    }
    if text.contains("failedToValidateHostname") {
      return .certificateUnusable(reason: "its certificate is for another name")
    }
    if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
      return .tlsFailed(reason: "what answers does not speak TLS; is it http instead of https?")
    }
    if text.contains("EOF during handshake") {
      return .tlsFailed(reason: "the server ended the handshake; is it http instead of https?")
    }
    return .tlsFailed(reason: ControlText.cleaned(text, limit: 160))
  }

  /// TLS tells no more; these are the causes there are.
  private static func unverified(_ trustAnchors: TrustAnchors) -> String {
    let setting = trustAnchors.setting
    let question =
      trustAnchors.isEmpty
      ? "does the system know its CA? A CA of your own, or a self-signed certificate, is trusted "
        + "with \(setting)"
      : "is the root of its CA in the file of \(setting)?"
    return "its certificate cannot be verified; is it expired, is this machine's clock right, and "
      + question
  }

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
