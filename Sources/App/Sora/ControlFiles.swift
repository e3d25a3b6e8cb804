import Foundation
import JSON
import NIOCore
import Pipeline
import SoraControl
import SoraServices

/// Why a value could not be taken from a file or a text.
struct ControlFileError: Error, Hashable {
  /// The end of a message that begins with the option.
  var reason: String
  /// Whether not the file is wrong, but what was asked for.
  var isMisuse = false
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

  /// A secret without what surrounds it.
  ///
  /// - Parameter path: `-` for standard input.
  mutating func secret(in path: String, limit: Int) throws(ControlFileError) -> String {
    let bytes = Secret.content(of: try read(path, limit: limit), isToken: true)
    guard !bytes.isEmpty else { throw ControlFileError(reason: "\(Self.name(path)) is empty") }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ControlFileError(reason: "\(Self.name(path)) is not UTF-8")
    }
    return text
  }

  /// Certificates to trust.
  ///
  /// - Parameter path: `-` for standard input.
  mutating func trustAnchors(
    in path: String, setting: String
  ) throws(ControlFileError) -> TrustAnchors {
    let pem = try read(path, limit: TrustAnchors.fileLimitBytes)
    do {
      return try TrustAnchors(setting: setting, pem: pem)
    } catch {
      throw ControlFileError(reason: "\(Self.name(path)) \(error)")
    }
  }

  /// For people.
  static func name(_ path: String) -> String {
    path == "-" ? "standard input" : ControlText.cleaned(path, limit: 200)
  }

  private mutating func read(
    _ path: String, limit: Int
  ) throws(ControlFileError) -> [UInt8] {
    var descriptor: CInt = 0
    if path == "-" {
      guard !isInputRead else {
        throw ControlFileError(
          reason: "standard input can be given for one option only", isMisuse: true)
      }
      isInputRead = true
    } else {
      descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw Self.unreadable(path, errno) }
    }
    defer { if descriptor > 0 { close(descriptor) } }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= limit {
      let count = Foundation.read(descriptor, &part, part.count)
      if count > 0 {
        bytes += part[..<count]
      } else if count == 0 {
        return bytes
      } else if errno != EINTR {
        throw Self.unreadable(path, errno)
      }
    }
    throw ControlFileError(reason: "\(Self.name(path)) is larger than \(limit) bytes")
  }

  private static func unreadable(_ path: String, _ code: CInt) -> ControlFileError {
    ControlFileError(
      reason: "\(name(path)) cannot be read: \(String(cString: strerror(code)))")
  }
}
