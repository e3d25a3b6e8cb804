import NIOCore
import NIOHTTP1

extension SimulatedCamera {
  /// What the control port answers.
  func controlAnswer(to head: HTTPRequestHead) async -> HTTPAnswer {
    // Browsers add it to whatever a page sends to where it does not come from.
    guard !head.headers.contains(name: "Origin") else {
      return Self.controlProblem("a web page must not steer the camera", .forbidden)
    }
    guard let request = ControlRequest(uri: head.uri) else {
      return Self.controlProblem("the address is no path with a name and a value", .badRequest)
    }
    switch (head.method, request.name) {
    case (.GET, ""): return Self.controlJSON(["commands": Self.commandList, "state": state])
    case (.GET, "calls"): return Self.controlJSON(callList)
    case (.POST, ""), (.POST, "calls"):
      return Self.controlProblem("POST needs the name of a command", .methodNotAllowed)
    case (.POST, _): return await controlAnswer(to: request)
    case (.GET, _) where CameraCommand.byName[request.name] != nil:
      return Self.controlProblem("a command needs POST", .methodNotAllowed)
    case (.GET, _): return Self.controlProblem("there is only / and /calls", .notFound)
    default: return Self.controlProblem("only GET and POST", .methodNotAllowed)
    }
  }

  private func controlAnswer(to request: ControlRequest) async -> HTTPAnswer {
    do throws(CommandError) {
      let call = try CameraCommand.Call(name: request.name, value: request.value)
      try await apply(call)
      return Self.controlJSON(["done": .string(call.description), "state": state])
    } catch {
      let status: HTTPResponseStatus =
        switch error {
        case .unknownCommand: .notFound
        case .valueNotWanted, .valueMissing, .valueWrong: .badRequest
        case .failed: .conflict
        }
      return Self.controlProblem(error.description, status)
    }
  }

  private static func controlJSON(
    _ value: JSONValue, _ status: HTTPResponseStatus = .ok
  ) -> HTTPAnswer {
    var answer = HTTPAnswer.json(value, status: status)
    answer.headers.append(("Connection", "close"))
    answer.body.writeString("\n")
    return answer
  }

  private static func controlProblem(_ text: String, _ status: HTTPResponseStatus) -> HTTPAnswer {
    controlJSON(["error": .string(text)], status)
  }

  // MARK: - What there is to tell

  private static let commandList = JSONValue.array(
    CameraCommand.all.map { command in
      [
        "name": .string(command.name), "value": .string(command.form.summary),
        "help": .string(command.help),
      ]
    })

  private var state: JSONValue {
    let counters = counters
    let status = status
    return [
      "isReachable": .bool(status.isReachable), "isRecMode": .bool(status.isRecMode),
      "isLiveviewActive": .bool(status.isLiveviewActive),
      "hasLiveviewClient": .bool(status.hasLiveviewClient),
      "openConnections": .integer(status.openConnections),
      "cameraStatus": .string(body.status.rawValue),
      "batteryQuarters": .integer(body.battery.rawValue),
      "framesPerSecond": .number(liveview.pacing.framesPerSecond),
      "phoneIsThere": .bool(phone.isThere), "faults": .strings(faultsNow),
      "endpoints": [
        "description": .string(endpoints.descriptionURL), "api": .string(endpoints.apiURL),
        "liveview": .string(endpoints.liveviewURL),
      ],
      "counters": [
        "framesSent": .integer(counters.framesSent),
        "framesSkipped": .integer(counters.framesSkipped),
        "liveviewConnections": .integer(counters.liveviewConnections),
        "searchesAnswered": .integer(counters.searchesAnswered),
        "connectionsRefused": .integer(counters.connectionsRefused),
        "picturesTaken": .integer(counters.picturesTaken),
        "requestsByMethod": .object(
          counters.requestsByMethod.sorted { $0.key < $1.key }
            .map { .init(name: $0.key, value: .integer($0.value)) }),
      ],
    ]
  }

  /// The faults that last or wait, in words.
  private var faultsNow: [String] {
    var faults: [String] = []
    if liveview.content != .pictures { faults.append("stream content: \(liveview.content)") }
    if let wedge = liveview.wedge { faults.append("wedge: \(wedge.rawValue)") }
    if liveview.answer != .stream { faults.append("stream answer: \(liveview.answer)") }
    if liveview.outlivesRecMode { faults.append("stream stays open on the waiting screen") }
    if !liveview.faults.isEmpty { faults.append("pictures to spoil: \(liveview.faults.count)") }
    for (method, fault) in lastingAPIFaults.sorted(by: { $0.key < $1.key }) {
      faults.append("calls of \(method): \(fault)")
    }
    for (method, queue) in apiFaults.sorted(by: { $0.key < $1.key }) where !queue.isEmpty {
      faults.append("calls of \(method) to spoil: \(queue.count)")
    }
    return faults
  }

  private var callList: JSONValue {
    let records = callRecords.map { record -> JSONValue in
      [
        "method": .string(record.method), "version": .string(record.version),
        "arrivedMs": .integer(Int(record.arrivedAt)),
        "endedMs": record.endedAt.map { .integer(Int($0)) } ?? .null,
        "inFlight": .integer(record.inFlight),
      ]
    }
    return ["nowMs": .integer(Int(lifetimeMilliseconds)), "calls": .array(records)]
  }
}

/// Name and value from the address of a request to the control port.
struct ControlRequest: Equatable {
  var name: String
  var value: String?

  /// - Returns: nil if `uri` is no path of one or two parts, or is wrongly escaped.
  init?(uri: String) {
    let halves = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let path = halves.first, path.hasPrefix("/") else { return nil }
    // A value may have slashes of its own, as an address has.
    let parts = path.dropFirst().split(separator: "/", maxSplits: 1).map(Self.unescaped)
    guard let name = parts.first ?? "" else { return nil }
    self.name = name
    if parts.count > 1 {
      guard let value = parts[1] else { return nil }
      self.value = value
    }
    guard halves.count > 1 else { return }
    for pair in halves[1].split(separator: "&") where pair.hasPrefix("value=") {
      guard let value = Self.unescaped(pair.dropFirst(6)) else { return nil }
      self.value = value
    }
  }

  /// Source: RFC 3986 §2.1.
  private static func unescaped(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let digits = String(rest.prefix(2)),
        let value = UInt8(digits, radix: 16), digits.first?.isHexDigit == true
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
