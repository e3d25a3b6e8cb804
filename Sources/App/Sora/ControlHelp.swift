import JSON
import SoraControl

/// Help for the commands of an API, made of the table of operations.
enum ControlHelp {
  /// All that can be called at a service.
  static func overview(_ service: ControlOperation.Service) -> String {
    let command = service.commandName
    var lines = ["USAGE: liveview-bridge \(command) OPERATION [--KEY VALUE …] [OPTIONS]", ""]
    for topic in ControlTopic.all(at: service) {
      lines.append(topic.title.uppercased())
      for operation in topic.operations {
        lines.append("  \(operation.commandName)")
        lines += wrapped(operation.summary, indent: 6)
      }
      lines.append("")
    }
    lines.append("WHAT IS NO OPERATION")
    for extra in ControlExtra.all(of: service) {
      lines.append("  \(extra.usage)")
      lines += wrapped(extra.summary, indent: 6)
    }
    lines += ["", "liveview-bridge \(command) OPERATION --help explains an operation.", ""]
    lines += options(service)
    lines += ["", "EXAMPLES"] + examples(service)
    lines += ["", "EXIT CODES"] + exitCodes
    return lines.joined(separator: "\n")
  }

  /// One operation: its keys, their rules, an example.
  static func page(of operation: ControlOperation, at service: ControlOperation.Service) -> String {
    let command = "liveview-bridge \(service.commandName) \(operation.commandName)"
    var lines = wrapped(operation.summary, indent: 0)
    if let remark = operation.remark {
      lines += [""] + wrapped(remark.replacing("`", with: ""), indent: 0)
    }
    lines += ["", "  \(operation.target)"]
    lines += ["", "KEYS"]
    if operation.keys.isEmpty { lines.append("  none") }
    for key in operation.keys { lines += entry(key, of: operation) }
    if !operation.oneOf.isEmpty {
      let names = operation.oneOf.map(optionName).joined(separator: ", ")
      lines += wrapped("One of these must be given: \(names).", indent: 2)
    }
    for rule in operation.schemeKeys where !rule.oneOf.isEmpty {
      let names = rule.oneOf.map(optionName).joined(separator: ", ")
      lines += wrapped("With \(rule.scheme):// one of these must be given: \(names).", indent: 2)
    }
    if !operation.distinct.isEmpty {
      let names = operation.distinct.map(optionName).joined(separator: ", ")
      lines += wrapped("These must differ: \(names).", indent: 2)
    }
    if !operation.reply.isEmpty {
      lines += [""] + wrapped("Answer: \(operation.reply.replacing("`", with: "")).", indent: 0)
    }
    let repetition =
      operation.repetition == .always
      ? "Sent again, at most twice, if no answer comes: a second time does no harm."
      : "Sent again only if the first time cannot have reached the server."
    lines += wrapped(repetition, indent: 0)
    lines += ["", "EXAMPLE"] + example(operation, command)
    lines += [""] + options(service)
    return lines.joined(separator: "\n")
  }

  /// What is no operation of the table.
  static func callPage(_ service: ControlOperation.Service) -> String {
    let command = "liveview-bridge \(service.commandName) call"
    let target =
      service == .sora ? "Sora_20201013.ListConnections" : "ImageFlux_20200729.ListChannelIDs"
    var lines = ["USAGE: \(command) TARGET [JSON|@FILE|-] [OPTIONS]", ""]
    lines += wrapped(
      "Calls any operation by its target, the value of the header x-sora-target, also those that "
        + "this program does not know.", indent: 0)
    lines += ["", "TARGET"]
    lines += wrapped("Service_YYYYMMDD.Operation, for example \(target)", indent: 6)
    lines += ["JSON"]
    lines += wrapped(
      "The body: JSON, @FILE, or - for standard input; without it none is sent. It is sent as it "
        + "is, and the answer is shown as it comes: neither is checked. Give secrets in a file: "
        + "other users can read process arguments.", indent: 6)
    lines += ["", "EXAMPLES", "  \(command) \(target) '{}'", "  \(command) \(target) @body.json"]
    lines += [""] + options(service)
    lines += ["", "EXIT CODES"] + exitCodes
    return lines.joined(separator: "\n")
  }

  private static func optionName(_ key: String) -> String { "--\(key.replacing("_", with: "-"))" }

  private static func entry(_ key: ControlKey, of operation: ControlOperation) -> [String] {
    let value = key.isSecret ? "-file FILE" : " \(placeholder(key.kind))"
    let condition = operation.scheme(wanting: key.name).map { "with \($0)://" } ?? "optional"
    let must = key.isRequired ? "" : "   (\(condition))"
    var lines = ["  --\(key.optionName)\(value)\(must)"]
    let rule = key.kind.rule
    lines += wrapped("\(key.summary); \(rule)", indent: 6)
    if key.isSecret { lines += wrapped("A file's content; - is standard input.", indent: 6) }
    switch key.kind {
    case .records(let members):
      lines += wrapped("JSON of one object or a list, or @FILE; may be given often.", indent: 6)
      lines += nested(members, path: "[]")
    case .record(let members): lines += nested(members, path: "")
    default: break
    }
    return lines
  }

  /// Members of objects, each with its path.
  private static func nested(_ keys: [ControlKey], path: String) -> [String] {
    keys.flatMap { key -> [String] in
      let name = "\(path).\(key.name)"
      let optional = key.isRequired ? "" : " (optional)"
      switch key.kind {
      case .record(let members):
        return wrapped("\(name)\(optional): \(key.summary)", indent: 6, hanging: 10)
          + nested(members, path: name)
      default:
        return wrapped(
          "\(name)\(optional): \(key.summary); \(key.kind.rule)", indent: 6, hanging: 10)
      }
    }
  }

  private static func placeholder(_ kind: ControlKey.Kind) -> String {
    switch kind {
    case .text, .lines: "TEXT"
    case .choice(let values): values.joined(separator: "|")
    case .integer, .number: "NUMBER"
    case .boolean: "[true|false]"
    case .ipAddress: "ADDRESS"
    case .url: "URL"
    case .object, .record, .records: "JSON|@FILE|-"
    case .any: "TEXT|JSON|@FILE|-"
    }
  }

  /// A call with all required keys, and the first of those of which one must be given.
  private static func example(_ operation: ControlOperation, _ command: String) -> [String] {
    // The scheme of a sample is the first one.
    let rule = operation.schemeKeys.first
    let wanted = (rule?.wanted ?? []) + (rule?.oneOf.prefix(1) ?? [])
    let keys = operation.keys.filter { key in
      key.isRequired || wanted.contains(key.name) || operation.oneOf.last == key.name
        || key.name == "connection_id"
    }
    let words = keys.map { key in
      key.isSecret ? "--\(key.optionName)-file FILE" : "--\(key.optionName) \(sample(key))"
    }
    var lines: [String] = []
    var line = "  \(command)"
    for word in words {
      if line.count + word.count > 74 {
        lines.append(line + " \\")
        line = "     "
      }
      line += " " + word
    }
    return lines + [line]
  }

  /// A value that may be sent, quoted for a shell.
  static func sample(_ key: ControlKey) -> String {
    switch (key.name, key.kind) {
    case ("channel_id", _): "sora"
    case ("connection_id", _): "7QSNT842FS0J9E6BZDBC2DRYY8"
    case ("recv_connection_id", _): "VTGYC92AZX6M72K860BPREFTMC"
    case ("send_connection_id", _): "3X0W1C23KS1TQAAYMKA9TXJS4G"
    case ("video_port", _): "60003"
    case ("audio_port", _): "60001"
    case ("hls", _): "@hls.json"
    case (_, .text), (_, .lines): "abc"
    case (_, .choice(let values)): values.first ?? "abc"
    case (_, .integer(let range)): "\(range.upperBound > 1000 ? 1000 : range.lowerBound)"
    case (_, .number(let range)): "\(JSONValue(range.lowerBound))"
    case (_, .boolean): "true"
    case (_, .ipAddress): "127.0.0.1"
    case (_, .url(let schemes, _)): "\(schemes.first ?? "https")://example/path"
    case (_, .object): #"'{"abc": "efg"}'"#
    case (_, .any): "efg"
    case (_, .record), (_, .records): "@file.json"
    }
  }

  private static func options(_ service: ControlOperation.Service) -> [String] {
    let prefix = service.environmentPrefix
    return ["OPTIONS"] + option("--api-url URL", "\(prefix)API_URL, or \(service.usualURL)")
      + option(
        "--access-token-file FILE",
        "file with the access token, - for standard input; else \(prefix)ACCESS_TOKEN or "
          + "\(prefix)ACCESS_TOKEN_FILE")
      + option(
        "--ca-file FILE",
        "PEM file with CA certificates that are trusted besides the system's, or the server's "
          + "own self-signed one; - is standard input; else \(prefix)CA_FILE")
      + option("--timeout SECONDS", "for the whole call, 0.1 to 600; 10 if nothing says it")
      + option(
        "--config FILE",
        "the bridge's configuration; its section \(service.section) is read where neither an option "
          + "nor the environment says it: \(ControlAccess.keys.sorted().joined(separator: ", "))")
      + option("--json", "print the answer as JSON, and errors as {\"error\": …}")
      + option("--help", "print this")
  }

  private static func option(_ name: String, _ text: String) -> [String] {
    ["  \(name)"] + wrapped(text, indent: 6)
  }

  private static func examples(_ service: ControlOperation.Service) -> [String] {
    switch service {
    case .sora:
      [
        "  liveview-bridge sora list-channels",
        "  liveview-bridge sora list-channels --api-url http://sora.example:3000/ --json",
        "  liveview-bridge sora list-channels --config /etc/liveview-bridge/config.json",
        "  liveview-bridge sora start-forwarding-rtp --channel-id sora \\",
        "      --connection-id 7QSNT842FS0J9E6BZDBC2DRYY8 --ip-address 127.0.0.1 \\",
        "      --video-port 60003 > stream.sdp",
        "  liveview-bridge sora call Sora_20201013.ListConnections '{\"local\": true}'",
      ]
    case .imageFlux:
      [
        "  liveview-bridge imageflux list-channel-ids --access-token-file token.txt",
        "  liveview-bridge imageflux create-channel --hls @hls.json \\",
        "      --access-token-file token.txt --json",
      ]
    }
  }

  /// What scripts may rely on.
  static let exitCodes = [
    "  0   done",
    "  1   the API refused the call (status 400 and its like)",
    "  64  the arguments cannot be used; nothing was sent",
    "  69  no connection, no TLS, or a fault of the server (status 500 and above)",
    "  74  standard output cannot be written; the call was carried out",
    "  75  no whole answer in time; the call may be carried out all the same",
    "  76  the answer cannot be used: no HTTP or JSON, not as documented, cut off,",
    "      too large, redirected",
    "  77  access denied, or no access token",
    "  78  the settings cannot be used: URL, token, CA file, configuration file",
  ]

  /// Lines of at most 76 characters.
  static func wrapped(_ text: String, indent: Int, hanging: Int? = nil) -> [String] {
    var lines: [String] = []
    var line = String(repeating: " ", count: indent)
    var isEmpty = true
    for word in text.split(whereSeparator: \.isWhitespace) {
      if !isEmpty, line.count + 1 + word.count > 76 {
        lines.append(line)
        line = String(repeating: " ", count: hanging ?? indent)
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return isEmpty ? lines : lines + [line]
  }
}
