import Foundation
import RTSP
import TestSupport
import Testing

@testable import LiveviewBridge

@Suite struct SnapshotSourceTests {
  @Test func streamsPicturesAndCamerasAreToldApart() throws {
    guard case .rtsp(let endpoint) = try SnapshotSource(parsing: "rtsp://u:p@cam/live") else {
      Issue.record("no stream")
      return
    }
    #expect(endpoint.url == "rtsp://cam/live")
    guard
      case .http(let url) = try SnapshotSource(parsing: "HTTP://u:p%40@cam:8088/snapshot.jpg?a=b")
    else {
      Issue.record("no picture")
      return
    }
    #expect(url.text.hasSuffix("://cam:8088/snapshot.jpg?a=b"))
    #expect(url.username == "u" && url.password == "p@")
    #expect(url.host == "cam" && url.port == 8088)
    guard case .camera(address: nil) = try SnapshotSource(parsing: "Camera"),
      case .camera(address: "192.168.122.1") = try SnapshotSource(parsing: "camera:192.168.122.1")
    else {
      Issue.record("no camera")
      return
    }
  }

  @Test(arguments: ["", "picture.jpg", "camera:", "rtsps://cam/", "http://", "ftp://cam/a.jpg"])
  func othersAreRefused(text: String) {
    #expect { try SnapshotSource(parsing: text) } throws: { error in
      (error as? SnapshotError)?.exitStatus == .usage
    }
  }

  @Test(arguments: ["rtsp://u:secret@cam/live", "http://u:secret@cam/a.jpg"])
  func namesHoldNoPasswords(text: String) throws {
    let source = try SnapshotSource(parsing: text)
    #expect(!source.name.contains("secret"))
    #expect(source.login.password == "secret")
  }
}

@Suite struct SnapshotCredentialTests {
  private let variable = SnapshotCredential.environmentVariable

  private func header(
    url: (String?, String?) = (nil, nil), username: String? = nil, passwordFile: String? = nil,
    environment: [String: String] = [:]
  ) throws -> String? {
    try SnapshotCredential.login(
      url: (username: url.0, password: url.1), username: username, passwordFile: passwordFile,
      environment: environment
    )?.basicAuthorization
  }

  private func basic(_ text: String) -> String {
    "Basic " + Data(text.utf8).base64EncodedString()
  }

  @Test func passwordsComeFromFileURLOrEnvironment() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "password").path
    try Data("from file\r\nsecond line\n".utf8).write(to: URL(filePath: file))
    let environment = [variable: "from environment"]
    #expect(try header(environment: environment) == nil)
    #expect(try header(url: ("u", "from url"), environment: environment) == basic("u:from url"))
    #expect(try header(url: ("u", ""), environment: environment) == basic("u:"))
    #expect(try header(url: ("u", nil), environment: environment) == basic("u:from environment"))
    #expect(try header(username: "v", environment: environment) == basic("v:from environment"))
    #expect(
      try header(url: ("u", "from url"), passwordFile: file, environment: environment)
        == basic("u:from file"))
    #expect(try header(username: "v", passwordFile: file) == basic("v:from file"))
    #expect(
      try header(url: ("u", "from url"), username: "v", environment: environment)
        == basic("v:from environment"))
  }

  @Test func halfACredentialIsRefused() throws {
    let folder = try TemporaryFolder()
    let empty = folder.url.appending(path: "empty").path
    try Data("\n".utf8).write(to: URL(filePath: empty))
    let calls: [() throws -> String?] = [
      { try header(url: ("u", nil)) }, { try header(username: "u") },
      { try header(passwordFile: empty) }, { try header(username: "u", passwordFile: empty) },
      { try header(username: "u", passwordFile: empty + "-not-there") },
      { try header(username: "a:b", environment: [variable: "c"]) },
    ]
    for call in calls {
      #expect { try call() } throws: { ($0 as? SnapshotError)?.exitStatus == .usage }
    }
  }
}
