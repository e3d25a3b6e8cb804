import Foundation
import Media
import NIOCore
import NIOPosix
import RTP
import Testing

@testable import Outputs

/// Over real sockets: what arrives must not depend on who cuts the datagrams apart.
@Suite(.timeLimit(.minutes(1))) struct DatagramSocketTests {
  private static let hasIPv6 = (try? WireReader(family: AF_INET6)) != nil

  /// Whether the kernel cuts datagrams apart on loopback, tried without our own code: two bytes
  /// sent as segments of one arrive one by one.
  private static let kernelSegments: Bool = {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isConnected = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
          && connect(descriptor, generic, length) == 0
      }
    }
    // SOL_UDP and UDP_SEGMENT, which Swift's Glibc lacks.
    var (segmentSize, patience) = (Int32(1), timeval(tv_sec: 1, tv_usec: 0))
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    guard isConnected, setsockopt(descriptor, 17, 103, &segmentSize, 4) == 0 else { return false }
    var bytes: [UInt8] = [1, 2]
    return write(descriptor, bytes, 2) == 2 && recv(descriptor, &bytes, 2, 0) == 1
  }()

  /// An IDR of parameter sets and two slices: runs of one, many and few datagrams.
  private static func makePicture() -> RTPDatagrams {
    let slices = [6000, 2500].map { size in
      NALUnit(bytes: ByteBuffer(bytes: [0x65] + (1..<size).map { UInt8(truncatingIfNeeded: $0) }))
    }
    var sender = RTPSender(
      ssrc: 7, payloadType: 96, firstSequenceNumber: 65_533, firstTimestamp: 9)
    return sender.datagrams(
      H264Packetizer(maxPacketSize: 1000).packetize(
        AccessUnit(
          serial: 1, nalUnits: slices, presentationTime: MediaTime(nanoseconds: 0), isIDR: true,
          format: makeFormat(0x1E))))
  }

  private struct Result {
    var received: [ByteBuffer]
    var isSegmenting: Bool
    var segmentedRuns: UInt64
  }

  /// Sends the picture and returns what arrives.
  private static func send(
    host: String = "127.0.0.1", allowsSegmentation: Bool = true, checksums: Bool = true,
    queuedFirst: ByteBuffer? = nil
  ) async throws -> Result {
    let picture = makePicture()
    let receiver = try await UDPReceiver(host: host)
    let address = try SocketAddress(ipAddress: host, port: receiver.port)
    var bootstrap = DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    if !checksums {
      // SO_NO_CHECK: the kernel refuses to cut datagrams apart that it may not give checksums.
      bootstrap = bootstrap.channelOption(.socketOption(.init(rawValue: 11)), value: 1)
    }
    let channel = try await bootstrap.bind(host: host, port: 0).get()
    let socket = DatagramSocket(channel, allowsSegmentation: allowsSegmentation)
    let (isSegmenting, runs) = try await channel.eventLoop.submit {
      if let queuedFirst {
        channel.write(AddressedEnvelope(remoteAddress: address, data: queuedFirst), promise: nil)
      }
      socket.send(picture, to: address)
      return (socket.isSegmenting, socket.segmentedRuns)
    }.get()
    let count = picture.count + (queuedFirst == nil ? 0 : 1)
    let received = try await receiver.next(count).map(\.bytes)
    try await channel.close()
    try await receiver.close()
    return Result(received: received, isSegmenting: isSegmenting, segmentedRuns: runs)
  }

  @Test(arguments: ["127.0.0.1"] + (hasIPv6 ? ["::1"] : []))
  func theSameDatagramsArriveEitherWay(host: String) async throws {
    let plain = try await Self.send(host: host, allowsSegmentation: false)
    #expect(plain.received == Array(Self.makePicture()))
    #expect(plain.segmentedRuns == 0)
    let segmented = try await Self.send(host: host, allowsSegmentation: Self.kernelSegments)
    #expect(segmented.received == plain.received)
    #expect(segmented.segmentedRuns == (Self.kernelSegments ? 2 : 0))
  }

  @Test(.enabled(if: kernelSegments, "this kernel cuts no datagrams apart"))
  func aRefusalIsRememberedAndNothingIsLost() async throws {
    let result = try await Self.send(checksums: false)
    #expect(result.received == Array(Self.makePicture()))
    #expect(!result.isSegmenting)
    #expect(result.segmentedRuns == 0)
  }

  @Test func whatWaitsLeavesFirst() async throws {
    let first = ByteBuffer(string: "first")
    let result = try await Self.send(queuedFirst: first)
    #expect(result.received == [first] + Array(Self.makePicture()))
    #expect(result.segmentedRuns == 0)
    #expect(result.isSegmenting, "waiting is no refusal")
  }
}
