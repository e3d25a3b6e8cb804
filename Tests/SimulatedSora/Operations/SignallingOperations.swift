import JSON

extension SoraOperation {
  /// Who is there.
  static let signalling: [SoraOperation] = [
    {
      var operation = taking(
        "Sora_20201013.ListChannels", [.optional("local", .boolean)]
      ) { _, state in listChannels(state) }
      operation.bare = { state in listChannels(state) }
      return operation
    }(),
    {
      var operation = taking(
        "Sora_20201013.ListConnections", [.optional("local", .boolean)], isPassedOn: true
      ) { _, state in .array(state.connections.map(describe)) }
      operation.bare = { state in .array(state.connections.map(describe)) }
      return operation
    }(),
    taking(
      "Sora_20201013.ListChannelConnections",
      [.required("channel_id", .identifier), .optional("local", .boolean)], isPassedOn: true
    ) { parameters, state in
      .array(state.members(of: parameters.channelID).map(describe))
    },
  ]

  private static func listChannels(_ state: SoraState) -> JSONValue {
    var seen: [String] = []
    for connection in state.connections where !seen.contains(connection.channelID) {
      seen.append(connection.channelID)
    }
    return .array(
      seen.map { channelID in
        let first = state.members(of: channelID).first
        return [
          "channel_id": .string(channelID),
          "multistream": .boolean(first?.isMultistream ?? true),
          "spotlight": .boolean(first?.isSpotlight ?? false),
        ]
      })
  }

  private static func describe(_ connection: SoraConnection) -> JSONValue {
    var members: [String: JSONValue] = [
      "channel_id": .string(connection.channelID),
      "session_id": .string(connection.sessionID),
      "client_id": .string(connection.clientID),
      "bundle_id": .string(connection.clientID),
      "connection_id": .string(connection.id),
      "role": .string(connection.role.rawValue),
      "created_time": .integer(Int(connection.created)),
      "created_timestamp": .string(SoraClock.timestamp(connection.created)),
      "multistream": .boolean(connection.isMultistream),
      "simulcast": .boolean(connection.isSimulcast),
      "spotlight": .boolean(connection.isSpotlight),
      "audio": .boolean(false),
      "video": .boolean(false),
    ]
    if connection.hasAudio { members["audio"] = ["codec_type": "OPUS"] }
    if let codec = connection.video {
      members["video"] = [
        "codec_type": .string(codec.rawValue), "bit_rate": .integer(connection.videoBitRate),
      ]
    }
    return .object(members)
  }

  /// Whom to send away, and whom to ask for a key frame.
  static let connections: [SoraOperation] = [
    taking(
      "Sora_20151104.DisconnectChannel",
      [.required("channel_id", .identifier), .optional("reason", .anyObject)], isPassedOn: true
    ) { parameters, state in
      let members = try state.members(required: parameters.channelID)
      for member in members { state.leave(member.id) }
      return ["channel_id": .string(parameters.channelID)]
    },
    taking(
      "Sora_20151104.DisconnectConnection",
      [
        .required("channel_id", .identifier), .required("connection_id", .identifier),
        .optional("reason", .anyObject),
      ], isPassedOn: true
    ) { parameters, state in
      let connection = try state.connection(parameters.connectionID, in: parameters.channelID)
      state.leave(connection.id)
      return pair(parameters)
    },
    requestKeyFrame("Sora_20241218.RequestKeyFrame"),
    // As an unreleased page of the documents dates it.
    requestKeyFrame("Sora_20241211.RequestKeyFrame"),
    taking(
      "Sora_20190327.ChangeUpstreamVideoBitRate",
      [
        .required("channel_id", .identifier), .required("connection_id", .identifier),
        .required("bit_rate", .integer(1...30000)),
      ], isPassedOn: true
    ) { parameters, state in
      let connection = try state.connection(parameters.connectionID, in: parameters.channelID)
      guard !connection.isSpotlight else { throw Refusal("SPOTLIGHT_IS_NOT_SUPPORTED") }
      guard connection.role.sends else { throw Refusal("INVALID_ROLE") }
      state[connection: connection.id]?.videoBitRate = parameters.integer("bit_rate")
      return parameters.json
    },
  ]

  private static func requestKeyFrame(_ target: String) -> SoraOperation {
    taking(
      target, [.required("channel_id", .identifier), .required("connection_id", .identifier)]
    ) { parameters, state in
      let connection = try state.connection(parameters.connectionID, in: parameters.channelID)
      state[connection: connection.id]?.keyFrameRequests += 1
      return pair(parameters)
    }
  }

  /// What is said to members of a channel.
  static let messages: [SoraOperation] = [
    taking(
      "Sora_20160711.PushChannel",
      [.required("channel_id", .identifier), .required("data", .anyObject)], isPassedOn: true
    ) { parameters, state in
      _ = try state.members(required: parameters.channelID)
      let data = parameters.json["data"] ?? [:]
      state.pushes.append(
        SoraPush(channelID: parameters.channelID, connectionID: nil, data: data))
      return ["type": "push", "data": data]
    },
    taking(
      "Sora_20160711.PushConnection",
      [
        .required("channel_id", .identifier), .required("connection_id", .identifier),
        .required("data", .anyObject),
      ], isPassedOn: true
    ) { parameters, state in
      _ = try state.connection(parameters.connectionID, in: parameters.channelID)
      let data = parameters.json["data"] ?? [:]
      state.pushes.append(
        SoraPush(
          channelID: parameters.channelID, connectionID: parameters.connectionID, data: data))
      return ["type": "push", "data": data]
    },
  ]

  /// The ids of a call as its answer.
  static func pair(_ parameters: Parameters) -> JSONValue {
    [
      "channel_id": .string(parameters.channelID),
      "connection_id": .string(parameters.connectionID),
    ]
  }
}
