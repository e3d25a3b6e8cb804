import Foundation
import Media
import TestSupport

/// Pictures with motion, noise and a fade, drawn by ffmpeg.
///
/// The fade makes x264 weight its predictions.
enum MovingPictures {
  static let count = 21

  /// The sizes of the streams that are tested: tiny, the camera's usual, the camera's large.
  static let sizes = [(176, 144), (640, 424), (1024, 680)].map(PictureSize.init(width:height:))

  private static let drawn = sizes.map { size in
    (size, Task { try await draw(size) })
  }

  static func of(_ size: PictureSize) async throws -> [PixelFrame] {
    guard let task = drawn.first(where: { $0.0 == size })?.1 else { throw Missing() }
    return try await task.value
  }

  private static func draw(_ size: PictureSize) async throws -> [PixelFrame] {
    let graph =
      "testsrc2=size=\(size.width)x\(size.height):rate=25,noise=alls=8:allf=t,"
      + "fade=t=out:st=0.1:d=1.5"
    let drawn = try await ExternalProgram.run(
      "ffmpeg",
      [
        "-v", "error", "-nostdin", "-f", "lavfi", "-i", graph, "-frames:v", "\(count)",
        "-pix_fmt", "yuv420p", "-f", "rawvideo", "-",
      ])
    let picture = size.width * size.height
    guard drawn.output.count == count * picture * 3 / 2 else { throw Missing() }
    return (0..<count).map { number in
      var frame = PixelFrame(size: size)
      let luma = number * picture * 3 / 2
      let blue = luma + picture
      let red = blue + picture / 4
      frame.luma = Array(drawn.output[luma..<blue])
      frame.chromaBlue = Array(drawn.output[blue..<red])
      frame.chromaRed = Array(drawn.output[red..<red + picture / 4])
      return frame
    }
  }

  struct Missing: Error {}
}
