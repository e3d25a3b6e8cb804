import JSON

extension SoraOperation {
  /// What members of a channel are told about each other.
  static let metadata: [SoraOperation] = [
    taking(
      "Sora_20201124.ListSignalingNotifyMetadata", [.required("channel_id", .identifier)],
      isPassedOn: true
    ) { parameters, state in
      .array(
        try state.members(required: parameters.channelID).map { member in
          [
            "client_id": .string(member.clientID), "connection_id": .string(member.id),
            "metadata": .object(member.notifyMetadata ?? [:]),
          ]
        })
    },
    taking(
      "Sora_20201124.GetSignalingNotifyMetadata",
      [.required("channel_id", .identifier), .required("connection_id", .identifier)],
      isPassedOn: true
    ) { parameters, state in
      let connection = try state.connection(parameters.connectionID, in: parameters.channelID)
      return .object(connection.notifyMetadata ?? [:])
    },
    change("Put", item: false, extra: [.required("metadata", .anyObject)]) {
      parameters, metadata in
      metadata = parameters.json["metadata"]?.members ?? [:]
      return metadata
    },
    // Answers what was there before.
    change("Delete", item: false, extra: []) { _, metadata in
      defer { metadata = [:] }
      return metadata
    },
    change(
      "Put", item: true, extra: [.required("key", .identifier), .required("value", .any)]
    ) { parameters, metadata in
      metadata[parameters.text("key")] = parameters.json["value"]
      return metadata
    },
    // Answers what is left.
    change("Delete", item: true, extra: [.required("key", .identifier)]) { parameters, metadata in
      metadata[parameters.text("key")] = nil
      return metadata
    },
  ]

  private typealias Change =
    @Sendable (Parameters, inout [String: JSONValue]) -> [String: JSONValue]

  private static func change(
    _ verb: String, item: Bool, extra: [JSONSchema.Member], _ change: @escaping Change
  ) -> SoraOperation {
    taking(
      "Sora_20201124.\(verb)SignalingNotifyMetadata\(item ? "Item" : "")",
      [.required("channel_id", .identifier), .required("connection_id", .identifier)] + extra
        + [.optional("push", .boolean)], isPassedOn: true
    ) { parameters, state in
      let connection = try state.connection(parameters.connectionID, in: parameters.channelID)
      var metadata = connection.notifyMetadata ?? [:]
      let answer = change(parameters, &metadata)
      state[connection: connection.id]?.notifyMetadata = metadata
      if parameters.flag("push") {
        var data = parameters.json.members ?? [:]
        data["push"] = nil
        data["channel_id"] = nil
        data["type"] = "signaling_notify_metadata_ext"
        data["action"] = .string("\(verb)Metadata\(item ? "Item" : "")")
        state.pushes.append(
          SoraPush(channelID: parameters.channelID, connectionID: nil, data: .object(data)))
      }
      return .object(answer)
    }
  }
}

extension JSONValue {
  var members: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }
}
