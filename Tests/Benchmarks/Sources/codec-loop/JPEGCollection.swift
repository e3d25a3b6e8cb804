import ArgumentParser
import Foundation
import Media
import NIOCore

/// The JPEGs to measure with, in memory.
struct JPEGCollection {
  let pictures: [ByteBuffer]

  /// Reads a folder (`.jpg`, `.jpeg`) or a file of JPEGs in a row; bytes between them are skipped.
  init(path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw ValidationError("there is no \(path)")
    }
    let files = isFolder.boolValue ? try Self.files(in: path) : [URL(filePath: path)]
    pictures = try files.flatMap { Self.split(ByteBuffer(bytes: try Data(contentsOf: $0))) }
    guard !pictures.isEmpty else { throw ValidationError("there is no JPEG in \(path)") }
  }

  private static func files(in folder: String) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: URL(filePath: folder), includingPropertiesForKeys: nil
    )
    .filter { ["jpg", "jpeg"].contains($0.pathExtension.lowercased()) }
    .sorted { $0.lastPathComponent < $1.lastPathComponent }
  }

  private static func split(_ bytes: ByteBuffer) -> [ByteBuffer] {
    var (rest, result) = (bytes, [ByteBuffer]())
    while rest.readableBytes > 1 {
      guard
        let outline = try? JPEGMarkerWalk.outline(of: rest),
        let picture = rest.readSlice(length: outline.byteCount)
      else {
        rest.moveReaderIndex(forwardBy: 1)
        continue
      }
      result.append(picture)
    }
    return result
  }
}
