import Glibc

/// Keeps a port of 127.0.0.1 for a server that comes and goes.
///
/// A socket that is bound and does not listen: whoever connects is refused, nobody else is given
/// the port, as a listener or for an outgoing connection, and a listener with `SO_REUSEADDR` may
/// still be bound to it.
///
/// Source: socket(7), ip(7) of Linux.
final class PortReservation: Sendable {
  let port: Int
  private let descriptor: Int32

  /// - Parameter port: 0 for one that is free.
  init(port: Int) throws(PortTaken) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var isShared: Int32 = 1
    setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &isShared, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
      }
    }
    self.port = Int(UInt16(bigEndian: address.sin_port))
    guard isBound else { throw PortTaken(port: port) }
  }

  deinit { close(descriptor) }
}

struct PortTaken: Error {
  var port: Int
}
