import Media
import NIOCore

extension NALUnit {
  init(_ bytes: [UInt8]) {
    self.init(bytes: ByteBuffer(bytes: bytes))
  }

  var array: [UInt8] { Array(bytes.readableBytesView) }
}
