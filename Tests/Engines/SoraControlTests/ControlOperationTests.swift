import Testing

@testable import SoraControl

@Suite struct ControlOperationTests {
  @Test(arguments: [
    ("StartForwardingRtp", "start-forwarding-rtp"), ("ListPlaylistURLs", "list-playlist-urls"),
    ("CreateMultistreamChannelWithHLS", "create-multistream-channel-with-hls"),
    ("ListChannelIDs", "list-channel-ids"), ("CreateRTMPChannel", "create-rtmp-channel"),
    ("ChangeUpstreamVideoBitRate", "change-upstream-video-bit-rate"),
    ("GetAllRemoteStats", "get-all-remote-stats"), ("channel_id", "channel-id"),
    ("auth_webhook_url", "auth-webhook-url"), ("GetStatsReport", "get-stats-report"),
  ])
  func commandsAreWrittenInKebabCase(name: String, command: String) {
    #expect(KebabCase.of(name) == command)
  }
}
