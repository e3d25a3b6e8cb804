import JSON

/// One rendition of an HLS stream: what ImageFlux transcodes to.
public struct HLSRendition: Sendable, Hashable {
  public struct Video: Sendable, Hashable {
    /// Pixels, 36 to 4096.
    public var width: Int
    /// Pixels, 36 to 4096.
    public var height: Int
    /// Frames per second.
    public var fps: Int?
    /// bit/s at most.
    public var bps: Int?
    public var codec: Codec?

    public init(
      width: Int, height: Int, fps: Int? = nil, bps: Int? = nil, codec: Codec? = nil
    ) {
      self.width = width
      self.height = height
      self.fps = fps
      self.bps = bps
      self.codec = codec
    }
  }

  public struct Audio: Sendable, Hashable {
    /// bit/s, 32000 to 320000: ImageFlux takes the next lower one it has; 96000 if nil.
    public var bps: Int?

    public init(bps: Int? = nil) {
      self.bps = bps
    }
  }

  /// The profile of H.264.
  public enum Codec: String, Sendable, Hashable, CaseIterable {
    case high = "h264_high"
    case main = "h264_main"
    case baseline = "h264_baseline"
  }

  /// Length of a segment.
  public var durationSeconds: Double
  /// Where players begin, in seconds; negative is counted from the end.
  public var startTimeOffset: Double?
  public var video: Video?
  public var audio: Audio?
  /// Where the rendition is archived; empty for nowhere.
  public var archiveDestinationID: String?

  public init(
    durationSeconds: Double, startTimeOffset: Double? = nil, video: Video? = nil,
    audioBps: Int? = nil, archiveDestinationID: String? = nil
  ) {
    self.durationSeconds = durationSeconds
    self.startTimeOffset = startTimeOffset
    self.video = video
    audio = audioBps.map { Audio(bps: $0) }
    self.archiveDestinationID = archiveDestinationID
  }

  static let keys = [
    ControlKey("durationSeconds", .number(0.1...3600), "length of a segment in seconds"),
    ControlKey(
      "startTimeOffset", .number(-86_400...86_400),
      "where players begin, in seconds; negative is counted from the end"
    ).optional,
    ControlKey("video", .record(videoKeys), "the video").optional,
    ControlKey(
      "audio",
      .record([
        ControlKey(
          "bps", .integer(32_000...320_000), "bit/s; ImageFlux rounds down; 96000 if not given"
        ).optional
      ]),
      "the audio"
    ).optional,
    ControlKey(
      "archive",
      .record([
        ControlKey(
          "archive_destination_id", .text(bytes: 0...255), "ID of the destination; empty for none")
      ]), "where it is archived"
    ).optional,
  ]

  private static let videoKeys = [
    ControlKey("width", .integer(36...4096), "pixels"),
    ControlKey("height", .integer(36...4096), "pixels"),
    ControlKey("fps", .integer(1...240), "frames per second").optional,
    ControlKey("bps", .integer(1...1_000_000_000), "bit/s at most").optional,
    ControlKey("codec", .choice(Codec.allCases.map(\.rawValue)), "profile of H.264").optional,
  ]

  init(_ given: CheckedParameters) {
    durationSeconds = given.optionalNumber("durationSeconds") ?? 0
    startTimeOffset = given.optionalNumber("startTimeOffset")
    video = given.record("video").map { given in
      Video(
        width: given.integer("width"), height: given.integer("height"),
        fps: given.optionalInteger("fps"), bps: given.optionalInteger("bps"),
        codec: given.optionalText("codec").flatMap(Codec.init(rawValue:)))
    }
    audio = given.record("audio").map { Audio(bps: $0.optionalInteger("bps")) }
    archiveDestinationID = given.record("archive")?.optionalText("archive_destination_id")
  }

  var json: JSONValue {
    let video = video.map { video in
      JSONValue.object(
        .init(given: [
          "width": .integer(video.width), "height": .integer(video.height),
          "fps": video.fps.map(JSONValue.integer), "bps": video.bps.map(JSONValue.integer),
          "codec": video.codec.map { .string($0.rawValue) },
        ]))
    }
    return .object(
      .init(given: [
        "durationSeconds": JSONValue(durationSeconds),
        "startTimeOffset": startTimeOffset.map { JSONValue($0) }, "video": video,
        "audio": audio.map { .object(.init(given: ["bps": $0.bps.map(JSONValue.integer)])) },
        "archive": archiveDestinationID.map { ["archive_destination_id": .string($0)] },
      ]))
  }
}
