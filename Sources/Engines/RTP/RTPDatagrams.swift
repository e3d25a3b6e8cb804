import NIOCore

/// The RTP packets of one picture as datagrams, one after the other in one buffer.
///
/// They lie without gaps so that a UDP socket can be given many of them with one system call and
/// cut them apart itself (UDP segmentation offload): see ``runs(of:)``. As a collection the value
/// has one element per datagram; elements share the buffer.
public struct RTPDatagrams: RandomAccessCollection, Sendable, Hashable {
  /// All datagrams.
  public let bytes: ByteBuffer
  /// Where each datagram ends, counted from the first readable byte.
  private let ends: [Int]

  init(bytes: ByteBuffer, ends: [Int]) {
    self.bytes = bytes
    self.ends = ends
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { ends.count }

  /// One datagram; an index outside gives an empty one.
  public subscript(index: Int) -> ByteBuffer {
    slice(index..<index + 1)
  }

  /// Bytes of one datagram.
  public func length(at index: Int) -> Int {
    guard ends.indices.contains(index) else { return 0 }
    return ends[index] - (index > 0 ? ends[index - 1] : 0)
  }

  /// Neighbours that a socket can send with one call: all as long as the first one, except the
  /// last one, which may be shorter.
  public struct Run: Sendable, Hashable {
    public let bytes: ByteBuffer
    /// Bytes of every datagram but the last one.
    public let segmentSize: Int
    /// Which datagrams these are.
    public let range: Range<Int>
  }

  /// Datagrams of one run at most; the kernel's own limit (`UDP_MAX_SEGMENTS`) before Linux 6.9.
  public static let maxRunCount = 64
  /// Bytes of one run at most: the payload of the largest UDP datagram over IPv4.
  public static let maxRunBytes = 65_507

  /// All datagrams of `range` in runs as long as possible, in order.
  ///
  /// The packetizer makes fragments of equal size, so a picture is one run, or two if parameter
  /// sets come first.
  public func runs(of range: Range<Int>) -> [Run] {
    var runs: [Run] = []
    var start = range.clamped(to: indices).lowerBound
    let end = range.clamped(to: indices).upperBound
    while start < end {
      let size = length(at: start)
      var next = start + 1
      var total = size
      while next < end, next - start < Self.maxRunCount, length(at: next) <= size,
        total + length(at: next) <= Self.maxRunBytes
      {
        total += length(at: next)
        next += 1
        // A shorter one ends the run.
        if length(at: next - 1) < size { break }
      }
      runs.append(Run(bytes: slice(start..<next), segmentSize: size, range: start..<next))
      start = next
    }
    return runs
  }

  private func slice(_ range: Range<Int>) -> ByteBuffer {
    guard !range.isEmpty, range.lowerBound >= 0, range.upperBound <= ends.count else {
      return ByteBuffer()
    }
    let start = range.lowerBound > 0 ? ends[range.lowerBound - 1] : 0
    let length = ends[range.upperBound - 1] - start
    return bytes.getSlice(at: bytes.readerIndex + start, length: length) ?? ByteBuffer()
  }
}
