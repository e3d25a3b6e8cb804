import Media
import NIOCore

/// One packet of the liveview stream that means something to this program.
public enum LiveviewPacket: Sendable, Hashable {
  case image(LiveviewImage)
  case frameInformation(LiveviewFrameInformation)
}

/// One picture as the camera sent it.
public struct LiveviewImage: Sendable, Hashable {
  /// The JPEG from SOI to its real EOI; shares the storage of the received bytes.
  public var bytes: ByteBuffer
  /// What the JPEG's own header says.
  public var outline: JPEGOutline
  public var sequenceNumber: UInt16
  /// The camera's clock; see `CameraClock`.
  public var cameraMilliseconds: UInt32
}

/// Where the camera sees focus points and faces in the image that follows.
///
/// Sent only after `setLiveviewFrameInfo`, by cameras whose remote app has it.
///
/// Source: Camera Remote API, "Liveview frame information".
public struct LiveviewFrameInformation: Sendable, Hashable {
  /// Bytes of one frame.
  public static let frameByteCount = 16
  /// Most frames that are kept; cameras send up to 39.
  public static let maximumFrameCount = 64

  public var frames: [FocusFrame]
  public var sequenceNumber: UInt16
  public var cameraMilliseconds: UInt32

  public init(frames: [FocusFrame], sequenceNumber: UInt16, cameraMilliseconds: UInt32) {
    self.frames = frames
    self.sequenceNumber = sequenceNumber
    self.cameraMilliseconds = cameraMilliseconds
  }

  /// Reads the payload of a frame information packet; incomplete frames at the end are left out.
  init(header: LiveviewPacketHeader, payload: ByteBuffer) {
    var rest = payload
    var frames: [FocusFrame] = []
    while frames.count < Self.maximumFrameCount, let frame = FocusFrame(from: &rest) {
      frames.append(frame)
    }
    self.init(
      frames: frames, sequenceNumber: header.sequenceNumber,
      cameraMilliseconds: header.cameraMilliseconds)
  }

  /// Appends header and payload to `buffer`.
  public func encode(into buffer: inout ByteBuffer) {
    let count = UInt32(UInt16(truncatingIfNeeded: frames.count))
    let versionOneZero: UInt32 = 0x0100
    let header = LiveviewPacketHeader(
      payloadType: .frameInformation, sequenceNumber: sequenceNumber,
      cameraMilliseconds: cameraMilliseconds, payloadSize: frames.count * Self.frameByteCount,
      detail: versionOneZero << 16 | count, detailSize: UInt16(Self.frameByteCount))
    header.encode(into: &buffer)
    for frame in frames { frame.encode(into: &buffer) }
  }
}

/// One rectangle the camera draws over its picture.
public struct FocusFrame: Sendable, Hashable {
  /// Edges in 1/10 000 of the picture's width or height.
  public var left: UInt16
  public var top: UInt16
  public var right: UInt16
  public var bottom: UInt16
  /// 1 contrast detection, 2 phase detection, 4 face, 5 tracking.
  public var category: UInt8
  /// 1 normal, 2 main, 3 sub, 4 focused.
  public var status: UInt8
  /// 1 selected, 2 large.
  public var additionalStatus: UInt8

  public init(
    left: UInt16, top: UInt16, right: UInt16, bottom: UInt16, category: UInt8, status: UInt8,
    additionalStatus: UInt8 = 0
  ) {
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
    self.category = category
    self.status = status
    self.additionalStatus = additionalStatus
  }

  fileprivate init?(from buffer: inout ByteBuffer) {
    guard
      let edges = buffer.readMultipleIntegers(as: (UInt16, UInt16, UInt16, UInt16).self),
      let kinds = buffer.readMultipleIntegers(as: (UInt8, UInt8, UInt8).self),
      buffer.readableBytes >= 5
    else { return nil }
    buffer.moveReaderIndex(forwardBy: 5)
    self.init(
      left: edges.0, top: edges.1, right: edges.2, bottom: edges.3, category: kinds.0,
      status: kinds.1, additionalStatus: kinds.2)
  }

  fileprivate func encode(into buffer: inout ByteBuffer) {
    buffer.writeMultipleIntegers(left, top, right, bottom)
    buffer.writeMultipleIntegers(category, status, additionalStatus)
    buffer.writeRepeatingByte(0, count: 5)
  }
}
