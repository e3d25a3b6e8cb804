import SDP

/// Why a target cannot be served just now; the next attempt follows by itself.
enum RTPPushError: Error, Hashable, CustomStringConvertible {
  case cannotResolve(host: String)
  case cannotOpenSocket(sourcePort: Int, reason: String)
  case noInterface(name: String)
  case socketClosed
  case cannotWriteFile(path: String, reason: String)
  /// What Sora forwards cannot be sent in its place.
  case unusableDescription(ForwardedStreamError)
  /// Sora's description names no address.
  case noAddress
  /// Sora's description names something that is neither an address nor a host name.
  case unusableAddress
  /// Sora's port is the last one there is, and sender reports take the next.
  case noPortForReports
  /// Two targets would mix their packets.
  case destinationTaken(by: String, destination: String)

  var description: String {
    switch self {
    case .cannotResolve(let host): "no address found for host \(host)"
    case .cannotOpenSocket(let sourcePort, let reason):
      "cannot open a UDP socket on port \(sourcePort): \(reason)"
    case .noInterface(let name): "no network interface \(name)"
    case .socketClosed: "the UDP socket was closed by a network error"
    case .cannotWriteFile(let path, let reason): "cannot write \(path): \(reason)"
    case .unusableDescription(let error): "\(error)"
    case .noAddress: "Sora's description names no address; set address"
    case .unusableAddress: "Sora's description names an unusable address; set address"
    case .noPortForReports: "Sora sends to port 65535; sender reports would take the next one"
    case .destinationTaken(let name, let destination):
      "target \(name) already sends to \(destination)"
    }
  }
}
