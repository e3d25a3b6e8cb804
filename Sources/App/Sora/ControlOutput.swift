import Foundation
import JSON
import NIOCore
import SoraControl

/// Standard output of these commands. A log goes on when a line of it is lost; here what cannot be
/// written is a failure, or a script takes an empty file for an answer.
enum ControlOutput {
  /// Writes lines, and the end of the last one.
  static func write(_ text: String) throws(ControlFailure) {
    try writeExactly(text + "\n")
  }

  /// Writes the text and nothing else.
  static func writeExactly(_ text: String) throws(ControlFailure) {
    let bytes = Array(text.utf8)
    var offset = 0
    while offset < bytes.count {
      let count = bytes[offset...].withUnsafeBytes { Foundation.write(1, $0.baseAddress, $0.count) }
      if count > 0 {
        offset += count
      } else if count == 0 || errno != EINTR {
        let reason = count == 0 ? "nothing was taken" : String(cString: strerror(errno))
        throw ControlFailure(
          .outputFailed, kind: "outputFailed",
          message: "cannot write to standard output: \(reason)")
      }
    }
  }

  static func write(_ value: JSONValue) throws(ControlFailure) {
    var buffer = ByteBuffer()
    value.encode(into: &buffer)
    try write(String(buffer: buffer))
  }

  /// Says what went wrong where the user expects it: on standard error, or as JSON.
  static func tell(_ failure: ControlFailure, isJSON: Bool) {
    if isJSON, failure.status != .outputFailed {
      do {
        return try write(failure.json)
      } catch {
        LogLineWriter.standardError.write("Error: \(error.message)")
      }
    }
    LogLineWriter.standardError.write("Error: \(failure.message)")
  }
}
