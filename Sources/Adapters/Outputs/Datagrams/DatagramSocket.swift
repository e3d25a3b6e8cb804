import CPlatform
import NIOCore
import RTP

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Sends the packets of a picture through a UDP socket with as few system calls as it takes.
///
/// Equally long datagrams go to the kernel as one buffer that it cuts apart (UDP segmentation
/// offload), measured at a third of the processor time of one message each. Where the kernel, the
/// route or the network card does not do that, which only shows when it is tried, datagrams go one
/// by one from then on. It is tried outside of NIO, whose channel would be closed by the refusal;
/// whatever cannot be sent at once goes to the channel's queue and keeps its order there.
///
/// Use it on the channel's event loop only.
final class DatagramSocket: Sendable {
  let channel: any Channel
  private let state: NIOLoopBoundBox<State>

  private struct State {
    var isSegmenting: Bool
    var segmentedRuns: UInt64 = 0
  }

  /// - Parameter allowsSegmentation: False sends every datagram by itself.
  init(
    _ channel: any Channel, allowsSegmentation: Bool = System.supportsUDPSegmentationOffload
  ) {
    self.channel = channel
    state = .makeBoxSendingValue(
      State(isSegmenting: allowsSegmentation), eventLoop: channel.eventLoop)
  }

  /// False once the socket has refused to cut datagrams apart.
  var isSegmenting: Bool { state.value.isSegmenting }
  /// Runs of several datagrams the kernel has taken with one call.
  var segmentedRuns: UInt64 { state.value.segmentedRuns }

  /// Sends the datagrams of `range`, or all, and flushes the channel.
  ///
  /// - Parameter failed: Called for each datagram that was queued and then not sent.
  func send(
    _ datagrams: RTPDatagrams, _ range: Range<Int>? = nil, to address: SocketAddress,
    failed: (@Sendable (any Error) -> Void)? = nil
  ) {
    let range = range ?? datagrams.indices
    var isDirect = isSegmenting && channel.isActive && isQueueEmpty
    for run in datagrams.runs(of: range) {
      if isDirect { isDirect = sendNow(run, to: address) }
      guard !isDirect else { continue }
      for index in run.range {
        let envelope = AddressedEnvelope(remoteAddress: address, data: datagrams[index])
        if let failed {
          channel.write(envelope).whenFailure(failed)
        } else {
          channel.write(envelope, promise: nil)
        }
      }
    }
    channel.flush()
  }

  /// Datagrams that wait must leave first.
  private var isQueueEmpty: Bool {
    (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) == 0
  }

  /// One system call; false if the kernel does not take the run now or like this.
  private func sendNow(_ run: RTPDatagrams.Run, to address: SocketAddress) -> Bool {
    let segmentSize = run.range.count > 1 ? UInt16(clamping: run.segmentSize) : 0
    let code =
      try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
        of: NIOBSDSocket.Handle.self
      ) { socket in
        address.withSockAddr { pointer, size in
          run.bytes.withUnsafeReadableBytes { bytes in
            liveview_send_segments(
              socket, pointer, socklen_t(size), bytes.baseAddress, bytes.count, segmentSize)
          }
        }
      }
    guard let code else {
      state.value.isSegmenting = false
      return false
    }
    if segmentSize > 0 {
      if code == 0 { state.value.segmentedRuns &+= 1 }
      if Self.refusals.contains(code) { state.value.isSegmenting = false }
    }
    return code == 0
  }

  /// EINVAL: the path is too narrow for a segment. EIO: the network card makes no checksums. The
  /// others: an old kernel, or a socket of another kind.
  private static let refusals: Set<Int32> = [
    EINVAL, EIO, EMSGSIZE, ENOPROTOOPT, EOPNOTSUPP, ENOSYS,
  ]
}
