extension CameraCommand {
  private static let whichCalls = ValueForm.calls(number: nil, unit: "", default: nil)
  private static let milliseconds = 0.0...600_000

  private static func spoil(
    _ name: String, _ form: ValueForm,
    _ help: String, _ fault: @escaping @Sendable (CommandValue) -> APIFault
  ) -> CameraCommand {
    CameraCommand(name, form, help) { camera, value in
      let fault = fault(value)
      let method = value.text.isEmpty ? nil : value.text
      if let count = value.repetitions {
        camera.injectAPIFaults([APIFault](repeating: fault, count: count), method: method)
      } else {
        camera.setAPIFault(fault, method: method)
      }
    }
  }

  /// Spoil the calls of a method, or all; as many as are told, or until `api-sound`.
  private static let spoiltCalls = [
    spoil(
      "api-slow", .calls(number: milliseconds, unit: "MS", default: nil),
      "The right answer comes after so long."
    ) { .slow($0.milliseconds) },
    spoil("api-hang", whichCalls, "Calls get no answer; the connection stays open.") { _ in .hang },
    spoil(
      "api-http-status", .calls(number: 400...599, unit: "STATUS", default: 503),
      "Calls get this HTTP status."
    ) { .httpStatus($0.count) },
    spoil(
      "api-error", .calls(number: 1...99_999, unit: "CODE", default: nil),
      "Calls get this error of the API, such as 1, 2, 12, 401, 40401, 40402 or 40403."
    ) { .error(code: $0.count) },
    spoil("api-not-json", whichCalls, "Answers are a page of HTML.") { _ in .notJSON },
    spoil("api-truncated", whichCalls, "Part of an answer comes, then nothing.") { _ in .truncated
    },
    spoil("api-close", whichCalls, "The connection is closed instead of an answer.") { _ in .close
    },
    spoil("api-reset", whichCalls, "The connection is reset instead of an answer.") { _ in .reset },
    spoil("api-close-mid-answer", whichCalls, "The connection is closed inside an answer.") { _ in
      .closeInsideAnswer
    },
    spoil("api-reset-mid-answer", whichCalls, "The connection is reset inside an answer.") { _ in
      .resetInsideAnswer
    },
    spoil("api-giant-body", whichCalls, "Answers declare and send 1 GiB.") { _ in .giantBody },
    spoil("api-endless-headers", whichCalls, "Answers are header lines without end.") { _ in
      .endlessHeaders
    },
    spoil(
      "api-trickle", .calls(number: 1...60_000, unit: "MS", default: 1000),
      "Answers come one byte at a time, so long after each other."
    ) { .trickle($0.milliseconds) },
    spoil("api-wrong-id", whichCalls, "Answers have the id of another call.") { _ in .wrongID },
    spoil("api-nulls", whichCalls, "Results are made of nulls only.") { _ in .nulls },
  ]

  /// What goes wrong with calls, and how the camera serves them.
  static let api =
    spoiltCalls + [
      CameraCommand("api-sound", .none, "Ends every fault of calls.") { camera, _ in
        camera.healAPI()
      },
      CameraCommand(
        "delay-scale", .number(0...10, unit: "", default: nil),
        "How slow answers are: 1 as measured on a real camera, 0 at once."
      ) { camera, value in
        camera.setDelayScale(value.number)
      },
      CameraCommand(
        "worker-limit", .number(1...100, unit: "requests", default: 7),
        "How many requests are served at a time; more wait."
      ) { camera, value in
        camera.setWorkerLimit(value.count)
      },
      CameraCommand(
        "connection-limit", .number(1...1000, unit: "connections", default: 10),
        "How many connections a port takes; more are closed at once."
      ) { camera, value in
        camera.present.connectionLimit = value.count
      },
    ]
}
