import NIOCore
import NIOPosix

/// Another program that wants the camera's one stream: somebody's phone.
struct Phone {
  /// Tells what is planned for this visit from an earlier one's plans.
  var visit = 0
  /// Whether it takes the stream again when it is taken from it.
  var insists = false
  var isThere = false
  var connection: (any Channel)?

  /// - Returns: The connection to close.
  fileprivate mutating func leave() -> (any Channel)? {
    defer { connection = nil }
    visit += 1
    isThere = false
    insists = false
    return connection
  }
}

/// Reads the stream and throws it away.
private final class PhoneConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let camera: SimulatedCamera
  private let visit: Int

  init(camera: SimulatedCamera, visit: Int) {
    self.camera = camera
    self.visit = visit
  }

  func channelInactive(context: ChannelHandlerContext) {
    let visit = visit
    camera.assumeIsolated { $0.phoneLostStream(visit: visit) }
    context.fireChannelInactive()
  }
}

extension SimulatedCamera {
  /// How long a phone needs to notice that the stream is gone and to open it again.
  private static let phoneReaction: Duration = .milliseconds(500)

  /// A phone opens the stream, over a connection of its own; whoever had it loses it.
  ///
  /// - Parameters:
  ///   - duration: After this time it leaves.
  ///   - insists: Whether it opens the stream again each time somebody takes it back.
  public func letPhoneTakeLiveview(for duration: Duration, insists: Bool = false) async {
    guard power == .on else { return }
    letPhoneLeave()
    phone.isThere = true
    phone.insists = insists
    let visit = phone.visit
    after(duration) { camera in
      if camera.phone.visit == visit { camera.letPhoneLeave() }
    }
    await connectPhone(visit: visit)
  }

  /// The phone goes.
  public func letPhoneLeave() {
    // Closing calls back at once: not while `phone` is being changed.
    let connection = phone.leave()
    connection?.close(promise: nil)
    statusChanged()
  }

  private func connectPhone(visit: Int) async {
    if !body.isLiveviewActive {
      // A phone's program starts what it needs.
      body.enter(.liveview(.medium))
      cameraChanged()
    }
    let bootstrap = ClientBootstrap(group: eventLoop).channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(
          PhoneConnection(camera: self, visit: visit))
      }
    }
    let host = present.address == "0.0.0.0" ? "127.0.0.1" : present.address
    let channel = try? await bootstrap.connect(host: host, port: ports.api).get()
    guard let channel else { return }
    guard phone.visit == visit else { return channel.close(promise: nil) }
    phone.connection = channel
    let request = "GET \(present.liveviewPath) HTTP/1.1\r\nHost: \(host)\r\n\r\n"
    channel.writeAndFlush(ByteBuffer(string: request), promise: nil)
  }

  fileprivate func phoneLostStream(visit: Int) {
    guard phone.visit == visit else { return }
    phone.connection = nil
    guard phone.insists else { return letPhoneLeave() }
    after(Self.phoneReaction) { camera in
      guard camera.phone.visit == visit, camera.phone.connection == nil else { return }
      Task { await camera.connectPhone(visit: visit) }
    }
  }
}
