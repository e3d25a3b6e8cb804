import Testing

@testable import SoraControl

@Suite struct ControlURLTests {
  @Test(arguments: [
    ("http://127.0.0.1:3000/", "http://127.0.0.1:3000/", "127.0.0.1", 3000, false),
    ("http://sora.example", "http://sora.example/", "sora.example", 80, false),
    (
      "HTTPS://Live-API.imageflux.jp", "HTTPS://Live-API.imageflux.jp/", "live-api.imageflux.jp",
      443, true
    ),
    (
      "https://[2001:db8::1]:8443/api?k=v#x", "https://[2001:db8::1]:8443/api?k=v", "2001:db8::1",
      8443, true
    ),
  ]) func partsAreUnderstood(
    text: String, asked: String, host: String, port: Int, isEncrypted: Bool
  ) throws {
    let url = try ControlURL(text)
    #expect(url.text == asked && url.host == host && url.port == port)
    #expect(url.isEncrypted == isEncrypted)
  }

  @Test(arguments: [
    "", "sora", "127.0.0.1:3000", "ftp://sora/", "http://", "http:///x", "http://a b/",
    "http://sora:0/", "http://sora:70000/", "http://sora/\r\nX: y", "http://søra/", "/",
    "http://" + String(repeating: "a", count: 3000),
  ]) func whatIsNoURLIsRefused(text: String) {
    #expect(throws: ControlError.self) { try ControlURL(text) }
  }

  @Test(arguments: ["http://me:hunter2@sora/", "http://me:hunter2@so ra/", "x://me:hunter2@sora"])
  func passwordsAreRefusedAndNotShown(text: String) {
    let error = #expect(throws: ControlError.self) { try ControlURL(text) }
    #expect(error?.description.contains("hunter2") == false)
  }

  @Test(arguments: [
    ("http://localhost/", true), ("http://127.8.9.1/", true), ("http://[::1]:1/", true),
    ("http://api.localhost/", true), ("http://127.0.0.1.example/", false),
    ("http://192.168.0.2/", false), ("http://localhost.example/", false),
  ]) func thisMachineIsKnown(text: String, isLoopback: Bool) throws {
    let url = try ControlURL(text)
    #expect(url.isLoopback == isLoopback && url.exposesSecrets == !isLoopback)
  }

  @Test func secretsAreSafeWithHTTPS() throws {
    #expect(try !ControlURL("https://live-api.imageflux.jp/").exposesSecrets)
  }

  @Test func theQueryIsNotShown() throws {
    #expect(try ControlURL("http://sora/api?key=1234").shown == "http://sora/api")
  }

  @Test(arguments: [
    ("/other", "http://sora:3000/other"), ("other", "http://sora:3000/a/other"),
    ("//node2:3000/", "http://node2:3000/"), ("https://node2/x", "https://node2/x"),
    ("?x=1", "http://sora:3000/a/b?x=1"), ("../c", "http://sora:3000/c"),
  ]) func locationsAreResolved(location: String, target: String) throws {
    #expect(try ControlURL("http://sora:3000/a/b").resolving(location)?.text == target)
  }

  @Test(arguments: ["http://a b/", "javascript:alert(1)", "file:///etc/passwd", "http://u:p@sora/"])
  func otherLocationsLeadNowhere(location: String) throws {
    #expect(try ControlURL("http://sora/").resolving(location) == nil)
  }

  @Test(arguments: [
    ("localhost:3000", "http://localhost:3000/"), ("sora.example", "http://sora.example/"),
    ("127.0.0.1:3000/api?a=b", "http://127.0.0.1:3000/api"),
  ]) func aMissingSchemeIsSuggested(text: String, meant: String) {
    let error = #expect(throws: ControlError.self) { _ = try ControlURL(text) }
    #expect(error?.description.hasSuffix("; is \(meant) meant?") == true)
  }

  @Test(arguments: ["user:hunter2@sora", "user:hunter2@sora:3000/?a=hunter2"])
  func aPasswordWithoutASchemeIsNotShown(text: String) {
    let error = #expect(throws: ControlError.self) { _ = try ControlURL(text) }
    #expect(error?.description.contains("hunter2") == false)
  }
}
