import ArgumentParser
import Foundation

/// Takes one picture and says how long each step took.
struct SnapshotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot",
    abstract: "Take one picture from an RTSP stream or a camera, and time each step.",
    discussion: """
      An rtsp:// URL is asked the way Soracom's Remote Command asks: RTSP over TCP, H.264, no \
      authentication or Basic, and all within 10 seconds. Digest, which Remote Command does \
      not know, is shown to servers that do not offer Basic. The picture is the first whole \
      keyframe. Turning it into a JPEG needs the program ffmpeg; saving it in a file that ends \
      in .h264 does not.

      A password is best given in a file or in LIVEVIEW_BRIDGE_SNAPSHOT_PASSWORD, because other \
      users of the machine can read the command line. It is never printed.

      A bridge whose camera gives no picture answers with its offline picture. That is saved, \
      too, with a warning on standard error, and "substitute": "frozen" or "slate" with --json.

      EXAMPLES
        liveview-bridge snapshot rtsp://127.0.0.1:8554/live/stream picture.jpg
        liveview-bridge snapshot --username viewer --password-file secret.txt \\
          rtsp://192.0.2.7/live/stream picture.jpg
        liveview-bridge snapshot 'rtsp://viewer:secret@[2001:db8::7]/live' a.jpg
        liveview-bridge snapshot --json rtsp://camera.example/stream keyframe.h264
        liveview-bridge snapshot http://127.0.0.1:8088/snapshot.jpg picture.jpg
        liveview-bridge snapshot camera picture.jpg
        liveview-bridge snapshot camera:192.168.122.1 - > picture.jpg

      EXIT CODES
        0   the picture was saved
        1   an error answer, an unusable picture, or none in time
        64  the arguments cannot be used
        69  no connection, no camera, or no ffmpeg
        73  the file cannot be written
        77  user name or password are missing or wrong
      """)

  @Argument(
    help: ArgumentHelp(
      "rtsp:// URL; http:// URL of a JPEG; camera, or camera:ADDRESS.", valueName: "source"))
  var source: String
  @Argument(
    help: ArgumentHelp(
      "File to write, replaced if it exists: .jpg, .jpeg or .h264; - for standard output.",
      valueName: "file"))
  var file: String
  @Option(help: "User name to log in with.")
  var username: String?
  @Option(help: "File whose first line is the password.")
  var passwordFile: String?
  @Option(help: "How long the picture may take, in seconds, 0.1 to 600.")
  var timeout = 10.0
  @Option(help: "Look for the camera on this interface only (name or IPv4 address).")
  var interface: String?
  @Flag(help: "Print one JSON object, also about failures.")
  var json = false

  func validate() throws {
    guard (0.1...600).contains(timeout) else {
      throw ValidationError("--timeout \(timeout): must be from 0.1 to 600")
    }
    do {
      _ = try makeJob()
    } catch {
      throw ValidationError("\(error)")
    }
  }

  func run() async throws {
    let job = try makeJob()
    var report = SnapshotReport()
    do {
      let picture = try await job.run(report: &report)
      show(report, of: job, outcome: .saved(picture))
      if let substitute = picture.substitute {
        LogLineWriter.standardError.write("Warning: \(substitute.notice)")
      }
    } catch let error as SnapshotError {
      report.ended()
      show(report, of: job, outcome: .failed("\(error)"))
      LogLineWriter.standardError.write("Error: \(error)")
      throw ExitCode(error.exitStatus.rawValue)
    }
  }

  private func makeJob() throws(SnapshotError) -> SnapshotJob {
    let source = try SnapshotSource(parsing: source)
    let destination = try PictureDestination(path: file)
    if destination.format == .h264 {
      guard case .rtsp = source else {
        throw .destinationNotUnderstood("\(file): H.264 comes from an rtsp:// URL only")
      }
    }
    let environment = ProcessInfo.processInfo.environment
    return SnapshotJob(
      source: source, destination: destination,
      login: try SnapshotCredential.login(
        url: source.login, username: username, passwordFile: passwordFile,
        environment: environment),
      interface: interface, timeLimit: .seconds(timeout),
      searchPath: environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin")
  }

  /// Where a picture goes to standard output, the report makes way.
  private func show(_ report: SnapshotReport, of job: SnapshotJob, outcome: SnapshotReport.Outcome)
  {
    // An error without any step says it all by itself.
    if report.steps.isEmpty, !json { return }
    let name = job.source.name
    let text =
      json
      ? report.json(source: name, outcome: outcome) : report.text(source: name, outcome: outcome)
    let writer: LogLineWriter =
      job.destination.isStandardOutput ? .standardError : .standardOutput
    writer.write(text)
  }
}
