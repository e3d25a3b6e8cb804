import Foundation
import JSON
import NIOCore
import SoraControl

/// What follows the name of an operation: its keys and the options that all operations have.
///
/// Names may be spelled as commands do, `--channel-id`, or as the documents do, `--channel_id`.
struct ControlArguments {
  /// Those that could be understood; the operation checks them.
  private(set) var parameters: [String: JSONValue] = [:]
  private(set) var options = ControlOptions()
  /// Each names the option as it was written.
  private(set) var problems: [String] = []

  private let keys: [ControlKey]
  private let command: String
  /// How each key was written.
  private var spellings: [String: String] = [:]
  /// Keys whose values could not be read.
  private var unreadable: Set<String> = []
  private var files: ControlFiles

  /// - Parameters:
  ///   - arguments: Without the operation's name.
  ///   - command: `sora list-channels`, for messages.
  init(
    _ arguments: [String], of operation: ControlOperation, command: String, files: ControlFiles
  ) {
    keys = operation.keys
    self.command = command
    self.files = files
    var rest = arguments[...]
    while let argument = rest.popFirst() { take(argument, &rest) }
    options.read(files: &self.files, problems: &problems)
    // What was given and could not be understood is not missing.
    let found = operation.check(parameters)
      .filter { !Set($0.key.components(separatedBy: ", ")).isSubset(of: unreadable) }
    problems += found.map(phrase)
  }

  private mutating func take(_ argument: String, _ rest: inout ArraySlice<String>) {
    guard argument.hasPrefix("--"), argument.count > 2 else {
      if argument == "-h" { return options.wantsHelp = true }
      let text = ControlText.cleaned(argument, limit: 60)
      problems.append("\(text): must be an option like --channel-id sora")
      return
    }
    let name = String(argument.prefix { $0 != "=" })
    let inline = name.count < argument.count ? String(argument.dropFirst(name.count + 1)) : nil
    let spelling = name.replacing("_", with: "-")
    if let problem = options.take(spelling, inline: inline, &rest) {
      if let message = problem.message { problems.append(message) }
    } else if let key = keys.first(where: { "--\($0.optionName)" == spelling }), !key.isSecret {
      takeKey(key, name, inline, &rest)
    } else if let key = keys.first(where: { "--\($0.optionName)-file" == spelling }), key.isSecret {
      takeSecret(key, name, inline, &rest)
    } else {
      problems.append(unknown(name, spelling))
      // What follows is its value, most likely.
      if inline == nil { _ = ControlOptions.value(&rest) }
    }
  }

  private mutating func takeKey(
    _ key: ControlKey, _ name: String, _ inline: String?, _ rest: inout ArraySlice<String>
  ) {
    var text = inline
    if text == nil {
      if case .boolean = key.kind {
        text = rest.first == "true" || rest.first == "false" ? rest.removeFirst() : "true"
      } else {
        text = ControlOptions.value(&rest)
      }
    }
    guard let text else {
      unreadable.insert(key.name)
      return problems.append("\(name): needs a value")
    }
    do {
      let value = try key.value(of: text, files: &files)
      if let before = parameters[key.name] {
        guard case .records = key.kind, case .array(let earlier) = before,
          case .array(let later) = value
        else { return problems.append("\(name): must be given once") }
        parameters[key.name] = .array(earlier + later)
      } else {
        parameters[key.name] = value
      }
      spellings[key.name] = name
    } catch {
      unreadable.insert(key.name)
      problems.append("\(name): \(error.reason)")
    }
  }

  private mutating func takeSecret(
    _ key: ControlKey, _ name: String, _ inline: String?, _ rest: inout ArraySlice<String>
  ) {
    guard let path = inline ?? ControlOptions.value(&rest) else {
      unreadable.insert(key.name)
      return problems.append("\(name): needs the name of a file")
    }
    guard parameters[key.name] == nil else { return problems.append("\(name): must be given once") }
    do {
      parameters[key.name] = .string(try files.secret(in: path, limit: 65_536))
      spellings[key.name] = name
    } catch {
      unreadable.insert(key.name)
      problems.append("\(name): \(error.reason)")
    }
  }

  private func unknown(_ name: String, _ spelling: String) -> String {
    if let key = keys.first(where: { "--\($0.optionName)" == spelling }) {
      return "\(name): must be given in a file, with --\(key.optionName)-file; other users can "
        + "read process arguments"
    }
    if spelling == "--access-token" {
      return "\(name): must be given in a file, with --access-token-file, or in the environment; "
        + "other users can read process arguments"
    }
    let known = Set(keys.map { "--\($0.optionName)" + ($0.isSecret ? "-file" : "") })
      .union(ControlOptions.names)
    let near = Spelling.closest(to: spelling, among: known).map { "; did you mean \($0)?" }
    return "\(ControlText.cleaned(name, limit: 60)): must be an option of \(command)\(near ?? "")"
  }

  /// A problem with the option's name in place of the key's.
  private func phrase(_ problem: ControlKeyProblem) -> String {
    func name(_ path: some StringProtocol) -> String {
      let root = String(path.prefix { $0 != "." && $0 != "[" })
      let rest = path.dropFirst(root.count)
      let key = keys.first { $0.name == root }
      let option = key.map { "--\($0.optionName)" + ($0.isSecret ? "-file" : "") } ?? root
      return (spellings[root] ?? option) + (rest.isEmpty ? "" : " \(rest)")
    }
    var problem = problem
    problem.key = problem.key.split(separator: ", ").map { name($0) }.joined(separator: ", ")
    problem.other = problem.other.map { name($0) }
    return problem.description
  }
}

extension ControlKey {
  /// The value that a text on the command line stands for. A text that is none is passed on as it
  /// is, for the check to refuse.
  func value(of text: String, files: inout ControlFiles) throws(ControlFileError) -> JSONValue {
    switch kind {
    case .text, .lines, .choice, .ipAddress, .url:
      return .string(text)
    case .integer:
      return Int(text).map(JSONValue.integer) ?? .string(text)
    case .number:
      return Double(text).map { JSONValue($0) } ?? .string(text)
    case .boolean:
      return Bool(text).map(JSONValue.boolean) ?? .string(text)
    case .object, .record:
      return try files.json(text)
    case .records:
      let value = try files.json(text)
      return value.array == nil ? .array([value]) : value
    case .any:
      // A bare word is itself, as in the documents; what begins like JSON is meant to be JSON.
      if text == "-" || text.hasPrefix("@") { return try files.json(text) }
      if let value = JSONValue(parsing: ByteBuffer(string: text)) { return value }
      if let first = text.first, "{[\"".contains(first) { return try files.json(text) }
      return .string(text)
    }
  }
}
