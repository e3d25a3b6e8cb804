import SoraControl

/// What stands behind `imageflux orphans`.
struct OrphanArguments {
  var options = ControlOptions()
  var stateDirectory: String?
  var isDeleting = false
  /// Channels to delete; none: all that are left over.
  var channelIDs: [String] = []
  /// What is wrong with the arguments.
  var problems: [String] = []

  init(_ arguments: ArraySlice<String>) {
    var rest = arguments
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("-") else {
        channelIDs.append(argument)
        continue
      }
      let name = argument == "-h" ? "--help" : String(argument.prefix { $0 != "=" })
      let inline = argument.contains("=") ? String(argument.dropFirst(name.count + 1)) : nil
      if let taken = options.take(
        name.replacing("_", with: "-"), inline: inline, &rest)
      {
        if let message = taken.message { problems.append(message) }
      } else {
        take(name, inline: inline, &rest)
      }
    }
    if !isDeleting, let id = channelIDs.first {
      let shown = ControlText.cleaned(id, limit: 60)
      problems.append("\(shown): channels are named only behind --delete")
    }
    for id in channelIDs where !(1...255).contains(id.utf8.count) {
      problems.append("channel \(ControlText.cleaned(id, limit: 60)): must be 1 to 255 bytes")
    }
    var files = ControlFiles()
    options.read(files: &files, problems: &problems)
  }

  private mutating func take(
    _ name: String, inline: String?, _ rest: inout ArraySlice<String>
  ) {
    switch name {
    case "--delete":
      if inline != nil { problems.append("--delete: takes no value; channels follow it") }
      isDeleting = true
    case "--state-directory":
      guard let value = inline ?? ControlOptions.value(&rest) else {
        return problems.append("\(name): needs a value")
      }
      guard stateDirectory == nil else { return problems.append("\(name): must be given once") }
      stateDirectory = value
    default:
      problems.append(
        "\(ControlText.cleaned(name, limit: 60)): must be an option of imageflux orphans")
    }
  }
}
