import JSON

extension SoraOperation {
  /// What is counted, by Sora and by those who are connected.
  static let statistics: [SoraOperation] = [
    bare("Sora_20171010.GetStatsReport", isPassedOn: false) { state in
      let totals = state.totals
      return [
        "average_duration_sec": .integer(totals.durationSeconds / max(1, totals.created)),
        "average_setup_time_msec": .integer(totals.setUpMilliseconds / max(1, totals.created)),
        "total_connection_created": .integer(totals.created),
        "total_connection_destroyed": .integer(totals.destroyed),
        "total_connection_updated": .integer(totals.updated),
        "total_duration_sec": .integer(totals.durationSeconds),
        "total_failed_connections": .integer(totals.failed),
        "total_ongoing_connections": .integer(state.connections.count),
        "total_successful_connections": .integer(totals.successful),
        "total_turn_tcp_connections": .integer(totals.turnTCP),
        "total_turn_udp_connections": .integer(totals.turnUDP),
      ]
    },
    bare("Sora_20200225.GetAllRemoteStats", isPassedOn: false) { state in
      let all = state.connections.map(\.id)
      return .array(all.map { remoteStatistics(of: $0, as: "remote_stats", &state) })
    },
    taking(
      "Sora_20200225.GetChannelRemoteStats", [.required("channel_id", .identifier)],
      isPassedOn: true
    ) { parameters, state in
      let members = try state.members(required: parameters.channelID).map(\.id)
      return .array(members.map { remoteStatistics(of: $0, as: "remote_stats", &state) })
    },
    taking(
      "Sora_20200225.GetConnectionRemoteStats",
      [.required("channel_id", .identifier), .required("connection_id", .identifier)],
      isPassedOn: true
    ) { parameters, state in
      let connection = try state.connection(parameters.connectionID, in: parameters.channelID)
      return remoteStatistics(of: connection.id, as: "stats", &state)
    },
    taking(
      "Sora_20170529.GetStatsConnection",
      [.required("channel_id", .identifier), .required("connection_id", .identifier)],
      isPassedOn: true
    ) { parameters, state in
      let connection = try state.connection(parameters.connectionID, in: parameters.channelID)
      state[connection: connection.id]?.packets += 100
      return [
        "channel_id": .string(connection.channelID), "connection_id": .string(connection.id),
        "client_id": .string(connection.clientID),
        "role": .string(connection.role.rawValue),
        "rtp": [
          "total_received_rtp": .integer(connection.packets + 100),
          "total_sent_rtp": 0,
        ],
      ]
    },
  ]

  /// What a client reported with its last pong; a fresh report each time.
  private static func remoteStatistics(
    of id: String, as key: String, _ state: inout SoraState
  ) -> JSONValue {
    state[connection: id]?.packets += 100
    guard let connection = state[connection: id] else { return [:] }
    if let report = connection.report {
      return [
        "channel_id": .string(connection.channelID), "connection_id": .string(connection.id),
        "timestamp": .string(report.timestamp), key: .array(report.statistics),
      ]
    }
    let now = SoraClock.microseconds()
    let milliseconds = JSONValue.number(Double(now) / 1000)
    var reports: [JSONValue] = [
      [
        "type": "transport", "id": "RTCTransport_0_1", "timestamp": milliseconds,
        "dtlsState": "connected", "srtpCipher": "AES_CM_128_HMAC_SHA1_80",
      ]
    ]
    if connection.role.sends, let codec = connection.video {
      reports += [
        [
          "type": "codec", "id": "RTCCodec_video_Outbound_120", "timestamp": milliseconds,
          "mimeType": .string("video/\(codec.rawValue)"), "payloadType": 120, "clockRate": 90000,
        ],
        [
          "type": "outbound-rtp", "id": "RTCOutboundRTPVideoStream_1", "kind": "video",
          "timestamp": milliseconds, "ssrc": 1_584_733_228,
          "codecId": "RTCCodec_video_Outbound_120",
          "packetsSent": .integer(connection.packets),
          "bytesSent": .integer(connection.packets * 1100),
          "framesEncoded": .integer(connection.packets / 4), "keyFramesEncoded": 1,
          "pliCount": .integer(connection.keyFrameRequests), "firCount": 0, "nackCount": 0,
        ],
        [
          "type": "remote-inbound-rtp", "id": "RTCRemoteInboundRtpVideoStream_1",
          "kind": "video", "timestamp": milliseconds, "ssrc": 1_584_733_228,
          "localId": "RTCOutboundRTPVideoStream_1", "packetsLost": 0, "jitter": .number(0.002),
          "roundTripTime": .number(0.001),
        ],
      ]
    }
    return [
      "channel_id": .string(connection.channelID), "connection_id": .string(connection.id),
      "timestamp": .string(SoraClock.timestamp(now)), key: .array(reports),
    ]
  }
}
