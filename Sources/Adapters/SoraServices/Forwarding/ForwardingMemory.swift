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
    self.apiURL = Self.normalized(apiURL)
  }

  /// What the file said.
  struct Content: Sendable {
    /// What this API may be doing.
    var leftovers: [ForwardingRecord] = []
    /// Where a file that is not of this kind was put, and why.
    var broken: (path: String, reason: String)?
    /// Entries that name no channel.
    var unusableEntries = 0
  }

  /// Takes the file for this process and reads it.
  func open() async throws(StateFileError) -> Content {
    try await file.lock()
    var content = Content()
    var entries: [JSONValue] = []
    do throws(StateFileError) {
      entries = try Self.entries(of: try await file.read(), path: file.path)
    } catch .unusable(_, let reason) {
      content.broken = (try await file.keepAside(), reason)
    }
    (own, foreign) = ([], [])
    for entry in entries {
      guard let record = ForwardingRecord(json: entry) else {
        content.unusableEntries += 1
        continue
      }
      guard let url = entry["api_url"]?.string.map(Self.normalized), url != apiURL else {
        own.append(record)
        continue
      }
      foreign.append(Foreign(apiURL: url, record: record))
    }
    content.leftovers = own
    return content
  }

  private static func entries(
    of json: JSONValue?, path: String
  ) throws(StateFileError) -> [JSONValue] {
    guard let json else { return [] }
    guard let version = json["version"]?.integer else {
      throw .unusable(path: path, reason: "it has no version")
    }
    guard version == 1 else { throw .unusable(path: path, reason: "it is of version \(version)") }
    guard let entries = json["forwardings"]?.array else {
      throw .unusable(path: path, reason: "it has no list of forwardings")
    }
    return entries
  }

  /// One text for one API, with or without the slash behind its host.
  private static func normalized(_ apiURL: String) -> String {
    (try? ControlURL(apiURL))?.text ?? apiURL
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
