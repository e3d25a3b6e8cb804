import SoraControl

/// What the command of a service can do besides its operations.
struct ControlExtra: Sendable {
  var name: String
  /// The name and what follows it, for help.
  var usage: String
  /// One sentence.
  var summary: String
  /// Does it, with what follows the name.
  ///
  /// - Throws: `ControlFailure`.
  var run: @Sendable (ArraySlice<String>) async throws -> Void

  static func all(of service: ControlOperation.Service) -> [ControlExtra] {
    let call = ControlExtra(
      name: "call", usage: "call TARGET [JSON|@FILE|-]",
      summary: "Calls what is no operation of the table by its target, as it is given; without "
        + "JSON it has no body."
    ) { arguments in
      try await ControlCommandLine(service: service).call(Array(arguments))
    }
    switch service {
    case .sora: return [call]
    case .imageFlux: return [call, OrphansCommand.extra]
    }
  }
}
