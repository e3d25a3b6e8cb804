import NIOCore
import SDP

@testable import RTSP

/// Values of single headers, and URLs.
enum RTSPFields {
  /// `Transport`: what is accepted can be answered, and the answer says the same.
  static func transport(_ bytes: [UInt8]) {
    let values = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    guard let header = try? TransportHeader(parsing: values) else { return }
    require((1...16).contains(header.entries.count), "entries are few")
    if let (_, transport) = header.firstSupported(TransportOffer(allowsUDP: false)) {
      guard case .interleaved = transport else {
        return require(false, "no UDP where it is switched off")
      }
    }
    let offer = TransportOffer(allowsUDP: true)
    guard let (entry, transport) = header.firstSupported(offer) else { return }
    let ports = PortPair(rtp: 5000, rtcp: 5001)
    let answer = entry.accepted(transport, serverPorts: ports, ssrc: 0xABCD)
    let again = try? TransportHeader(parsing: [answer])
    require(again?.entries.count == 1, "an answer has one entry: \(answer)")
    let repeated = again?.firstSupported(offer)?.transport
    require(repeated == transport, "the answer says what was accepted: \(answer)")
  }

  /// `Range`: parameters after the range make no difference.
  static func range(_ bytes: [UInt8]) {
    let value = String(decoding: bytes, as: UTF8.self)
    let isValid = RangeHeader.isValid(value)
    guard !value.utf8.contains(UInt8(ascii: ";")) else { return }
    let withTime = RangeHeader.isValid(value + ";time=20260101T000000Z")
    require(withTime == isValid, "the time of a range makes no difference")
    if value.isASCII { require(RangeHeader.isValid(value + " ") == isValid, "nor does space") }
  }

  /// URLs of requests, of a client's command line, and of `a=control`.
  static func url(_ bytes: [UInt8]) {
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    let text = String(lines[0])
    requested(text)
    if let endpoint = try? RTSPEndpoint(parsing: text) {
      require((0...65_535).contains(endpoint.port), "ports are ports")
      let shown = try? RTSPEndpoint(parsing: endpoint.url)
      require(shown?.port == endpoint.port, "the URL shown leads to the same port")
      require(shown?.username == nil, "the URL shown has no user name")
    }
    let control = lines.count > 1 ? String(lines[1]) : nil
    if let joined = try? ControlURL.resolve(control, base: text, limit: 200) {
      require(joined.utf8.count <= 200, "joined URLs are short")
      require((try? RTSPURL(parsing: joined)) != nil, "joined URLs are URLs")
    }
  }

  private static func requested(_ text: String) {
    guard let url = try? RTSPURL(parsing: text) else { return }
    require(!url.authority.contains("@"), "user names are dropped")
    if !url.authority.isEmpty {
      let again = try? RTSPURL(parsing: url.absolute)
      require(again == url || url.query == "", "a URL put together is read the same")
    }
    for path in ["/live/stream", "/"] {
      let presentation = RTSPPresentation(path: path)
      _ = presentation.resource(of: url)
      let base = presentation.contentBase(for: url, authority: "camera:8554")
      guard let named = try? RTSPURL(parsing: base + RTSPPresentation.trackControl) else {
        return require(false, "a track's URL is a URL: \(base)")
      }
      require(presentation.resource(of: named) == .track, "a track's URL names the track")
    }
    let own = RTSPPresentation(path: url.path)
    guard let base = try? RTSPURL(parsing: own.contentBase(for: url, authority: "camera")) else {
      return require(false, "any path can be a presentation")
    }
    // A path that ends like a track's is one nobody would configure.
    guard !(base.segments.last?.lowercased().hasPrefix("trackid=") ?? false) else { return }
    require(own.resource(of: base) == .presentation, "a presentation's own URL names it")
  }
}

extension String {
  var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }
}
