import JSON

extension SoraState {
  /// Comes into the state in which the documents show their example of `operation`: then the
  /// example's request gets the example's reply.
  ///
  /// - Parameter statistics: What the documents' client had reported, as one of their replies
  ///   about remote statistics has it; only those operations need it.
  public mutating func prepareExample(of operation: String, statistics: JSONValue? = nil) {
    switch operation {
    case "ListChannels":
      publish("sora", role: .sendrecv)
      publish("akane", role: .sendrecv)
    case "StartForwardingRtp":
      publish("sora", video: .vp9)
    case "StopForwardingRtp":
      let id = publish("sora", video: .vp9)
      forwardings = [
        SoraForwarding(
          channelID: "sora", connectionID: id, address: "127.0.0.1", audioPort: 60001,
          videoPort: 60003)
      ]
    case "FocusSpotlightFixed": prepareSpotlight("7QSNT842FS0J9E6BZDBC2DRYY8")
    case "FocusSpotlight", "UnfocusSpotlight", "ChangeSpotlightNumber":
      prepareSpotlight("74Z2G1JS7S67DE226T8R1H3YGW")
    case "RequestRtpStream", "ResetRtpStream":
      join("sora", id: "4EVK3MN5Z17GB62RE5TGD045ZM")
      let sender = publish("sora", id: "EKNQ103WRD4ZZ74B6TKRM9YK78")
      self[connection: sender]?.isSimulcast = true
    case "ListSignalingNotifyMetadata":
      prepareMetadata("V3Q452QQBD5TQ6ZQDMTEDKA07C", ["abc": 10])
    case "PutSignalingNotifyMetadata", "PutSignalingNotifyMetadataItem":
      publish("sora", id: "0FQE5EA5YN3FS13P01QZ1JG8R0")
    case "GetSignalingNotifyMetadata", "DeleteSignalingNotifyMetadata",
      "DeleteSignalingNotifyMetadataItem":
      prepareMetadata("0FQE5EA5YN3FS13P01QZ1JG8R0", ["abc": "efg"])
    case "PauseRtpStream", "ResumeRtpStream":
      join("sora", id: "VTGYC92AZX6M72K860BPREFTMC")
      publish("sora", id: "3X0W1C23KS1TQAAYMKA9TXJS4G")
    case "ListPauseRtpStreams":
      let receiver = publish("sora", id: "G8AN156DSD3DBBN4P15VJ74QRW", role: .sendrecv)
      let sender = publish("sora", id: "47YZ3NYNRN2CS5MW2W8V28W6QW", role: .sendrecv)
      pauses = [SoraPause(channelID: "sora", receiver: receiver, sender: sender)]
    case "GetStatsReport": prepareTotals()
    case "ChangeUpstreamVideoBitRate": publish("sora", id: "HMRVPQEXJX03D3B3WE778SJGRC")
    case "GetAllRemoteStats", "GetChannelRemoteStats", "GetConnectionRemoteStats":
      let id = publish("sora", id: "HMRVPQEXJX03D3B3WE778SJGRC")
      let report = statistics?.array?.first ?? statistics
      self[connection: id]?.report = .init(
        timestamp: report?["timestamp"]?.string ?? "",
        statistics: (report?["remote_stats"] ?? report?["stats"])?.array ?? [])
    default: break
    }
  }

  private mutating func prepareSpotlight(_ id: String) {
    publish("sora", id: id, role: .sendrecv)
    self[connection: id]?.isSpotlight = true
  }

  private mutating func prepareMetadata(_ id: String, _ metadata: [String: JSONValue]) {
    publish("sora", id: id)
    self[connection: id]?.notifyMetadata = metadata
  }

  private mutating func prepareTotals() {
    totals = Totals()
    totals.created = 100
    totals.destroyed = 100
    totals.updated = 174
    totals.successful = 100
    totals.failed = 80
    totals.durationSeconds = 12769
    totals.setUpMilliseconds = 35800
    totals.turnUDP = 98
    totals.turnTCP = 2
  }
}
