import Pipeline
import SoraControl

/// Settings of one HLS rendition, section `imageFlux.rendition.<name>`.
///
/// | key | type | default | range |
/// |---|---|---|---|
/// | `durationSeconds` | length of a segment | 1 | 0.1…60 |
/// | `startTimeOffsetSeconds` | where players begin, counted from the end | -2 | -600…-0.1 |
/// | `width`, `height` | pixels | 640, 424 | 36…4096 |
/// | `fps` | pictures per second | 30 | 1…240 |
/// | `videoBitrateKbps` | kbit/s | 2000 | 10…100000 |
/// | `videoCodec` | text | none: ImageFlux's choice, `h264_high` | `h264_high`, `h264_main`, `h264_baseline` |
/// | `audioBitrateKbps` | kbit/s | 0: no audio | 0, 32…320 |
/// | `archiveDestinationID` | text | none: no archive | 1 to 255 bytes |
struct HLSRenditionSettings: Sendable, Hashable {
  var rendition: HLSRendition

  /// What is asked for when no rendition is named: what the camera gives, and no audio.
  static let standard = HLSRendition(
    durationSeconds: 1, startTimeOffset: -2,
    video: HLSRendition.Video(width: 640, height: 424, fps: 30, bps: 2_000_000))

  init(reader: SettingsReader) {
    let video = HLSRendition.Video(
      width: reader.int("width", default: 640, in: 36...4096),
      height: reader.int("height", default: 424, in: 36...4096),
      fps: reader.int("fps", default: 30, in: 1...240),
      bps: reader.int("videoBitrateKbps", default: 2000, in: 10...100_000) * 1000,
      codec: Self.codec(reader))
    let duration = reader.double("durationSeconds", default: 1, in: 0.1...60)
    let offset = reader.double("startTimeOffsetSeconds", default: -2, in: -600 ... -0.1)
    rendition = HLSRendition(
      durationSeconds: duration, startTimeOffset: offset, video: video,
      audioBps: Self.audioBps(reader),
      archiveDestinationID: reader.text(
        "archiveDestinationID", as: "hls.archive.archive_destination_id",
        of: CreateChannel.operation))
  }

  private static func codec(_ reader: SettingsReader) -> HLSRendition.Codec? {
    let names = HLSRendition.Codec.allCases.map(\.rawValue)
    let name = reader.string(
      "videoCodec", default: "", allowed: "one of \(names.joined(separator: ", ")), or nothing"
    ) { $0.isEmpty || names.contains($0) }
    return HLSRendition.Codec(rawValue: name)
  }

  private static func audioBps(_ reader: SettingsReader) -> Int? {
    let kbps = reader.int("audioBitrateKbps", default: 0, in: 0...320)
    guard kbps == 0 || kbps >= 32 else {
      reader.report("audioBitrateKbps", value: "\(kbps)", allowed: "0 for none, or from 32 to 320")
      return nil
    }
    return kbps == 0 ? nil : kbps * 1000
  }
}
