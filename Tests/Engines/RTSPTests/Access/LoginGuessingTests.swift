import SDP
import Testing

@testable import RTSP

/// Guesses of one address over many connections.
@Suite struct LoginGuessingTests {
  private static let stream = "rtsp://h:8554/live/stream"

  private func lock(_ schemes: [RTSPAuthentication.Scheme]) -> RTSPAuthentication {
    RTSPAuthentication(
      schemes: schemes,
      users: [
        RTSPCredential(username: "cam", password: "secret"),
        RTSPCredential(username: "spare", password: "x"),
      ], realm: "realm")
  }

  private func basic(_ login: String) -> String {
    "Authorization: Basic " + Base64.encode(Array(login.utf8))
  }

  @Test func manyConnectionsGuessNoFasterThanOne() {
    var desk = Dialogue(authentication: lock([.basic])).desk
    var judged = 0
    var refused = 0
    // A hundred clients of one address, each leaving before its answer.
    for _ in 0..<100 {
      var dialogue = Dialogue(authentication: lock([.basic]))
      dialogue.desk = desk
      _ = dialogue.request("DESCRIBE \(Self.stream)", basic("cam:guess"))
      if dialogue.isClosed { refused += 1 } else { judged += 1 }
      desk = dialogue.desk
    }
    #expect(judged == 20 && refused == 80)
    // Somebody else is not disturbed.
    var other = Dialogue(authentication: lock([.basic]))
    other.desk = desk
    other.address = NetworkAddress(parsing: "192.0.2.78")
    #expect(other.request("DESCRIBE \(Self.stream)", basic("spare:x")).code == 200)
  }

  @Test func aRightLoginIsNotDelayedByAFewWrongOnes() {
    var dialogue = Dialogue(authentication: lock([.basic]))
    for _ in 0..<4 {
      _ = dialogue.request("DESCRIBE \(Self.stream)", basic("cam:guess"))
      dialogue.wait(.seconds(2))
    }
    var next = Dialogue(authentication: lock([.basic]))
    next.desk = dialogue.desk
    #expect(next.request("DESCRIBE \(Self.stream)", basic("spare:x")).code == 200)
  }

  @Test func whoHasLoggedInGoesOnDuringAnAttackFromTheSameAddress() {
    var viewer = Dialogue(authentication: lock([.basic]))
    #expect(viewer.request("DESCRIBE \(Self.stream)", basic("spare:x")).code == 200)
    for _ in 0..<50 {
      var dialogue = Dialogue(authentication: lock([.basic]))
      dialogue.desk = viewer.desk
      _ = dialogue.request("DESCRIBE \(Self.stream)", basic("cam:guess"))
      viewer.desk = dialogue.desk
    }
    #expect(viewer.request("DESCRIBE \(Self.stream)", basic("spare:x")).code == 200)
    // But not as somebody else.
    #expect(viewer.request("DESCRIBE \(Self.stream)", basic("cam:guess")).code == 401)
    #expect(viewer.isClosed)
  }
}
