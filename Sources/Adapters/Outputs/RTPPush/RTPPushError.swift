/// Why a target cannot be served just now; the next attempt follows by itself.
enum RTPPushError: Error, CustomStringConvertible {
  case cannotResolve(host: String)
  case cannotOpenSocket(sourcePort: Int, reason: String)
  case noInterface(name: String)
  case socketClosed
  case cannotWriteFile(path: String, reason: String)

  var description: String {
    switch self {
    case .cannotResolve(let host): "no address found for host \(host)"
    case .cannotOpenSocket(let sourcePort, let reason):
      "cannot open a UDP socket on port \(sourcePort): \(reason)"
    case .noInterface(let name): "no network interface \(name)"
    case .socketClosed: "the UDP socket was closed by a network error"
    case .cannotWriteFile(let path, let reason): "cannot write \(path): \(reason)"
    }
  }
}
