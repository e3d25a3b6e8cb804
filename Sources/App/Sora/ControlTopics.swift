import SoraControl

/// Operations that belong together, for help.
struct ControlTopic: Sendable {
  var title: String
  var operations: [ControlOperation]

  /// All operations that can be called at a service, by topic, in the order of the table.
  static func all(at service: ControlOperation.Service) -> [ControlTopic] {
    let operations = ControlOperations.callable(at: service).map { $0.operation }
    return titles.compactMap { title in
      let some = operations.filter { Self.title(of: $0) == title }
      return some.isEmpty ? nil : ControlTopic(title: title, operations: some)
    }
  }

  private static let titles = [
    "Channels and connections", "Channels of ImageFlux", "Archives and keys of ImageFlux",
    "RTP forwarding", "Spotlight", "Simulcast", "Metadata", "Pausing viewers", "Statistics",
    "Upstream bit rate", "Push to clients", "Others",
  ]

  /// By words of the name, so that an operation that is added has a place.
  private static func title(of operation: ControlOperation) -> String {
    let name = operation.name
    func has(_ words: String...) -> Bool { words.contains { name.contains($0) } }
    if operation.service == .imageFlux {
      return has("Archive", "EncryptKey")
        ? "Archives and keys of ImageFlux" : "Channels of ImageFlux"
    }
    if has("Forwarding", "KeyFrame") { return "RTP forwarding" }
    if has("Spotlight") { return "Spotlight" }
    if has("Metadata") { return "Metadata" }
    if has("Pause", "Resume") { return "Pausing viewers" }
    if has("RtpStream") { return "Simulcast" }
    if has("Stats") { return "Statistics" }
    if has("BitRate") { return "Upstream bit rate" }
    if has("Push") { return "Push to clients" }
    if has("Channel", "Connection") { return "Channels and connections" }
    return "Others"
  }
}
