import Foundation
import RTSP

/// Where a picture is to come from, as the first argument says it.
enum SnapshotSource: Sendable {
  /// A stream; the picture is its first whole IDR.
  case rtsp(RTSPEndpoint)
  /// A JPEG somewhere, for example the bridge's own `/snapshot.jpg`.
  case http(HTTPPictureURL)
  /// A camera; nil searches for one.
  case camera(address: String?)

  /// - Throws: `SnapshotError.sourceNotUnderstood`.
  init(parsing text: String) throws(SnapshotError) {
    let lowered = text.lowercased()
    if lowered == "camera" {
      self = .camera(address: nil)
    } else if lowered.hasPrefix("camera:"), text.count > "camera:".count {
      self = .camera(address: String(text.dropFirst("camera:".count)))
    } else if lowered.hasPrefix("http://") || lowered.hasPrefix("https://") {
      guard let url = HTTPPictureURL(parsing: text) else {
        throw .sourceNotUnderstood("not a usable http URL")
      }
      self = .http(url)
    } else {
      do {
        self = .rtsp(try RTSPEndpoint(parsing: text))
      } catch {
        throw .sourceNotUnderstood(Self.reason(error))
      }
    }
  }

  private static func reason(_ error: RTSPClientError) -> String {
    switch error {
    case .schemeUnsupported(let scheme):
      "\(scheme):// is not supported; rtsp://, http://, https:// and camera are"
    default:
      "must be like rtsp://host:port/path, http://host/picture.jpg or camera; "
        + "special characters in a user name or password are written %40 for @, %2F for /"
    }
  }

  /// For reports, without user name and password.
  var name: String {
    switch self {
    case .rtsp(let endpoint): endpoint.url
    case .http(let url): url.text
    case .camera(let address): address.map { "camera at \($0)" } ?? "camera"
    }
  }

  /// User name and password in the URL.
  var login: (username: String?, password: String?) {
    switch self {
    case .rtsp(let endpoint): (endpoint.username, endpoint.password)
    case .http(let url): (url.username, url.password)
    case .camera: (nil, nil)
    }
  }
}

/// An `http` or `https` URL with user name and password taken out.
struct HTTPPictureURL: Sendable {
  /// What is asked for, and shown in reports.
  let text: String
  let host: String
  let port: Int
  let username: String?
  let password: String?

  init?(parsing text: String) {
    guard var components = URLComponents(string: text), let host = components.host, !host.isEmpty
    else { return nil }
    username = components.user
    password = components.password
    components.user = nil
    components.password = nil
    guard let plain = components.string else { return nil }
    self.text = plain
    self.host = host
    port = components.port ?? (components.scheme?.lowercased() == "https" ? 443 : 80)
  }
}
