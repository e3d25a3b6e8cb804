import ArgumentParser

/// Runs the bridge until it is told to stop.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run the bridge until SIGTERM or SIGINT (the default command).",
    discussion: """
      EXAMPLES
        liveview-bridge run --config /etc/liveview-bridge/config.json
        liveview-bridge run --camera-url http://192.168.122.1:61000/scalarwebapi_dd.xml
        liveview-bridge run --camera-simulated whenAbsent
        LIVEVIEW_BRIDGE_OUTPUTS_RTSP_PASSWORD=secret liveview-bridge run \
          --outputs-rtsp-username viewer
      """)

  @OptionGroup var arguments: SettingsArguments

  func run() async throws {
    if arguments.wantsHelp { throw CleanExit.helpRequest(self) }
    do {
      let sources = try await arguments.sources()
      let bridge = try await Bridge(sources: sources)
      try await bridge.run()
    } catch let problems as ConfigurationProblems {
      exitBecause(of: problems)
    }
  }
}
