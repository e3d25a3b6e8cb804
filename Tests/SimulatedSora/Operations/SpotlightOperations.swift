import JSON

extension SoraOperation {
  /// Who is in focus.
  static let spotlight: [SoraOperation] = [
    focus("Sora_20200807.FocusSpotlightFixed") { id, focused in
      focused.removeAll { $0.connectionID == id }
      focused.append(SoraState.Focus(connectionID: id, isFixed: true))
    },
    focus("Sora_20200807.FocusSpotlight") { id, focused in
      guard !focused.contains(where: { $0.connectionID == id }) else { return }
      focused.append(SoraState.Focus(connectionID: id, isFixed: false))
    },
    focus("Sora_20200807.UnfocusSpotlight") { id, focused in
      focused.removeAll { $0.connectionID == id }
    },
    taking(
      "Sora_20200807.ChangeSpotlightNumber",
      [
        .required("channel_id", .identifier),
        .required("spotlight_number", .integer(1...8)),
      ], isPassedOn: true
    ) { parameters, state in
      _ = try spotlightMembers(parameters.channelID, state)
      state.spotlightNumbers[parameters.channelID] = parameters.integer("spotlight_number")
      return parameters.json
    },
  ]

  private static func focus(
    _ target: String, _ change: @escaping @Sendable (String, inout [SoraState.Focus]) -> Void
  ) -> SoraOperation {
    taking(
      target, [.required("channel_id", .identifier), .required("connection_id", .identifier)],
      isPassedOn: true
    ) { parameters, state in
      _ = try spotlightMembers(parameters.channelID, state)
      let connection = try state.connection(parameters.connectionID, in: parameters.channelID)
      change(connection.id, &state.focus[parameters.channelID, default: []])
      return pair(parameters)
    }
  }

  /// Everybody in a channel with spotlight.
  private static func spotlightMembers(
    _ channelID: String, _ state: SoraState
  ) throws -> [SoraConnection] {
    let members = try state.members(required: channelID)
    guard members.contains(where: \.isSpotlight) else { throw Refusal("SPOTLIGHT_IS_NOT_ENABLED") }
    return members
  }

  /// Which of a publisher's streams a viewer gets.
  static let simulcast: [SoraOperation] = [
    taking(
      "Sora_20201005.RequestRtpStream",
      [
        .required("channel_id", .identifier), .required("recv_connection_id", .identifier),
        .optional("send_connection_id", .identifier),
        .required("rid", .choice(["r0", "r1", "r2"])),
      ], isPassedOn: true
    ) { parameters, state in
      let key = try simulcastKey(parameters, state)
      state.requestedRids[key] = parameters.text("rid")
      return parameters.json
    },
    taking(
      "Sora_20201005.ResetRtpStream",
      [
        .required("channel_id", .identifier), .required("recv_connection_id", .identifier),
        .optional("send_connection_id", .identifier),
      ], isPassedOn: true
    ) { parameters, state in
      let key = try simulcastKey(parameters, state)
      state.requestedRids[key] = nil
      return parameters.json
    },
  ]

  private static func simulcastKey(_ parameters: Parameters, _ state: SoraState) throws -> String {
    let receiver = try state.connection(
      parameters.text("recv_connection_id"), in: parameters.channelID)
    guard receiver.role.receives else { throw Refusal("INVALID_ROLE") }
    guard let senderID = parameters.optionalText("send_connection_id") else {
      return receiver.id + "/"
    }
    let sender = try state.connection(senderID, in: parameters.channelID)
    guard sender.isSimulcast else { throw Refusal("SIMULCAST_IS_NOT_ENABLED") }
    return receiver.id + "/" + sender.id
  }

  /// Viewers who do not get a stream for the time being.
  static let pausing: [SoraOperation] = [
    pause("Sora_20200401.PauseRtpStream") { pause, pauses in
      if !pauses.contains(pause) { pauses.append(pause) }
    },
    pause("Sora_20200401.ResumeRtpStream") { pause, pauses in
      pauses.removeAll { $0 == pause }
    },
    taking(
      "Sora_20200401.ListPauseRtpStreams", [.required("channel_id", .identifier)],
      isPassedOn: true
    ) { parameters, state in
      .array(
        state.pauses.filter { $0.channelID == parameters.channelID }.map { pause in
          [
            "channel_id": .string(pause.channelID),
            "recv_connection_id": .string(pause.receiver),
            "role": .string(state[connection: pause.receiver]?.role.rawValue ?? "recvonly"),
            "send_connection_id": .string(pause.sender),
          ]
        })
    },
  ]

  private static func pause(
    _ target: String, _ change: @escaping @Sendable (SoraPause, inout [SoraPause]) -> Void
  ) -> SoraOperation {
    taking(
      target,
      [
        .required("channel_id", .identifier), .required("recv_connection_id", .identifier),
        .required("send_connection_id", .identifier),
      ], isPassedOn: true
    ) { parameters, state in
      let receiver = try state.connection(
        parameters.text("recv_connection_id"), in: parameters.channelID)
      let sender = try state.connection(
        parameters.text("send_connection_id"), in: parameters.channelID)
      guard receiver.role.receives, sender.role.sends else { throw Refusal("INVALID_ROLE") }
      change(
        SoraPause(channelID: parameters.channelID, receiver: receiver.id, sender: sender.id),
        &state.pauses)
      return parameters.json
    }
  }
}
