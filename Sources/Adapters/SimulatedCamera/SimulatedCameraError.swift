/// Why a simulated camera could not be started.
public enum SimulatedCameraError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A value of the configuration is out of its range.
  case invalidSetting(name: String)
  /// A port could not be opened, most often because another program has it.
  case portUnavailable(service: String, address: String, port: Int, reason: String)
  /// No interface with an IPv4 address has this name or address.
  case interfaceUnknown(String)

  public var description: String {
    switch self {
    case .invalidSetting(let name):
      "the simulated camera's \(name) is out of its range"
    case .portUnavailable(let service, let address, let port, let reason):
      "the simulated camera's \(service) cannot use \(address) port \(port): \(reason)"
    case .interfaceUnknown(let interface):
      "no interface with an IPv4 address is called or has \(interface)"
    }
  }
}
