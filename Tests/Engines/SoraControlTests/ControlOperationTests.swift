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

  @Test func targetsAndCommandNamesAreEachTheirOwn() {
    let operations = ControlOperations.all.map { $0.operation }
    #expect(Set(operations.map(\.target)).count == operations.count)
    for service in ControlOperation.Service.allCases {
      let names = ControlOperations.callable(at: service).map { $0.operation.commandName }
      #expect(Set(names).count == names.count)
    }
  }

  @Test func everyRowIsWhole() {
    for type in ControlOperations.all {
      let operation = type.operation
      #expect(operation.version.count == 8 && operation.version.allSatisfy(\.isNumber))
      #expect(operation.summary.hasSuffix("."))
      #expect(!operation.reply.isEmpty)
      let names = Set(operation.keys.map(\.name))
      #expect(names.count == operation.keys.count)
      #expect(names.isSuperset(of: operation.oneOf + operation.distinct))
      #expect("\(type)" == operation.name)
    }
  }

  @Test func theDocumentsOfTheUserAreComplete() {
    let documents: [ControlOperation.Documents] = [.soraExperimental, .soraPausing]
    let count = ControlOperations.all.count { documents.contains($0.operation.documents) }
    #expect(count == 23)
  }

  @Test func operationsAreFoundByNameAndByTarget() {
    let forwarding = ControlOperations.named("start-forwarding-rtp", at: .sora)
    #expect(forwarding?.operation == StartForwardingRtp.operation)
    #expect(ControlOperations.named("start-forwarding-rtp", at: .imageFlux) == nil)
    #expect(ControlOperations.named("push-channel", at: .imageFlux) != nil)
    #expect(ControlOperations.named("create-channel", at: .sora) == nil)
    #expect(
      ControlOperations.targeting("Sora_20241218.RequestKeyFrame")?.operation
        == RequestKeyFrame.operation)
    #expect(ControlOperations.targeting("Sora_20241218.requestkeyframe") == nil)
    #expect(ControlOperations.nearest(to: "list-chanels", at: .sora) == "list-channels")
    #expect(ControlOperations.nearest(to: "zzzzzzzz", at: .sora) == nil)
  }
}
