import JSON
import NIOCore

/// One request and what becomes of it: journal, fault, protocol, operation, answer.
struct SoraExchange: Sendable {
  let service: SimulatedSora.Service
  let room: WaitingRoom

  func handle(_ request: SoraRequest, on wire: SoraWire) {
    let (fault, answer) = room.change { all in
      let call = SoraCall(
        number: all.journal.count, method: request.method, path: request.path,
        headers: request.headers, body: request.body, outcome: .pending)
      all.journal.append(call)
      let fault = all.faults.take(for: call.operation)
      if fault?.prevents == true {
        all.journal[call.number].outcome = .prevented
        return (fault, SoraAnswer?.none)
      }
      if fault == .held {
        all.held.append {
          let answer = room.change { perform(request, call.number, &$0) }
          wire.send(answer.bytes)
        }
        return (fault, nil)
      }
      let answer = perform(request, call.number, &all)
      if fault == .heldReply { all.held.append { wire.send(answer.bytes) } }
      return (fault, answer)
    }
    if let answer { send(answer, fault, on: wire) } else { spoil(fault, on: wire) }
  }

  /// Answers a call of which nothing was done yet.
  private func spoil(_ fault: SoraFault?, on wire: SoraWire) {
    switch fault {
    case .reply(let status, let headers, let body):
      wire.send(SoraAnswer(status: status, headers: headers, body: body).bytes)
    case .bytes(let bytes): wire.sendAndClose(bytes)
    case .redirect(let url):
      wire.send(SoraAnswer(status: 307, headers: ["location": url], body: []).bytes)
    case .held: break
    default: wire.close()
    }
  }

  /// Answers a call that was done.
  private func send(_ answer: SoraAnswer, _ fault: SoraFault?, on wire: SoraWire) {
    switch fault {
    case .lostReply: wire.close()
    case .halfReply:
      let bytes = answer.bytes
      wire.sendAndClose(Array(bytes.dropLast(max(1, answer.body.count / 2))))
    case .heldReply: break
    case .late(let milliseconds):
      wire.later(milliseconds: milliseconds) { wire.send(answer.bytes) }
    case .dripped: wire.drip(answer.bytes)
    case .emptyReply:
      var empty = answer
      empty.body = []
      wire.send(empty.bytes)
    case .answers(let body):
      var other = answer
      if answer.status == 200 { other.body = body }
      wire.send(other.bytes)
    case .contentType(let type):
      var other = answer
      other.headers["content-type"] = type
      wire.send(other.bytes)
    default: wire.send(answer.bytes)
    }
  }

  /// Decides, does and writes down.
  private func perform(
    _ request: SoraRequest, _ number: Int, _ all: inout WaitingRoom.Contents
  ) -> SoraAnswer {
    func note(_ outcome: SoraCall.Outcome) {
      if all.journal.indices.contains(number) { all.journal[number].outcome = outcome }
    }
    guard request.path == "/" else {
      note(.refused("404"))
      return SoraAnswer(status: 404, headers: [:], body: [])
    }
    if case .imageFlux(let token) = service, let refusal = Self.refusal(request, token: token) {
      note(.refused("\(refusal.status)"))
      return refusal
    }
    switch decide(request) {
    case .refuse(let status, let type, let body):
      note(.refused(type))
      return SoraAnswer(status: status, json: body)
    case .run(let run):
      do {
        try Self.checkOwnership(request, service, all.state)
        let answer = try run(&all.state)
        note(.done)
        return SoraAnswer(status: 200, json: answer)
      } catch {
        let refusal = error as? SoraOperation.Refusal ?? .init("HandlerException")
        note(.refused(refusal.type))
        var body: [String: JSONValue] = ["error_type": .string(refusal.type)]
        body["error_reason"] = refusal.reason
        return SoraAnswer(status: 400, json: .object(body))
      }
    }
  }

  private func decide(_ request: SoraRequest) -> Swidden.Decision {
    let target = request.headers.first { $0.name.lowercased() == "x-sora-target" }?.value
    let (services, operations) =
      switch service {
      case .sora: (["Sora"], SoraOperation.sora)
      case .imageFlux: (["ImageFlux", "Sora"], SoraOperation.imageFlux)
      }
    return Swidden.decide(
      method: request.method, target: target, body: request.body, services: services,
      operations: operations)
  }

  /// ImageFlux: 401 without a token, 403 with another. What its body is like is not documented,
  /// so it is not the API's own form.
  private static func refusal(_ request: SoraRequest, token: String) -> SoraAnswer? {
    let given = request.headers.filter { $0.name.lowercased() == "authorization" }.map(\.value)
    if given == ["Bearer \(token)"] { return nil }
    return SoraAnswer(
      status: given.isEmpty ? 401 : 403,
      json: ["message": given.isEmpty ? "Unauthorized" : "Forbidden"])
  }

  /// ImageFlux: operations of Sora's own are for channels of the customer's own.
  private static func checkOwnership(
    _ request: SoraRequest, _ service: SimulatedSora.Service, _ state: SoraState
  ) throws {
    guard case .imageFlux = service,
      let channel = JSONValue(parsing: ByteBuffer(bytes: request.body))?["channel_id"]?.string
    else { return }
    guard state.channelIDs.contains(channel) else { throw SoraOperation.Refusal("ChannelNotFound") }
  }
}

/// An answer as Cowboy writes it.
struct SoraAnswer: Sendable {
  var status: Int
  var headers: [String: String]
  var body: [UInt8]

  init(status: Int, headers: [String: String], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// With the headers of the documents; nil for an empty body.
  init(status: Int, json: JSONValue?) {
    self.status = status
    headers = [
      "access-control-allow-headers":
        "Origin, X-Requested-With, Content-Type, Accept, x-sora-target",
      "access-control-allow-methods": "POST, OPTIONS",
      "access-control-allow-origin": "http://127.0.0.1:5000",
      "access-control-max-age": "1000",
      "content-type": "application/json",
    ]
    var bytes = ByteBuffer()
    json?.encode(into: &bytes)
    body = Array(bytes.readableBytesView)
  }

  var bytes: [UInt8] {
    var all = headers
    all["content-length"] = "\(body.count)"
    all["date"] = SoraClock.httpDate()
    all["server"] = "Cowboy"
    let lines = all.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }
    return Array("HTTP/1.1 \(status) \(Self.phrase(status))\r\n\(lines.joined())\r\n".utf8) + body
  }

  private static func phrase(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 307: "Temporary Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 408: "Request Timeout"
    case 413: "Request Entity Too Large"
    case 500: "Internal Server Error"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    default: "Status"
    }
  }
}
