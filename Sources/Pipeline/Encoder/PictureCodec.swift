import Media
import TurboJPEG
import X264

/// One JPEG decoder and one H.264 encoder with the planes between them.
///
/// A change of picture size opens a new encoder. Used by one thread only.
struct PictureCodec: ~Copyable {
  /// Why a picture gave no access unit.
  enum Failure: Error {
    /// The JPEG cannot be decoded, or only in part.
    case badPicture(String)
    /// The encoder cannot be opened or refuses to encode.
    case encoder(String)
  }

  private var decoder: JPEGDecoder
  private var encoder: H264Encoder
  private var planes: PixelFrame
  private var settings: H264EncoderSettings
  /// Parameter sets and size of what comes next.
  private(set) var format: VideoFormat

  init(settings: H264EncoderSettings) throws(Failure) {
    self.settings = settings
    planes = PixelFrame(size: settings.size)
    do {
      decoder = try JPEGDecoder()
      encoder = try H264Encoder(settings: settings)
    } catch {
      throw .encoder("\(error)")
    }
    format = VideoFormat(
      parameterSets: encoder.parameterSets, size: settings.size,
      bitrateKbps: settings.bitrateKbps)
  }

  /// Decodes `frame` into the planes.
  mutating func decode(_ frame: JPEGFrame) throws(Failure) {
    do {
      let picture = try decoder.decode(frame.bytes, into: &planes)
      if let damage = picture.damage { throw Failure.badPicture(damage) }
    } catch let failure as Failure {
      throw failure
    } catch {
      throw .badPicture("\(error)")
    }
  }

  /// Encodes what was decoded last. A new size makes an IDR.
  mutating func encode(
    at presentationTime: MediaTime, forceIDR: Bool
  ) throws(Failure) -> EncodedPicture {
    if planes.size != settings.size { try resize(to: planes.size) }
    do {
      return try encoder.encode(planes, presentationTime: presentationTime, forceIDR: forceIDR)
    } catch {
      throw .encoder("\(error)")
    }
  }

  /// Opens an encoder for another picture size.
  mutating func resize(to size: PictureSize) throws(Failure) {
    guard size != settings.size else { return }
    settings.size = size
    do {
      encoder = try H264Encoder(settings: settings)
    } catch {
      throw .encoder("\(error)")
    }
    format.size = size
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
