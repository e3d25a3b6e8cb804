/// The one stream this server offers: a presentation with a single video track.
///
/// Clients build the track's URL in many ways; all of these name it for the path `/live/stream`:
/// `/live/stream/trackID=0`, `/live/stream?query/trackID=0` (ffmpeg), `/trackID=0` and
/// `/live/trackID=0` (clients that drop the last segment or the query), and `/live/stream` itself.
public struct RTSPPresentation: Sendable, Hashable {
  /// What a URL names here.
  public enum Resource: Sendable, Hashable {
    case server
    case presentation
    case track
    case nothing
  }

  /// The track's control URL in the session description.
  public static let trackControl = "trackID=0"

  private let segments: [String]
  /// The path with one leading slash and without a trailing one, percent-encoded where needed.
  public let path: String

  /// - Parameter path: As configured, for example `/live/stream`.
  public init(path: String) {
    segments = RTSPURL.segments(of: path)
    self.path = "/" + segments.map(Self.percentEncoded).joined(separator: "/")
  }

  /// Trailing and doubled slashes, queries and percent-encoding make no difference.
  public func resource(of url: RTSPURL) -> Resource {
    var named = url.segments
    if url.isWildcard || named.isEmpty { return segments.isEmpty ? .presentation : .server }
    if let last = named.last, let number = Self.trackNumber(last) {
      named.removeLast()
      return number == 0 && segments.starts(with: named) ? .track : .nothing
    }
    guard named == segments else { return .nothing }
    if let tail = url.query?.split(separator: "/").last, let number = Self.trackNumber(tail) {
      return number == 0 ? .track : .nothing
    }
    return .presentation
  }

  /// Value of `Content-Base`: the address as the client wrote it, our path, no query, and a
  /// slash at the end, so that joining and appending give the same track URL.
  ///
  /// - Parameters:
  ///   - authority: Used if the request has an absolute path only.
  ///   - scheme: The same.
  public func contentBase(
    for url: RTSPURL, authority: String, scheme defaultScheme: String = "rtsp"
  ) -> String {
    let scheme = url.scheme.isEmpty ? defaultScheme : url.scheme
    let host = url.authority.isEmpty ? authority : url.authority
    return "\(scheme)://\(host)\(path == "/" ? "" : path)/"
  }

  private static func trackNumber(_ segment: some StringProtocol) -> Int? {
    let parts = segment.split(separator: "=", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].isEqualIgnoringCase("trackID") else { return nil }
    return parts[1].decimal(as: Int.self) ?? -1
  }

  private static func percentEncoded(_ segment: String) -> String {
    let digits = Array("0123456789ABCDEF".unicodeScalars)
    var text = String.UnicodeScalarView()
    for byte in segment.utf8 {
      if byte.isASCIILetter || byte.isASCIIDigit || "-._~!$&'()*+=:@".utf8.contains(byte) {
        text.append(Unicode.Scalar(byte))
      } else {
        text.append("%")
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
      }
    }
    return String(text)
  }
}
