import ArgumentParser

/// Looks at the configuration without running anything.
struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Check the configuration.", subcommands: [Check.self])

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Say whether the configuration can be used; exit code 78 if not.",
      discussion: """
        All problems are listed at once, each with its key, value and what is allowed.

        EXAMPLES
          liveview-bridge config check --config config.json
          liveview-bridge config check --encoder-bitrate-kbps 4000
        """)

    @OptionGroup var arguments: SettingsArguments

    func run() async throws {
      if arguments.wantsHelp { throw CleanExit.helpRequest(self) }
      do {
        _ = try await Bridge(sources: try await arguments.sources())
        print("The configuration is fine.")
      } catch let problems as ConfigurationProblems {
        exitBecause(of: problems)
      }
    }
  }
}
