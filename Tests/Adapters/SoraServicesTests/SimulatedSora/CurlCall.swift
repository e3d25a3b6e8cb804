import Foundation
import JSON
import NIOCore
import SimulatedSora
import TestSupport
import Testing

/// What curl, which knows nothing of either side, gets for a request.
struct CurlCall {
  var exitCode: Int32
  var status: Int
  /// Names in small letters.
  var headers: [String: String]
  var body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }
  var json: JSONValue? { JSONValue(parsing: ByteBuffer(bytes: body)) }

  /// - Parameters:
  ///   - target: Value of `x-sora-target`; nil to leave it out.
  ///   - body: nil for none.
  init(
    _ sora: SimulatedSora, target: String?, body: String? = nil, method: String = "POST",
    token: String? = nil, path: String = "", secondsAllowed: Int = 10, extra: [String] = []
  ) async throws {
    var arguments = [
      "-s", "-i", "-X", method, "--max-time", "\(secondsAllowed)", sora.url + path,
      "-H", "Content-Type:", "-H", "Accept: application/json",
    ]
    if let target { arguments += ["-H", "x-sora-target: \(target)"] }
    if let token { arguments += ["-H", "Authorization: Bearer \(token)"] }
    if body != nil { arguments += ["--data-binary", "@-"] }
    let outcome = try await ExternalProgram.run(
      "curl", arguments + extra, input: Array((body ?? "").utf8))
    exitCode = outcome.exitCode
    let bytes = outcome.output
    let end = bytes.indices.first { bytes[$0...].starts(with: Array("\r\n\r\n".utf8)) }
    let head = String(decoding: bytes[..<(end ?? bytes.endIndex)], as: UTF8.self)
    self.body = end.map { Array(bytes[($0 + 4)...]) } ?? []
    var lines = head.split(separator: "\r\n").map(String.init)[...]
    status = Int(lines.popFirst()?.split(separator: " ").dropFirst().first ?? "") ?? 0
    headers = [:]
    for line in lines {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] =
        line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
  }
}
