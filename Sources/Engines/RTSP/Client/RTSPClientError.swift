import SDP

/// Why a client cannot get pictures from a server.
public enum RTSPClientError: Error, Sendable, Hashable {
  /// Bytes that are no RTSP message; the end of the message is unknown.
  case messageMalformed(RTSPError)
  /// The first line of an answer is not `RTSP/1.0 code reason`.
  case statusLineMalformed(position: Int)

  /// The URL is not `rtsp://[user[:password]@]host[:port][/path][?query]`.
  case urlMalformed(position: Int)
  /// A scheme other than `rtsp`.
  case schemeUnsupported(String)

  /// An answer that is neither success nor one of the cases below.
  case refused(RTSPMethod, code: Int, reason: String)
  /// The server sends its clients elsewhere; `location` is free of user name and password.
  case redirected(RTSPMethod, location: String?)
  /// The server wants a user name and there is none.
  case credentialMissing(realm: String?)
  case credentialRejected(realm: String?)
  /// The server offers none of the schemes this client knows: Basic, and Digest with MD5 or
  /// SHA-256.
  case authenticationUnsupported(offered: [String])

  /// DESCRIBE was answered with something else than a session description.
  case notADescription(contentType: String?)
  case descriptionMalformed(SDPError)
  /// The description has no H.264; `offered` lists the encoding names it has.
  case noH264(offered: [String])
  /// The interleaved mode of RFC 6184, which needs reordering.
  case packetizationModeUnsupported(Int)
  /// `a=control` cannot be made into a URL.
  case controlURLMalformed
  /// SETUP was accepted, but not for TCP in this connection.
  case transportUnusable(String?)
  case sessionIDMissing
}
