import SonyCamera
import TestSupport
import Testing

@Suite struct CameraURLTests {
  @Test(arguments: [
    ("http://192.168.122.1:8080/sony", "192.168.122.1", 8080, "/sony"),
    ("HTTP://Camera.local", "camera.local", 80, "/"),
    ("http://h:/x?a=b#c", "h", 80, "/x?a=b"),
    ("http://h?x=1", "h", 80, "/?x=1"),
    ("http://[fe80::1]:61000/dd.xml", "fe80::1", 61_000, "/dd.xml"),
    (
      "http://10.0.0.1:60152/liveview.JPG?%211234%21http%2dget", "10.0.0.1", 60_152,
      "/liveview.JPG?%211234%21http%2dget"
    ),
  ])
  func reads(text: String, host: String, port: Int, path: String) throws {
    let url = try #require(CameraURL(text))
    #expect(url == CameraURL(host: host, port: port, path: path))
    #expect(CameraURL(url.description) == url)
  }

  @Test(arguments: [
    "", "http://", "https://h/", "/path", "http://user@h/", "http://h:0/", "http://h:65536/",
    "http://h:x/", "http://h/a b", "http://h/\r\nHost: x", "http://[::1/", "http://[f2A]/",
    "http://h/ä",
    "http://h x/",
  ])
  func refuses(text: String) {
    #expect(CameraURL(text) == nil)
  }

  @Test func resolvesReferences() throws {
    let base = try #require(CameraURL("http://192.168.122.1:61000/a/dd.xml?x"))
    #expect(base.resolving("http://h/y")?.description == "http://h/y")
    #expect(base.resolving("/sony")?.description == "http://192.168.122.1:61000/sony")
    #expect(base.resolving("sony")?.description == "http://192.168.122.1:61000/a/sony")
    #expect(base.resolving("//h:8080/sony")?.description == "http://h:8080/sony")
    #expect(base.resolving("https://h/y") == nil)
    #expect(base.resolving("") == nil)
  }

  @Test func appendsWithOneSlash() throws {
    for text in ["http://h/sony", "http://h/sony/", "http://h/sony//"] {
      let url = try #require(CameraURL(text))
      #expect(url.appending("camera").description == "http://h/sony/camera")
    }
  }

  @Test func replacesHostsThatCannotBeMeant() throws {
    let camera = CameraURL(host: "192.168.122.1", port: 8080, path: "/sony/camera")
    for host in ["0.0.0.0", "127.0.0.1", "localhost", "::1"] {
      let odd = CameraURL(host: host, port: 60_152, path: "/liveview")
      #expect(
        odd.replacingUnusableHost(by: camera).description == "http://192.168.122.1:60152/liveview")
    }
    let other = CameraURL(host: "192.168.122.7", port: 80, path: "/")
    #expect(other.replacingUnusableHost(by: camera) == other)
    let loopback = CameraURL(host: "127.0.0.1", port: 80, path: "/")
    #expect(loopback.replacingUnusableHost(by: loopback) == loopback)
  }

  @Test func mutationsNeverTrapAndRoundTrip() {
    var generator = SeededGenerator(seed: 0x5552_4C)
    let text = "http://[fe80::1]:61000/scalarwebapi_dd.xml?a=b#c"
    for _ in 0..<20_000 {
      let mutated = String(
        decoding: Mutation.mutate(Array(text.utf8), using: &generator), as: UTF8.self)
      guard let url = CameraURL(mutated) else { continue }
      #expect(CameraURL(url.description) == url)
    }
  }
}
