import Media
import TurboJPEG
import X264

/// One JPEG decoder and one H.264 encoder with the planes between them.
///
/// A change of picture size opens a new encoder. Used by one thread only.
struct PictureCodec: ~Copyable {
  /// Why a picture gave no access unit.
  enum Failure: Error, CustomStringConvertible {
    /// The JPEG cannot be decoded, or only in part.
    case badPicture(String)
    /// The encoder cannot be opened or refuses to encode.
    case encoder(String)

    var description: String {
      switch self {
      case .badPicture(let reason): "unusable JPEG: \(reason)"
      case .encoder(let reason): "encoder: \(reason)"
      }
    }
  }

  private var decoder: JPEGDecoder
  private var encoder: H264Encoder
  private var planes: PixelFrame
  /// What the planes show, if it is an offline picture.
  private var offlineIdentity: OfflinePicture.Identity?
  private var settings: H264EncoderSettings
  /// Parameter sets and size of what comes next.
  private(set) var format: VideoFormat

  init(settings: H264EncoderSettings) throws(Failure) {
    // Both first, then the properties: a half-initialised noncopyable value cannot be undone.
    let decoder = try Self.openDecoder()
    let encoder = try Self.openEncoder(settings)
    self.settings = settings
    planes = PixelFrame(size: settings.size)
    format = VideoFormat(
      parameterSets: encoder.parameterSets, size: settings.codedSize,
      bitrateKbps: settings.bitrateKbps)
    self.decoder = decoder
    self.encoder = encoder
  }

  private static func openDecoder() throws(Failure) -> JPEGDecoder {
    do {
      return try JPEGDecoder()
    } catch {
      throw .badPicture("\(error)")
    }
  }

  private static func openEncoder(_ settings: H264EncoderSettings) throws(Failure) -> H264Encoder {
    do {
      return try H264Encoder(settings: settings)
    } catch {
      throw .encoder("\(error)")
    }
  }

  /// Decodes `frame` into the planes.
  mutating func decode(_ frame: JPEGFrame) throws(Failure) {
    offlineIdentity = nil
    let damage: String?
    do {
      damage = try decoder.decode(frame.bytes, into: &planes).damage
    } catch {
      throw .badPicture("\(error)")
    }
    if let damage { throw .badPicture(damage) }
  }

  /// Brings an offline picture into the planes; costs nothing if it is there already.
  ///
  /// - Parameter slate: The picture's card in words.
  mutating func prepare(
    _ picture: OfflinePicture, slate: OfflineSlate, artist: inout SlateArtist
  ) throws(Failure) {
    let identity = picture.identity(sinceUnixNanoseconds: slate.sinceUnixNanoseconds)
    guard offlineIdentity != identity else { return }
    switch picture.look {
    case .frozen(let frame):
      try decode(frame)
    case .slate(let frame):
      let hasPicture = decodeIfPossible(frame)
      if !hasPicture { planes = PixelFrame(size: settings.size) }
      artist.draw(slate, onto: &planes, hasPicture: hasPicture)
    }
    offlineIdentity = identity
  }

  /// Whether the planes now show `frame`, whole.
  private mutating func decodeIfPossible(_ frame: JPEGFrame?) -> Bool {
    guard let frame else { return false }
    do {
      try decode(frame)
      return true
    } catch {
      // It was counted when it came; a card without a picture is as good.
      return false
    }
  }

  /// The planes as a JPEG of their own, made at `time`.
  func jpegOfPlanes(at time: MediaTime) throws(Failure) -> JPEGFrame {
    do {
      var encoder = try JPEGEncoder()
      let bytes = try encoder.encode(planes, quality: Self.jpegQuality)
      return JPEGFrame(
        bytes: bytes, size: planes.size, presentationTime: time, arrivalTime: time)
    } catch {
      throw .badPicture("\(error)")
    }
  }

  /// Fine enough for letters.
  private static let jpegQuality = 90

  /// Encodes what was decoded last. A new size makes an IDR.
  ///
  /// - Parameter isStill: True for an offline picture, which stands until something changes.
  mutating func encode(
    at presentationTime: MediaTime, forceIDR: Bool, isStill: Bool = false
  ) throws(Failure) -> EncodedPicture {
    if planes.size != settings.size { try resize(to: planes.size) }
    do {
      return try encoder.encode(
        planes, presentationTime: presentationTime, forceIDR: forceIDR, isStill: isStill)
    } catch {
      throw .encoder("\(error)")
    }
  }

  /// Opens the encoder anew: nobody has seen what it made so far, and its rate control would still
  /// count it as if it had just been sent. The parameter sets stay the same.
  mutating func forgetWhatWasSent() throws(Failure) {
    encoder = try Self.openEncoder(settings)
  }

  /// Opens an encoder for another picture size.
  mutating func resize(to size: PictureSize) throws(Failure) {
    guard size != settings.size else { return }
    var resized = settings
    resized.size = size
    encoder = try Self.openEncoder(resized)
    settings = resized
    format.size = resized.codedSize
    format.parameterSets = encoder.parameterSets
  }

  /// Aims at another bit rate from the next picture on.
  mutating func setBitrate(kbps: Int) throws(Failure) {
    settings.bitrateKbps = kbps
    format.bitrateKbps = kbps
    do {
      try encoder.reconfigure(bitrateKbps: kbps)
    } catch {
      throw .encoder("\(error)")
    }
  }
}
