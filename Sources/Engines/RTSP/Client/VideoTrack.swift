import Media
import SDP

/// The H.264 track of a presentation, as DESCRIBE tells it.
struct VideoTrack: Sendable {
  /// URL for PLAY and TEARDOWN: the whole presentation.
  var presentationURL: String
  /// URL for SETUP.
  var trackURL: String
  var payloadType: UInt8
  /// From `sprop-parameter-sets`; empty if they come in band only.
  var parameterSets: [NALUnit]

  /// Takes the first H.264 video there is.
  ///
  /// - Parameters:
  ///   - base: Base for relative control URLs.
  ///   - urlLimit: Bytes of a URL.
  /// - Throws: `noH264`, `packetizationModeUnsupported` or `controlURLMalformed`.
  init(
    in description: SessionDescription, base: String, urlLimit: Int
  ) throws(RTSPClientError) {
    let tracks = description.media.lazy.filter { $0.type == "video" }
      .compactMap { media in media.h264PayloadType.map { (media, $0) } }
    guard let (media, payloadType) = tracks.first else {
      throw .noH264(offered: Self.encodingNames(in: description))
    }
    self.payloadType = payloadType
    let parameters = H264FormatParameters(
      parsing: media.formatParameters(payloadType: payloadType) ?? "")
    guard (0...1).contains(parameters.packetizationMode) else {
      throw .packetizationModeUnsupported(parameters.packetizationMode)
    }
    parameterSets = parameters.parameterSets
    let whole = description.attributes.first { $0.name == "control" }?.value
    presentationURL = try ControlURL.resolve(whole, base: base, limit: urlLimit)
    // Relative to the base, not to the presentation's own control URL: RFC 2326 §C.1.1.
    trackURL = try ControlURL.resolve(media.attribute("control"), base: base, limit: urlLimit)
  }

  private static func encodingNames(in description: SessionDescription) -> [String] {
    description.media.map { media in
      let names = media.attributes.filter { $0.name == "rtpmap" }.compactMap { attribute in
        attribute.value?.split(separator: " ").dropFirst().first?.split(separator: "/").first
      }
      return names.first.map(String.init) ?? media.type
    }
  }
}
