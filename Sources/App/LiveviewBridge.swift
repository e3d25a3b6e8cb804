import ArgumentParser

/// The program: commands only; each builds what it needs from the other rooms.
@main
struct LiveviewBridge: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "liveview-bridge",
    abstract: "Republishes a Sony α6000's liveview as H.264: RTSP server and RTP over UDP.",
    discussion: """
      EXAMPLES
        liveview-bridge                                  run with the defaults
        liveview-bridge run --config config.json         run with a configuration file
        liveview-bridge run --outputs-rtsp-listen-port 554 --log-level debug
        liveview-bridge discover                         which cameras are in reach?
        liveview-bridge diagnose > report.txt            how are the camera and its Wi-Fi?
        liveview-bridge snapshot rtsp://127.0.0.1:8554/live/stream picture.jpg
        liveview-bridge sora list-channels               ask Sora's HTTP API
        liveview-bridge imageflux list-channel-ids --access-token-file token.txt
        liveview-bridge simulate                         be a camera, for trying things out
        liveview-bridge config check --config config.json

      Every setting of config.json is also a flag (outputs.rtsp.listenPort is
      --outputs-rtsp-listen-port) and an environment variable
      (LIVEVIEW_BRIDGE_OUTPUTS_RTSP_LISTEN_PORT). Flags win over the environment, the
      environment over the file.
      """,
    version: "liveview-bridge \(Version.current)",
    subcommands: [
      RunCommand.self, SimulateCommand.self, DiscoverCommand.self, SnapshotCommand.self,
      DiagnoseCommand.self, SoraCommand.self, ImageFluxCommand.self, ConfigCommand.self,
      PasswordCommand.self,
    ],
    defaultSubcommand: RunCommand.self)
}
