import Foundation
import JSON
import NIOCore
import SoraControl

/// Why a value could not be taken from a file or a text.
struct ControlFileError: Error, Hashable {
  /// The end of a message that begins with the option.
  var reason: String
}

/// Files that arguments name, standard input among them.
struct ControlFiles {
  private var isInputRead = false
  private static let limit = 1024 * 1024

  /// JSON as an argument: itself, `@FILE`, or `-` for standard input.
  mutating func json(_ text: String) throws(ControlFileError) -> JSONValue {
    let (bytes, source): ([UInt8], String)
    if text == "-" {
      (bytes, source) = (try read(text, limit: Self.limit), " in standard input")
    } else if text.hasPrefix("@") {
      let path = String(text.dropFirst())
      (bytes, source) = (try read(path, limit: Self.limit), " in \(path)")
    } else {
      (bytes, source) = (Array(text.utf8), "")
    }
    do {
      return try JSONValue(reading: ByteBuffer(bytes: bytes))
    } catch {
      throw ControlFileError(reason: "must be JSON\(source): \(error)")
    }
  }

  /// A secret without the line's end behind it.
  ///
  /// - Parameter path: `-` for standard input.
  mutating func secret(in path: String, limit: Int) throws(ControlFileError) -> String {
    var bytes = try read(path, limit: limit)
    while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
    guard !bytes.isEmpty else { throw ControlFileError(reason: "\(path) is empty") }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ControlFileError(reason: "\(path) is not UTF-8")
    }
    return text
  }

  private mutating func read(
    _ path: String, limit: Int
  ) throws(ControlFileError) -> [UInt8] {
    let handle: FileHandle
    if path == "-" {
      guard !isInputRead else {
        throw ControlFileError(reason: "standard input can be given for one option only")
      }
      isInputRead = true
      handle = .standardInput
    } else {
      do {
        handle = try FileHandle(forReadingFrom: URL(filePath: path))
      } catch {
        throw ControlFileError(reason: "\(path) cannot be read: \(error.localizedDescription)")
      }
    }
    var bytes: [UInt8] = []
    do {
      while let data = try handle.read(upToCount: limit + 1 - bytes.count), !data.isEmpty {
        bytes += data
        if bytes.count > limit { break }
      }
    } catch {
      throw ControlFileError(reason: "\(path) cannot be read: \(error.localizedDescription)")
    }
    guard bytes.count <= limit else {
      throw ControlFileError(reason: "\(path) is larger than \(limit) bytes")
    }
    return bytes
  }
}
