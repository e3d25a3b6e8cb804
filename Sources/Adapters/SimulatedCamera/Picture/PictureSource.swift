import Media
import NIOCore
import TurboJPEG

/// Draws and compresses pictures of one size.
struct PictureSource: ~Copyable {
  private(set) var picture: SimulatedPicture
  private var encoder: JPEGEncoder
  private let quality: Int

  init(size: PictureSize, title: String, quality: Int) throws(TurboJPEGError) {
    picture = SimulatedPicture(size: size, title: title)
    encoder = try JPEGEncoder()
    self.quality = quality
  }

  /// The picture with this number as a JPEG in the camera's form.
  mutating func jpeg(
    frameNumber: UInt32, clock: String
  ) throws(TurboJPEGError) -> ByteBuffer {
    picture.draw(frameNumber: frameNumber, clock: clock)
    let jpeg = try encoder.encode(
      rgb: picture.rgb, size: picture.size, quality: quality, subsampling: .yuv422)
    return CameraJPEG.rearranged(jpeg) ?? jpeg
  }
}
