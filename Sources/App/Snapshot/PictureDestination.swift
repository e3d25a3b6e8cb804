import Foundation
import Media
import NIOCore

/// The file a picture goes to; what is there already is replaced.
struct PictureDestination: Sendable {
  enum Format: String, Sendable {
    case jpeg = "JPEG"
    /// Annex B: SPS, PPS and one IDR, as they came.
    case h264 = "H.264"
  }

  let path: String
  let format: Format

  /// `-` is standard output, as JPEG.
  var isStandardOutput: Bool { path == "-" }

  /// - Throws: `SnapshotError.destinationNotUnderstood`.
  init(path: String) throws(SnapshotError) {
    self.path = path
    switch URL(filePath: path).pathExtension.lowercased() {
    case _ where path == "-": format = .jpeg
    case "jpg", "jpeg": format = .jpeg
    case "h264", "264": format = .h264
    default:
      throw .destinationNotUnderstood(
        "\(path): the file name must end in .jpg, .jpeg or .h264, or be - for standard output")
    }
  }

  /// Finds out before anything is asked for whether there is a place to write to.
  ///
  /// - Throws: `SnapshotError.cannotWrite`.
  func check() throws(SnapshotError) {
    guard !isStandardOutput else { return }
    let folder = URL(filePath: path).deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
      isFolder.boolValue
    else { throw .cannotWrite(path: path, reason: "there is no folder \(folder)") }
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw .cannotWrite(path: path, reason: "no permission to write in \(folder)")
    }
  }

  /// Writes the whole picture or nothing.
  ///
  /// - Throws: `SnapshotError.cannotWrite`.
  func save(_ picture: ByteBuffer, age: Duration? = nil) throws(SnapshotError) -> SavedPicture {
    let data = Data(picture.readableBytesView)
    do {
      if isStandardOutput {
        try FileHandle.standardOutput.write(contentsOf: data)
      } else {
        try data.write(to: URL(filePath: path), options: .atomic)
      }
    } catch {
      throw .cannotWrite(path: path, reason: error.localizedDescription)
    }
    let outline = format == .jpeg ? try? JPEGMarkerWalk.outline(of: picture) : nil
    return SavedPicture(
      path: path, format: format, byteCount: data.count, size: outline?.size, age: age)
  }
}
