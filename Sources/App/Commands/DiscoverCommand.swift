import ArgumentParser
import Foundation
import Inputs

/// Says which cameras are in reach.
struct DiscoverCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "discover",
    abstract: "List the cameras in reach with their versions and methods.",
    discussion: """
      Searches by SSDP and at the addresses that cameras usually have. Changes nothing on a
      camera. Exit code 0 if a camera was found, 1 if not.

      EXAMPLES
        liveview-bridge discover
        liveview-bridge discover --interface wlan1 --seconds 10
        liveview-bridge discover --json
      """)

  @Option(help: "How long to search, in seconds, 1 to 300.")
  var seconds = 5.0
  @Option(help: "Search on this interface only (name or IPv4 address).")
  var interface: String?
  @Flag(help: "Print a JSON array.")
  var json = false

  func validate() throws {
    guard (1...300).contains(seconds) else {
      throw ValidationError("--seconds \(seconds): must be from 1 to 300")
    }
  }

  func run() async throws {
    let cameras = try await CameraDiscovery(interface: interface).run(for: .seconds(seconds))
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(cameras), as: UTF8.self))
    } else {
      for camera in cameras { Self.show(camera) }
      if cameras.isEmpty {
        print(
          """
          No camera answered within \(seconds) s. Is the remote app open on the camera (not \
          "Send to Smartphone"), and has this machine joined the camera's Wi-Fi?
          """)
      }
    }
    if cameras.isEmpty { throw ExitCode(1) }
  }

  private static func show(_ camera: DiscoveredCamera) {
    let application = [camera.application, camera.applicationVersion].compactMap { $0 }
    let rows: [(String, String)] = [
      ("model", camera.model),
      ("identifier", camera.identifier),
      ("address", camera.host + (camera.interface.map { " on \($0)" } ?? "")),
      ("description", camera.descriptionURL ?? "none, the API answered"),
      ("API", camera.endpoint),
      ("found by", camera.foundBy),
      ("API versions", camera.apiVersions.joined(separator: ", ")),
      ("application", application.joined(separator: ", ")),
      ("callable now", camera.availableMethods.joined(separator: " ")),
      ("known", "\(camera.knownMethods.count) methods (--json lists them)"),
    ]
    print(camera.name)
    for (name, value) in rows where !value.isEmpty {
      print("  " + name.padding(toLength: 14, withPad: " ", startingAt: 0) + value)
    }
  }
}
