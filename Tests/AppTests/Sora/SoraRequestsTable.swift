import JSON
import SimulatedSora
import SoraControl

/// `Docs/sora-requests.md`: requests as they came over the socket, beside the documents' examples.
struct SoraRequestsTable {
  var runs: [SoraExampleRun]

  var text: String {
    var lines = introduction
    for source in SoraExample.Source.allCases {
      let some = runs.filter { $0.example.source == source }
      lines += ["", "## Examples: \(heading(source))", ""]
      lines += [
        "| operation | command | headers as sent | body as sent | equal to the example | reply |",
        "|---|---|---|---|---|---|",
      ]
      lines += some.map(row)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var introduction: [String] {
    """
    # Requests of Sora and ImageFlux as sent

    Each row is a run of the program against a server on a socket; a test runs them all and \
    compares this page with what came. After a change: \
    `UPDATE_DOCUMENTS=1 swift test --filter SoraRequestsTests`.

    Every request is `POST / HTTP/1.1`, and none is chunked. Besides the headers of its row each \
    has \(commonHeaders). The documents' own requests were written by HTTPie with blanks in the \
    JSON; where their `content-length` differs for that reason it is given in parentheses. The \
    values, names and types of all members are compared. *reply*: what the program prints with \
    `--json` is equal to the example's reply, member by member. For Sora's documents the server \
    comes to that reply by itself, from the state that the example shows; elsewhere the example's \
    reply is put in its mouth once it has accepted the request.
    """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private func heading(_ source: SoraExample.Source) -> String {
    switch source {
    case .sora, .imageFlux: source.title
    case .soraLater: "Sora, \(source.title)"
    case .imageFluxLater: "ImageFlux, \(source.title)"
    }
  }

  private static let own: Set = [
    "x-sora-target", "content-type", "content-length", "authorization",
  ]

  /// Header fields that all requests have, with what changes from run to run left out.
  private var commonHeaders: String {
    let all = runs.compactMap(\.calls.first).map { call in
      call.headers.map { (name: $0.name.lowercased(), value: $0.value) }
        .filter { !Self.own.contains($0.name) }
        .map { field in
          switch field.name {
          case "host": "`host`"
          case "user-agent": "`user-agent: \(field.value.prefix { $0 != "/" })/…`"
          default: "`\(field.name): \(field.value)`"
          }
        }
    }
    guard let first = all.first, all.allSatisfy({ $0 == first }) else { return "different others" }
    return first.sorted().joined(separator: ", ")
  }

  private func row(_ run: SoraExampleRun) -> String {
    let (example, operation) = (run.example, run.example.operation)
    guard let call = run.calls.first else { return "| `\(operation.name)` | nothing came |" }
    var headers = ["`x-sora-target: \(call.target ?? "")`"]
    for name in ["content-type", "authorization"] {
      if let value = call[header: name] { headers.append("`\(name): \(value)`") }
    }
    var length = "`content-length: \(call[header: "content-length"] ?? "")`"
    if let documented = example.headers?["content-length"]?.string,
      documented != call[header: "content-length"]
    {
      length += " (\(documented))"
    }
    headers.append(length)
    let body = call.body.isEmpty ? "none" : "`\(String(decoding: call.body, as: UTF8.self))`"
    let cells = [
      operation.name,
      "`\(operation.service == .sora ? "sora" : "imageflux") "
        + "\(operation.commandName)`", headers.joined(separator: "<br>"), body,
      Self.verdict(call.json, example.request),
      example.reply.map { run.output == $0 ? "equal" : "differs" } ?? "not documented",
    ]
    return "| \(cells.joined(separator: " | ")) |"
  }

  private static func verdict(_ sent: JSONValue?, _ documented: JSONValue?) -> String {
    guard sent == documented else { return "**no**" }
    guard case .object(let members)? = documented else { return "yes: no body" }
    return members.count == 1 ? "yes: 1 member" : "yes: \(members.count) members"
  }
}
