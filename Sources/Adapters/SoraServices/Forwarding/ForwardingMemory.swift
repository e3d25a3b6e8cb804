import JSON
import SoraControl

/// The state file of the forwarding: what may be running, here and at the API of earlier settings.
actor ForwardingMemory {
  static let fileName = "sora-forwarding.json"

  /// A forwarding at an API that is not the present one.
  struct Foreign: Sendable, Hashable {
    var apiURL: String
    var record: ForwardingRecord
  }

  private let file: StateFile
  private let apiURL: String
  private var own: [ForwardingRecord] = []
  private(set) var foreign: [Foreign] = []

  init(file: StateFile, apiURL: String) {
    self.file = file
    self.apiURL = apiURL
  }

  /// Takes the file for this process and reads it.
  ///
  /// - Returns: What this API may be doing, and where a file that cannot be read was put.
  func open() async throws(StateFileError) -> (leftovers: [ForwardingRecord], broken: String?) {
    try await file.lock()
    var broken: String?
    var content: JSONValue?
    do throws(StateFileError) {
      content = try await file.read()
    } catch .unusable {
      broken = try await file.keepAside()
    }
    (own, foreign) = ([], [])
    for entry in content?["forwardings"]?.array ?? [] {
      guard let record = ForwardingRecord(json: entry) else { continue }
      guard let url = entry["api_url"]?.string, url != apiURL else {
        own.append(record)
        continue
      }
      foreign.append(Foreign(apiURL: url, record: record))
    }
    return (own, broken)
  }

  func close() async { await file.unlock() }

  func remember(_ records: [ForwardingRecord]) async throws(StateFileError) {
    own = records
    try await write()
  }

  func forget(_ stopped: Foreign) async throws(StateFileError) {
    foreign.removeAll { $0 == stopped }
    try await write()
  }

  private func write() async throws(StateFileError) {
    let entries =
      own.map { Self.entry($0, apiURL) } + foreign.map { Self.entry($0.record, $0.apiURL) }
    try await file.replace(with: ["version": 1, "forwardings": .array(entries)])
  }

  private static func entry(_ record: ForwardingRecord, _ apiURL: String) -> JSONValue {
    guard case .object(var members) = record.json else { return record.json }
    members["api_url"] = .string(apiURL)
    return .object(members)
  }
}
