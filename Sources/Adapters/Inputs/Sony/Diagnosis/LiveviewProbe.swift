import Media
import NIOCore
import NIOHTTP1
import NIOPosix
import Pipeline
import SonyCamera

/// What a liveview stream was like.
struct LiveviewFinding: Sendable, Hashable {
  enum End: String, Sendable {
    /// Measured for as long as was asked.
    case measured = "measured to the end"
    case unreachable = "no connection"
    case refused = "refused"
    case noPicture = "no picture in time"
    case closed = "closed before the end"
    case unreadable = "not a liveview stream"
  }

  var end = End.unreachable
  var status: Int?
  var fields: [HeaderField] = []
  /// Since the connection was asked for.
  var connectedAfter: Duration?
  /// Since the GET.
  var headAfter: Duration?
  var firstByteAfter: Duration?
  var firstPictureAfter: Duration?
  /// The first packet's header, and how many bytes are set where the documents have zeros.
  var firstHeader: LiveviewPacketHeader?
  var unexpectedHeaderByteCount = 0
  /// Pictures by size and subsampling, such as `640x424 4:2:2`.
  var kinds: [String: Int] = [:]
  var byteCounts: ClosedRange<Int>?
  var pictureByteCount = 0
  var statistics = LiveviewStatistics()
  var health = LinkHealth.Report()

  var pictureCount: Int { statistics.imageCount }

  /// The value of a header field; names in any case.
  func field(_ name: String) -> String? {
    fields.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// Bytes after the payloads that the headers declare as padding; nil if packets without a picture
  /// make that uncertain.
  var paddingByteCount: Int? {
    let others =
      statistics.corruptImageCount + statistics.frameInformationCount
      + statistics.skippedPacketCount
    guard others == 0 else { return nil }
    let known =
      statistics.garbageByteCount + statistics.staleByteCount + pictureByteCount
      + statistics.packetCount * LiveviewPacketHeader.byteCount
    return max(0, statistics.byteCount - known)
  }
}

/// Reads a liveview stream for a while and measures it; the pictures are dropped.
struct LiveviewProbe: Sendable {
  /// Bytes of one read, as the bridge itself reads.
  private static let readSize = 131_072

  var connector: CameraConnector
  var url: CameraURL
  var clock: MediaClock
  var connectLimit = Duration.seconds(3)
  /// From the GET to the first picture; a camera that just woke up takes its time.
  var firstPictureLimit = Duration.seconds(10)
  /// From the first picture on.
  var duration: Duration

  /// - Parameter onFirstPicture: Called at most once.
  func run(onFirstPicture: @escaping @Sendable () -> Void) async -> LiveviewFinding {
    let (findings, continuation) = AsyncStream.makeStream(of: LiveviewFinding.self)
    let connection = ConnectionHandle()
    let (probe, began) = (self, clock.now())
    connector.connect(
      to: url, within: connectLimit, handle: connection,
      configure: {
        $0.channelOption(
          .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.readSize))
      },
      makeHandler: {
        LiveviewProbeHandler(
          probe, began: began, findings: continuation, onFirstPicture: onFirstPicture)
      }
    ).whenFailure { _ in
      continuation.yield(LiveviewFinding())
      continuation.finish()
    }
    // A task of its own, so that cancelling closes the connection, and its handler still tells what
    // it has.
    let told = Task {
      defer { connection.close() }
      for await finding in findings { return finding }
      return LiveviewFinding()
    }
    return await withTaskCancellationHandler {
      await told.value
    } onCancel: {
      connection.close()
    }
  }
}

