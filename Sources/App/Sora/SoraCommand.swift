import ArgumentParser
import SoraControl

/// Calls Sora's HTTP API.
struct SoraCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sora", abstract: "Call an operation of Sora's HTTP API.",
    discussion: "See liveview-bridge sora --help for the operations and their keys.")

  @OptionGroup var arguments: ControlCommandArguments

  func run() async throws { try await arguments.run(.sora) }
}

/// Calls ImageFlux Live Streaming's API, which has Sora's form.
struct ImageFluxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "imageflux", abstract: "Call an operation of ImageFlux Live Streaming's API.",
    discussion: "See liveview-bridge imageflux --help for the operations and their keys.")

  @OptionGroup var arguments: ControlCommandArguments

  func run() async throws { try await arguments.run(.imageFlux) }
}

/// Everything behind the name of a service, unread: operations are rows of a table, not types that
/// the argument parser knows.
struct ControlCommandArguments: ParsableArguments {
  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp(
      "Name of the operation in kebab case, and its keys.", valueName: "operation --key value"))
  var all: [String] = []

  func run(_ service: ControlOperation.Service) async throws {
    do {
      try await ControlCommandLine(service: service).run(all)
    } catch let failure as ControlFailure {
      throw ExitCode(failure.status.rawValue)
    }
  }
}
