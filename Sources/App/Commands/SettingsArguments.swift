import ArgumentParser
import Foundation

/// `--config FILE` and any setting as a flag, for the commands that read the configuration.
struct SettingsArguments: ParsableArguments {
  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp(
      "--config FILE, and settings as flags, for example --outputs-rtsp-listen-port 554.",
      valueName: "--config FILE | --SETTING VALUE"))
  var all: [String] = []

  /// The configuration file, if one is named.
  var configFile: String? { split.configFile }

  /// The settings among the arguments.
  var settings: [String] { split.settings }

  /// True if the user asks for help behind a setting.
  var wantsHelp: Bool { all.contains("--help") || all.contains("-h") }

  private var split: (configFile: String?, settings: [String]) {
    var file: String?
    var rest: [String] = []
    var index = all.startIndex
    while index < all.endIndex {
      let argument = all[index]
      if argument == "--config", index + 1 < all.endIndex {
        file = all[index + 1]
        index += 1
      } else if argument.hasPrefix("--config=") {
        file = String(argument.dropFirst("--config=".count))
      } else {
        rest.append(argument)
      }
      index += 1
    }
    return (file, rest)
  }

  /// The sources these arguments, the environment and the file make.
  func sources() async throws -> ConfigurationSources {
    try await ConfigurationSources(
      arguments: settings, environment: ProcessInfo.processInfo.environment,
      filePath: configFile)
  }
}

/// Ends the process the way bad configuration does: all problems on standard error, code 78.
func exitBecause(of problems: ConfigurationProblems) -> Never {
  FileHandle.standardError.write(Data((problems.description + "\n").utf8))
  Foundation.exit(ConfigurationProblems.exitCode)
}
