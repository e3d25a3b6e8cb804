/// The one table of operations: commands, checks, help and documents are made of it.
public enum ControlOperations {
  /// In the order in which documents and help name them.
  public static let all: [any ControlRequest.Type] = [
    ListChannels.self, ListConnections.self, ListChannelConnections.self,
    StartForwardingRtp.self, StopForwardingRtp.self, RequestKeyFrame.self,
    FocusSpotlightFixed.self, FocusSpotlight.self, UnfocusSpotlight.self,
    ChangeSpotlightNumber.self,
    RequestRtpStream.self, ResetRtpStream.self,
    ListSignalingNotifyMetadata.self, GetSignalingNotifyMetadata.self,
    PutSignalingNotifyMetadata.self, DeleteSignalingNotifyMetadata.self,
    PutSignalingNotifyMetadataItem.self, DeleteSignalingNotifyMetadataItem.self,
    PauseRtpStream.self, ResumeRtpStream.self, ListPauseRtpStreams.self,
    GetStatsReport.self, GetAllRemoteStats.self, GetChannelRemoteStats.self,
    GetConnectionRemoteStats.self, GetStatsConnection.self,
    ChangeUpstreamVideoBitRate.self,
    DisconnectChannel.self, DisconnectConnection.self,
    PushChannel.self, PushConnection.self,
    CreateChannel.self, CreateMultistreamChannel.self, CreateMultistreamChannelWithHLS.self,
    CreateRTMPChannel.self, DeleteChannel.self, ListChannelIDs.self, ListPlaylistURLs.self,
    CreateArchiveDestination.self, DeleteArchiveDestination.self, ListArchiveDestinations.self,
    ListArchiveDestination.self, GetEncryptKey.self,
  ]

  /// The operations that a service has of its own.
  public static func all(of service: ControlOperation.Service) -> [any ControlRequest.Type] {
    all.filter { $0.operation.service == service }
  }

  /// The operations that can be called at a service: ImageFlux passes some of Sora's on.
  public static func callable(
    at service: ControlOperation.Service
  ) -> [any ControlRequest.Type] {
    all.filter {
      $0.operation.service == service
        || service == .imageFlux && $0.operation.isPassedOnByImageFlux
    }
  }

  /// The operation that is called at a service by this name: `start-forwarding-rtp`.
  public static func named(
    _ commandName: String, at service: ControlOperation.Service
  ) -> (any ControlRequest.Type)? {
    callable(at: service).first { $0.operation.commandName == commandName }
  }

  /// The operation with this value of the header: `Sora_20170814.StartForwardingRtp`.
  public static func targeting(_ target: String) -> (any ControlRequest.Type)? {
    all.first { $0.operation.target == target }
  }

  /// The name that somebody probably meant who wrote `commandName`.
  public static func nearest(
    to commandName: String, at service: ControlOperation.Service
  ) -> String? {
    NearestWord.to(commandName, among: Set(callable(at: service).map { $0.operation.commandName }))
  }
}
