import NIOCore

/// One liveview picture, compressed, as it came from the camera.
public struct JPEGFrame: Sendable {
  /// The JPEG from SOI to the real EOI; stale bytes after the EOI are already cut off.
  public var bytes: ByteBuffer
  /// Size from the frame header (SOF); it may change in mid-stream.
  public var size: PictureSize
  /// When the picture was taken, on the bridge's clock; strictly increasing within one input.
  public var presentationTime: MediaTime
  /// When the last byte of the picture arrived.
  public var arrivalTime: MediaTime

  public init(
    bytes: ByteBuffer, size: PictureSize, presentationTime: MediaTime, arrivalTime: MediaTime
  ) {
    self.bytes = bytes
    self.size = size
    self.presentationTime = presentationTime
    self.arrivalTime = arrivalTime
  }

  /// Size of the JPEG in bytes.
  public var byteCount: Int { bytes.readableBytes }
}
