import Foundation

/// A TCP port on loopback to which connections are neither made nor refused: its queue is full, and
/// nobody takes anything out of it.
public final class UnansweringPort: Sendable {
  public let port: Int
  private let descriptors: [Int32]

  /// - Throws: `POSIXError`.
  public init() throws {
    let listener = try FreePort.bound(
      Int32(SOCK_STREAM.rawValue), to: 0, on: inet_addr("127.0.0.1"))
    let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    (port, descriptors) = (listener.port, [listener.descriptor, filler])
    // A queue of length 0 holds one connection. It is full when the listener knows of it.
    var arrival = pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0)
    guard listen(listener.descriptor, 0) == 0, Self.connect(filler, to: port),
      poll(&arrival, 1, 10_000) == 1
    else { throw POSIXError(.EADDRINUSE) }
  }

  private static func connect(_ descriptor: Int32, to port: Int) -> Bool {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        Foundation.connect(
          descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  /// As a URL of HTTP.
  public var url: String { "http://127.0.0.1:\(port)/" }

  /// Waits until somebody tries to connect.
  public func isTried() async {
    while !Task.isCancelled, !isTriedNow { await Task.yield() }
  }

  /// Whether the kernel lists a connection to the port that is begun and not answered.
  private var isTriedNow: Bool {
    // Address and port as in memory, and the state: 02 is SYN_SENT.
    let entry =
      Self.hexadecimal(inet_addr("127.0.0.1"), 8) + ":" + Self.hexadecimal(UInt32(port), 4) + " 02 "
    return Self.connections().range(of: Data(entry.utf8)) != nil
  }

  /// The kernel's table. It comes in pieces, of which Foundation takes the first for the whole.
  private static func connections() -> Data {
    guard let file = fopen("/proc/net/tcp", "r") else { return Data() }
    defer { fclose(file) }
    var (table, piece) = (Data(), [UInt8](repeating: 0, count: 64 * 1024))
    while true {
      let count = fread(&piece, 1, piece.count, file)
      guard count > 0 else { return table }
      table.append(contentsOf: piece[..<count])
    }
  }

  private static func hexadecimal(_ number: UInt32, _ digits: Int) -> String {
    let text = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: digits - text.count) + text
  }

  deinit {
    for descriptor in descriptors { close(descriptor) }
  }
}
