import Foundation
import JSON
import Pipeline
import SoraControl
import SoraServices

/// Does what the arguments of `sora` or `imageflux` say.
struct ControlCommandLine {
  var service: ControlOperation.Service

  /// - Parameter arguments: Behind the name of the service.
  /// - Throws: `ControlFailure`, when everything has been said.
  func run(_ arguments: [String]) async throws {
    // Options may come first: `sora --json list-channels`.
    guard let (name, rest) = Self.split(arguments) else {
      if arguments.contains("--help") || arguments.contains("-h") {
        return try show(ControlHelp.overview(service))
      }
      throw end(
        ControlFailure(
          .usage, kind: "operationMissing",
          message: "no operation is given\nSee liveview-bridge \(service.commandName) --help"),
        isJSON: arguments.contains("--json"))
    }
    if let extra = ControlExtra.all(of: service).first(where: { $0.name == name }) {
      return try await extra.run(rest[...])
    }
    guard let request = ControlOperations.named(Self.commandName(name), at: service) else {
      throw end(unknown(name), isJSON: rest.contains("--json"))
    }
    try await call(request, rest)
  }

  /// Calls an operation of the table.
  private func call(
    _ request: any ControlRequest.Type, _ arguments: [String]
  ) async throws {
    let operation = request.operation
    let command = "\(service.commandName) \(operation.commandName)"
    let given = ControlArguments(
      arguments, of: operation, command: command, files: ControlFiles())
    if given.options.wantsHelp {
      return try show(ControlHelp.page(of: operation, at: service))
    }
    guard given.problems.isEmpty else {
      throw end(Self.unusable(given.problems, command), isJSON: given.options.isJSON)
    }
    let isDescription = request is StartForwardingRtp.Type
    try await perform(given.options, isDescription: isDescription) { client throws(ControlError) in
      try await client.checkedCall(request, parameters: given.parameters)
    }
  }

