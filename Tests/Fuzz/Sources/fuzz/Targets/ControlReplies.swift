import JSON
import NIOCore

@testable import SoraControl

/// What Sora and ImageFlux answer, and what is sent to them.
enum ControlReplies {
  /// One JSON text, taken for the reply and for the parameters of every operation.
  static func run(_ bytes: [UInt8]) {
    guard let json = JSONValue(parsing: ByteBuffer(bytes: bytes)) else {
      mistakeIsInside(bytes)
      return
    }
    var written = ByteBuffer()
    json.encode(into: &written)
    require(JSONValue(parsing: written) == json, "JSON written again is the same")
    for type in ControlOperations.all {
      reply(json, to: type)
      if let parameters = json.object { check(parameters, for: type) }
    }
    _ = ChannelOccupants(statistics: json, kind: "video")
    book(json)
  }

  /// A state file that somebody has edited: what is understood is written and read the same.
  private static func book(_ json: JSONValue) {
    var problems: [ChannelBookError] = []
    guard let book = try? ChannelBook(json: json, problems: &problems) else { return }
    problems = []
    require(
      (try? ChannelBook(json: book.json, problems: &problems)) == book && problems.isEmpty,
      "a book that was mended is whole")
  }

  private static func mistakeIsInside(_ bytes: [UInt8]) {
    do {
      _ = try JSONValue(reading: ByteBuffer(bytes: bytes))
      require(false, "what is no JSON is none twice")
    } catch {
      require((0...bytes.count).contains(error.offset), "the mistake is inside")
      require(error.line >= 1 && error.column >= 1, "lines and columns begin with 1")
    }
  }

  private static func reply<Request: ControlRequest>(_ json: JSONValue, to _: Request.Type) {
    guard let reply = try? Request.Reply(json: json) else { return }
    require(reply.json == json, "a reply of \(Request.operation.name) loses nothing")
  }

  private static func check<Request: ControlRequest>(
    _ parameters: [String: JSONValue], for _: Request.Type
  ) {
    let problems = Request.operation.check(parameters)
    for problem in problems {
      require(
        !problem.description.unicodeScalars.contains(where: \.isControl),
        "no problem controls a terminal")
    }
    do {
      let request = try Request(parameters: parameters)
      require(problems.isEmpty, "what has problems is not taken")
      require(request.parameters == parameters, "\(Request.operation.name) is sent as given")
    } catch {
      require(error.problems == problems && !problems.isEmpty, "all problems are told")
    }
  }
}
