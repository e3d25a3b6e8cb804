import NIOCore
import NIOPosix

/// A TCP port that does not even refuse: who connects to it hears nothing.
///
/// It listens and never accepts. Connections of its own fill the kernel's shortest queue, so that
/// the kernel drops what else asks to be let in, as a radio out of reach does.
enum SilentPort {
  /// The kernel's shortest queue takes one connection more than it is told, and some kernels
  /// finish one more handshake.
  private static let fillers = 2
  private static let patience: TimeAmount = .milliseconds(100)

  /// - Returns: Everything to close to make the port free; nothing if it could not be had.
  static func open(address: String, port: Int, eventLoop: any EventLoop) async -> [any Channel] {
    let bootstrap = ServerBootstrap(group: eventLoop)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(.backlog, value: 0)
      .serverChannelOption(.autoRead, value: false)
    guard let listener = try? await bootstrap.bind(host: address, port: port).get() else {
      return []
    }
    var channels = [listener]
    for _ in 0..<fillers {
      let filler = ClientBootstrap(group: eventLoop).connectTimeout(patience)
      guard let channel = try? await filler.connect(host: address, port: port).get() else { break }
      channels.append(channel)
    }
    return channels
  }
}
