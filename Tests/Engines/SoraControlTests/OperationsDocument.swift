@testable import SoraControl

/// `Docs/sora-operations.md`, made of the table of operations.
enum OperationsDocument {
  static var text: String {
    var lines = introduction
    for service in ControlOperation.Service.allCases {
      let operations = ControlOperations.all(of: service).map { $0.operation }
      lines += ["", "## \(service == .sora ? "Sora" : "ImageFlux Live Streaming")", ""]
      lines += overview(operations)
      for operation in operations { lines += section(operation) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static let introduction = """
    # Operations of Sora and ImageFlux

    This page is made of the table in the code (`ControlOperations`); a test compares the two. \
    After a change: `UPDATE_DOCUMENTS=1 swift test --filter OperationsDocumentTests`.

    Each operation is a command, `liveview-bridge sora NAME` or `liveview-bridge imageflux NAME`, \
    with its keys as options: `channel_id` is `--channel-id`. The values are checked before \
    anything is sent, and all that is wrong is told at once. What is not in this table is called \
    with `liveview-bridge sora call TARGET`.

    On the wire each call is `POST /` with the header `x-sora-target` and a JSON object of the \
    keys that are given. An operation of Sora without keys is sent without a body: by that Sora \
    knows it. ImageFlux is sent `{}`.

    *Repeated* says what happens when no answer comes: a call whose second time does no harm is \
    sent up to twice more, as the time limit allows; any other only if it surely did not reach the \
    server.
    """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)

  private static func overview(_ operations: [ControlOperation]) -> [String] {
    let isSora = operations.first?.service == .sora
    let extra = isSora ? " through ImageFlux |" : ""
    return [
      "| command | target | repeated |\(extra) documents |",
      "|---|---|---|\(isSora ? "---|" : "")---|",
    ]
      + operations.map { operation in
        let name = operation.commandName
        let passed = operation.isPassedOnByImageFlux ? "yes" : "no"
        return "| [`\(name)`](#\(name)) | `\(operation.target)` | \(repetition(operation)) |"
          + (isSora ? " \(passed) |" : "") + " \(operation.documents.rawValue) |"
      }
  }

  private static func repetition(_ operation: ControlOperation) -> String {
    switch operation.repetition {
    case .always: "yes"
    case .ifUnsent: "if unsent"
    }
  }

  private static func section(_ operation: ControlOperation) -> [String] {
    var lines = ["", "### \(operation.commandName)", "", operation.summary]
    if let remark = operation.remark { lines += ["", remark] }
    if !operation.keys.isEmpty {
      lines += ["", "| key | given | value | what it is |", "|---|---|---|---|"]
      lines += rows(operation.keys, path: "", of: operation)
    }
    for rule in operation.schemeKeys where !rule.oneOf.isEmpty {
      let names = rule.oneOf.map { "`\($0)`" }.joined(separator: " and ")
      lines += ["", "With `\(rule.scheme)://` at least one of \(names) is given."]
    }
    if !operation.distinct.isEmpty {
      let names = operation.distinct.map { "`\($0)`" }.joined(separator: " and ")
      lines += ["", "Values of \(names) differ."]
    }
    return lines + ["", "Reply: \(operation.reply)."]
  }

  private static func rows(_ keys: [ControlKey], path: String, of operation: ControlOperation?)
    -> [String]
  {
    keys.flatMap { key -> [String] in
      let given =
        if key.isRequired {
          "always"
        } else if let scheme = operation?.scheme(wanting: key.name) {
          "with `\(scheme)://`"
        } else if operation?.oneOf.contains(key.name) ?? false {
          "at least one"
        } else {
          "optional"
        }
      let (rule, members, suffix): (String, [ControlKey], String) =
        switch key.kind {
        case .record(let keys): ("an object", keys, ".")
        case .records(let keys): ("a list of objects", keys, "[].")
        default: (key.kind.rule, [], "")
        }
      let secret = key.isSecret ? "; secret, read from a file" : ""
      let name = path + key.name
      return ["| `\(name)` | \(given) | \(rule) | \(key.summary)\(secret) |"]
        + rows(members, path: name + suffix, of: nil)
    }
  }
}