private final class LiveviewProbeHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private let probe: LiveviewProbe
  private let began: MediaTime
  private let findings: AsyncStream<LiveviewFinding>.Continuation
  private let onFirstPicture: @Sendable () -> Void
  private var finding = LiveviewFinding()
  private var parser = LiveviewParser()
  private var buffer = ByteBuffer()
  /// The first packet's header as it comes.
  private var beginning = ByteBuffer()
  private var health: LinkHealth
  private var askedAt = MediaTime(nanoseconds: 0)
  private var deadline: Scheduled<Void>?
  private var isOver = false

  init(
    _ probe: LiveviewProbe, began: MediaTime,
    findings: AsyncStream<LiveviewFinding>.Continuation,
    onFirstPicture: @escaping @Sendable () -> Void
  ) {
    self.probe = probe
    self.began = began
    self.findings = findings
    self.onFirstPicture = onFirstPicture
    var limits = LinkHealth.Limits()
    limits.window = probe.duration + .seconds(1)
    limits.pictureCount = 4096
    health = LinkHealth(limits: limits)
  }

  func channelActive(context: ChannelHandlerContext) {
    askedAt = probe.clock.now()
    finding.connectedAfter = began.duration(to: askedAt)
    health.streamBegan()
    let head = HTTPRequestHead(
      version: .http1_1, method: .GET, uri: probe.url.path,
      headers: ["Host": probe.url.hostField])
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    schedule(.noPicture, after: probe.firstPictureLimit, context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if isOver { return }
    switch unwrapInboundIn(data) {
    case .head(let head):
      finding.status = Int(head.status.code)
      finding.fields = HeaderField.list(head.headers)
      finding.headAfter = askedAt.duration(to: probe.clock.now())
      if head.status != .ok { end(.refused, context) }
    case .body(var bytes):
      receive(&bytes, context)
    case .end:
      end(.closed, context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    end(.closed, context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    end(.closed, context)
  }

  // MARK: Pictures

  private func receive(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) {
    let arrival = probe.clock.now()
    if finding.firstByteAfter == nil { finding.firstByteAfter = askedAt.duration(to: arrival) }
    noteFirstHeader(bytes)
    if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeBuffer(&bytes) }
    do throws(SonyCameraError) {
      while let packet = try parser.next(from: &buffer) {
        if case .image(let image) = packet { measure(image, at: arrival, context) }
      }
    } catch {
      end(.unreadable, context)
    }
  }

  private func noteFirstHeader(_ bytes: ByteBuffer) {
    guard finding.firstHeader == nil, beginning.readableBytes < LiveviewPacketHeader.byteCount
    else { return }
    let missing = LiveviewPacketHeader.byteCount - beginning.readableBytes
    beginning.writeBytes(bytes.readableBytesView.prefix(missing))
    finding.firstHeader = LiveviewPacketHeader(peeking: beginning)
    // Behind the fields that are known to be used.
    finding.unexpectedHeaderByteCount = beginning.readableBytesView.dropFirst(22).count {
      $0 != 0
    }
  }

  private func measure(
    _ image: LiveviewImage, at arrival: MediaTime, _ context: ChannelHandlerContext
  ) {
    let size = image.outline.byteCount
    health.pictureReceived(
      at: arrival, cameraMilliseconds: image.cameraMilliseconds, byteCount: size,
      statistics: parser.statistics)
    finding.pictureByteCount += size
    finding.byteCounts =
      finding.byteCounts.map {
        min($0.lowerBound, size)...max($0.upperBound, size)
      } ?? size...size
    let kind = "\(image.outline.size) \(image.outline.subsampling.name)"
    // A stream of nothing but new sizes is no camera's.
    if finding.kinds[kind] != nil || finding.kinds.count < 16 {
      finding.kinds[kind, default: 0] += 1
    }
    guard finding.firstPictureAfter == nil else { return }
    finding.firstPictureAfter = askedAt.duration(to: arrival)
    schedule(.measured, after: probe.duration, context)
    onFirstPicture()
  }

  // MARK: End

  private func schedule(
    _ end: LiveviewFinding.End, after duration: Duration, _ context: ChannelHandlerContext
  ) {
    deadline?.cancel()
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(duration)) {
      self.end(end, context)
    }
  }

  /// Only the first end counts.
  private func end(_ end: LiveviewFinding.End, _ context: ChannelHandlerContext) {
    guard !isOver else { return }
    isOver = true
    deadline?.cancel()
    finding.end = end
    finding.statistics = parser.statistics
    finding.health = health.snapshot(at: probe.clock.now())
    findings.yield(finding)
    findings.finish()
    context.close(promise: nil)
  }
}

extension JPEGSubsampling {
  /// As people write it.
  var name: String {
    switch self {
    case .grey: "grey"
    case .yuv444: "4:4:4"
    case .yuv422: "4:2:2"
    case .yuv420: "4:2:0"
    case .yuv440: "4:4:0"
    case .yuv411: "4:1:1"
    case .other: "other subsampling"
    }
  }
}
