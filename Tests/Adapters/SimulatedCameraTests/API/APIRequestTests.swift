import NIOCore
import Testing

@testable import SimulatedCamera

struct APIRequestTests {
  private func parse(_ text: String) throws(APIRequest.Fault) -> APIRequest {
    try APIRequest(parsing: ByteBuffer(string: text))
  }

  @Test func completeCallIsUnderstood() throws {
    let call = try parse(
      "{\"method\":\"getEvent\",\"params\":[true],\"id\":2147483647,\"version\":\"1.0\"}")
    #expect(call.method == "getEvent")
    #expect(call.parameters == [true])
    #expect(call.id == 2_147_483_647)
    #expect(call.version == "1.0")
  }

  @Test(arguments: [
    ("", 0), ("[]", 0), ("{\"method\":\"a\",\"params\":[],\"version\":\"1.0\"}", 0),
    ("{\"method\":\"a\",\"params\":[],\"id\":0,\"version\":\"1.0\"}", 0),
    ("{\"method\":\"a\",\"params\":[],\"id\":2147483648,\"version\":\"1.0\"}", 0),
    ("{\"params\":[],\"id\":4,\"version\":\"1.0\"}", 4),
    ("{\"method\":\"a\",\"params\":{},\"id\":4,\"version\":\"1.0\"}", 4),
    ("{\"method\":\"a\",\"params\":[],\"id\":4}", 4),
  ])
  func otherBodiesAreIllegalRequests(text: String, id: Int) {
    #expect(throws: APIRequest.Fault(error: .illegalRequest, id: id)) { try parse(text) }
  }

  @Test func answersHaveTheirForms() {
    #expect(APIAnswer.result([0]).message(id: 3).encoded() == "{\"id\":3,\"result\":[0]}")
    #expect(APIAnswer.results([]).message(id: 3).encoded() == "{\"id\":3,\"results\":[]}")
    #expect(
      APIAnswer.error(.notAvailableNow).message(id: 3).encoded()
        == "{\"id\":3,\"error\":[1,\"Not Available Now\"]}")
  }
}
