import Foundation

/// Files under `Tests/TestSupport/Fixtures`, named `<device>_<firmware>_<message>`.
public enum Fixture {
  /// Bytes of the fixture at `path`, for example `"micolous_ilce6000/rpc_responses.jsonl"`.
  public static func bytes(_ path: String) throws -> [UInt8] {
    let url = Bundle.module.resourceURL?.appending(path: "Fixtures/\(path)")
    guard let url else { throw CocoaError(.fileNoSuchFile) }
    return [UInt8](try Data(contentsOf: url))
  }

  /// The fixture at `path` as UTF-8 text.
  public static func text(_ path: String) throws -> String {
    String(decoding: try bytes(path), as: UTF8.self)
  }
}
