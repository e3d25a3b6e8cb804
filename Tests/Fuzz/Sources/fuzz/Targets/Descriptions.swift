import Media
import NIOCore
import SDP

/// Session descriptions.
enum Descriptions {
  /// What is read and written is read and written the same from then on.
  static func sessionDescription(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let description = try? SessionDescription(parsing: text) else { return }
    require(description.media.count <= 16, "media are few")
    let written = description.serialized
    let wide = SessionDescription.Limits(byteCount: .max, lineCount: .max, mediaCount: 16)
    guard let again = try? SessionDescription(parsing: written, limits: wide) else {
      return require(false, "what is written can be read")
    }
    require(again.serialized == written, "writing changes nothing any more")
    require(again.media.count == description.media.count, "no line adds a medium")
    for media in description.media { check(media) }
    forwardedStream(text)
  }

  /// What is sent in place of a forwarded stream is described so that it is understood the same.
  private static func forwardedStream(_ text: String) {
    // What is written has lines that may have been missing, and longer line ends.
    guard text.utf8.count < 8000, text.utf8.count(where: { $0 == 10 || $0 == 13 }) < 200,
      let stream = try? ForwardedStream(parsing: text)
    else { return }
    require(stream.port > 0 && stream.payloadType < 128, "there is somewhere to send")
    let written = stream.sessionDescription(port: 5004, payloadType: 97).serialized
    let again = try? ForwardedStream(parsing: written)
    require(again?.port == 5004 && again?.payloadType == 97, "the description is of a stream")
    require(again?.parameters.profileLevelID == stream.parameters.profileLevelID, "same format")
  }

  private static func check(_ media: MediaDescription) {
    guard let payloadType = media.h264PayloadType else { return }
    let parameters = H264FormatParameters(
      parsing: media.formatParameters(payloadType: payloadType) ?? "")
    require(parameters.parameterSets.count <= 32, "parameter sets are few")
    require(parameters.parameterSets.allSatisfy { $0.count > 0 }, "parameter sets have bytes")
    let again = H264FormatParameters(parsing: parameters.serialized)
    require(again.profileLevelID == parameters.profileLevelID, "profiles survive")
    require(again.packetizationMode == parameters.packetizationMode, "modes survive")
    require(again.parameterSets.count <= parameters.parameterSets.count, "sets do not multiply")
  }
}