  /// Calls any target: `call TARGET [JSON]`.
  func call(_ arguments: [String]) async throws {
    var (words, problems, options, files) = (
      [String](), [String](), ControlOptions(), ControlFiles()
    )
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("--") || argument == "-h" else {
        words.append(argument)
        continue
      }
      let name = argument == "-h" ? "--help" : String(argument.prefix { $0 != "=" })
      let spelling = name.replacing("_", with: "-")
      let inline = argument.contains("=") ? String(argument.dropFirst(name.count + 1)) : nil
      guard let taken = options.take(spelling, inline: inline, &rest) else {
        problems.append("\(ControlText.cleaned(name, limit: 60)): must be an option of call")
        continue
      }
      if let message = taken.message { problems.append(message) }
    }
    if options.wantsHelp {
      return try show(ControlHelp.callPage(service))
    }
    options.read(files: &files, problems: &problems)
    let body = Self.body(words, &files, &problems)
    guard problems.isEmpty, let target = words.first else {
      throw end(
        Self.unusable(problems, "\(service.commandName) call"), isJSON: options.isJSON)
    }
    let known = ControlOperations.targeting(target)
    let isDescription = known is StartForwardingRtp.Type
    let secrets = known?.operation.secrets(in: body?.object ?? [:]) ?? []
    try await perform(options, isDescription: isDescription) { client throws(ControlError) in
      try await client.call(
        target: target, body: body, repetition: known?.operation.repetition ?? .ifUnsent,
        secrets: secrets)
    }
  }

  private static func body(
    _ words: [String], _ files: inout ControlFiles, _ problems: inout [String]
  ) -> JSONValue? {
    guard let target = words.first, words.count <= 2 else {
      problems.append("call: must be given a target, and at most one JSON text behind it")
      return nil
    }
    if !ControlExchange.isTarget(target) {
      let shown = ControlText.cleaned(target, limit: 60)
      problems.append("\(shown): must be a target like Sora_20201013.ListChannels")
    }
    guard words.count == 2 else { return nil }
    do {
      return try files.json(words[1])
    } catch {
      problems.append("call: \(error.reason)")
      return nil
    }
  }

  /// Makes the call and says how it went.
  ///
  /// - Parameter isDescription: Whether the answer is wanted for the session description in it.
  private func perform(
    _ options: ControlOptions, isDescription: Bool,
    _ call: (ControlClient) async throws(ControlError) -> JSONValue?
  ) async throws {
    let access = try await access(options)
    if let warning = access.warning {
      LogLineWriter.standardError.write("Warning: \(warning)")
    }
    let client = ControlClient(endpoint: access.endpoint)
    let result: Result<JSONValue?, ControlError>
    var description: String?
    do {
      let answer = try await call(client)
      if isDescription { description = try Self.description(answer) }
      result = .success(answer)
    } catch {
      result = .failure(error)
    }
    client.shutDown()
    switch result {
    case .success(let answer):
      do {
        if options.isJSON {
          try ControlOutput.write(answer ?? .null)
        } else if let description {
          try ControlOutput.writeExactly(description)
        } else {
          try ControlOutput.write(ControlReport.text(answer))
        }
      } catch {
        var failure = error
        failure.message += "; the call was carried out all the same"
        throw end(failure, isJSON: options.isJSON)
      }
    case .failure(let error):
      let url = (try? ControlURL(access.endpoint.url))?.shown
      throw end(ControlFailure(error, url: url), isJSON: options.isJSON)
    }
  }

  private static func description(_ answer: JSONValue?) throws(ControlError) -> String {
    do {
      return try SessionDescriptionAnswer.text(answer)
    } catch {
      throw .replyUnusable(error)
    }
  }

  private func access(_ options: ControlOptions) async throws(ControlFailure) -> ControlAccess {
    do {
      let sources = try await ControlAccess.sources(
        options, environment: ProcessInfo.processInfo.environment)
      return try ControlAccess(service, options, sources: sources)
    } catch {
      throw end(error, isJSON: options.isJSON)
    }
  }

  // MARK: Failures

  /// Says what went wrong, where the user expects it.
  private func end(_ failure: ControlFailure, isJSON: Bool) -> ControlFailure {
    ControlOutput.tell(failure, isJSON: isJSON)
    return failure
  }

  private func show(_ help: String) throws {
    do {
      try ControlOutput.write(help)
    } catch {
      throw end(error, isJSON: false)
    }
  }

  private static func unusable(_ problems: [String], _ command: String) -> ControlFailure {
    let list =
      problems.count == 1
      ? problems[0]
      : (["the arguments have \(problems.count) problems:"] + problems.map { "  - \($0)" })
        .joined(separator: "\n")
    return ControlFailure(
      .usage, kind: "parametersUnusable",
      message: list + "\nSee liveview-bridge \(command) --help")
  }

  private func unknown(_ name: String) -> ControlFailure {
    let extras = ControlExtra.all(of: service).map(\.name)
    let written = Self.commandName(name)
    let near =
      ControlOperations.nearest(to: written, at: service)
      ?? Spelling.closest(to: written, among: Set(extras))
    let elsewhere = ControlOperation.Service.allCases.first {
      $0 != service && ControlOperations.named(written, at: $0) != nil
    }
    let advice =
      elsewhere.map { "; it is one of liveview-bridge \($0.commandName)" }
      ?? near.map { "; did you mean \($0)?" } ?? ""
    return ControlFailure(
      .usage, kind: "operationUnknown",
      message: "\(ControlText.cleaned(name, limit: 60)) is no operation of \(service.rawValue)"
        + "\(advice)\nSee liveview-bridge \(service.commandName) --help")
  }

  // MARK: Words

  /// The first argument that is no option, and the others; nil if there is none.
  private static func split(_ arguments: [String]) -> (name: String, rest: [String])? {
    var index = arguments.startIndex
    while index < arguments.endIndex, arguments[index].hasPrefix("-") {
      let takesValue = ControlOptions.namesWithValue
        .contains(arguments[index].replacing("_", with: "-"))
      index += takesValue ? 2 : 1
    }
    guard index < arguments.endIndex else { return nil }
    var rest = arguments
    return (rest.remove(at: index), rest)
  }

  /// Operations may be named as in the documents: `ListChannels`.
  private static func commandName(_ name: String) -> String {
    let operation = ControlOperations.all.map { $0.operation }.first { $0.name == name }
    return operation?.commandName ?? name.replacing("_", with: "-")
  }
}
