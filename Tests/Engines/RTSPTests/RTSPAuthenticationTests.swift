import SDP
import Testing

@testable import RTSP

@Suite struct RTSPAuthenticationTests {
  static func basic(_ text: String) -> String { "Basic " + Base64.encode(Array(text.utf8)) }

  static func headers(_ authorization: String?) -> RTSPHeaders {
    var headers = RTSPHeaders()
    if let authorization { headers.append("authorization", authorization) }
    return headers
  }

  let authentication = RTSPAuthentication.basic(
    RTSPCredential(username: "cam", password: "s:é crèt"), realm: "a \"quoted\" realm")

  @Test func grantsTheRightPassword() {
    let right = Self.basic("cam:s:é crèt")
    #expect(authentication.verdict(on: Self.headers(right)) == .granted)
    let spaced = right.replacing("Basic ", with: "bAsIc   ")
    #expect(authentication.verdict(on: Self.headers(spaced)) == .granted)
  }

  @Test(arguments: [
    "cam:s:é crè", "cam:s:é crètt", "cam:", "cam", "", "cam:S:é crèt", "cam:s:é crètcam:s:é crèt",
  ]) func refusesAWrongOne(_ text: String) {
    #expect(authentication.verdict(on: Self.headers(Self.basic(text))) == .wrong)
  }

  @Test(arguments: ["Basic", "Basic !!!", "Basic Y", "Basic Y2Ft=Y2Ft", "Basic Y2FtOn==="])
  func refusesBrokenBase64(_ header: String) {
    #expect(authentication.verdict(on: Self.headers(header)) == .wrong)
  }

  @Test func anotherSchemeIsNoCredential() {
    #expect(authentication.verdict(on: Self.headers("Digest username=\"cam\"")) == .missing)
    #expect(authentication.verdict(on: Self.headers("")) == .missing)
    #expect(authentication.verdict(on: Self.headers(nil)) == .missing)
  }

  @Test func theChallengeIsWellFormed() {
    #expect(authentication.challenges == ["Basic realm=\"a quoted realm\""])
  }

  @Test func withoutAuthenticationEverybodyMay() {
    #expect(RTSPAuthentication.none.verdict(on: Self.headers("Basic xx")) == .granted)
    #expect(RTSPAuthentication.none.challenges.isEmpty)
  }

  @Test func theSecretIsNeverPrinted() {
    let credential = RTSPCredential(username: "cam", password: "hunter2")
    var dumped = ""
    dump(credential, to: &dumped)
    dump(RTSPAuthentication.basic(credential, realm: "r"), to: &dumped)
    dumped += "\(credential)" + String(reflecting: credential)
    #expect(!dumped.contains("hunter2"))
    #expect(!dumped.contains("104"))
    #expect(dumped.contains("cam"))
  }
}
