import Foundation
import NIOCore
import RTSP

/// One picture from its source into its file.
struct SnapshotJob: Sendable {
  let source: SnapshotSource
  let destination: PictureDestination
  let login: RTSPLogin?
  /// Network interface that leads to the camera.
  let interface: String?
  let timeLimit: Duration
  /// Where ffmpeg is looked for.
  let searchPath: String

  /// - Parameter report: Gets each step, also those before a failure.
  /// - Throws: `SnapshotError`.
  func run(report: inout SnapshotReport) async throws -> SavedPicture {
    // Before anybody is asked for a picture that could not be used.
    try destination.check()
    switch source {
    case .rtsp(let endpoint):
      return try await saveRTSP(endpoint, report: &report)
    case .http(let url):
      let picture = try await HTTPSnapshot(url: url, login: login, timeLimit: timeLimit)
        .take(report: &report)
      var saved = try save(picture.jpeg, age: picture.age, report: &report)
      saved.substitute = picture.substitute
      return saved
    case .camera(let address):
      let jpeg = try await CameraSnapshot(
        address: address, interface: interface, timeLimit: timeLimit
      ).take(report: &report)
      return try save(jpeg, report: &report)
    }
  }

  private func saveRTSP(
    _ endpoint: RTSPEndpoint, report: inout SnapshotReport
  ) async throws -> SavedPicture {
    let decoder: H264PictureDecoder? =
      switch destination.format {
      case .jpeg: try H264PictureDecoder(searchPath: searchPath)
      case .h264: nil
      }
    let picture = try await RTSPSnapshot(endpoint: endpoint, login: login, timeLimit: timeLimit)
      .take(report: &report)
    guard let decoder else { return try save(picture.annexB, report: &report) }
    let jpeg = try await decoder.jpeg(from: picture.annexB)
    report.reached("decode, encode")
    return try save(jpeg, report: &report)
  }

  private func save(
    _ picture: ByteBuffer, age: Duration? = nil, report: inout SnapshotReport
  ) throws -> SavedPicture {
    let saved = try destination.save(picture, age: age)
    report.reached("save")
    return saved
  }
}
