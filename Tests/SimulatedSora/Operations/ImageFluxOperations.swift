import JSON

extension SoraOperation {
  /// Channels of ImageFlux.
  static let channels: [SoraOperation] = [
    taking("ImageFlux_20180905.CreateChannel", hlsMembers(.optional) + webhooks) {
      parameters, state in
      let channel = try create(.single, parameters, &state)
      return [
        "channel_id": .string(channel.id), "sora_url": soraURL,
        "playlist_url": .string("https://hls.imageflux.example/\(channel.id).m3u8"),
      ]
    },
    {
      var operation = taking(
        "ImageFlux_20200316.CreateMultistreamChannel", webhooks + environment
      ) { parameters, state in
        let channel = try create(.multistream, parameters, &state)
        return ["channel_id": .string(channel.id), "sora_url": soraURL]
      }
      operation.bare = nil
      return operation
    }(),
    // The playlists of this one come later, with the streams.
    taking(
      "ImageFlux_20200316.CreateMultistreamChannelWithHLS",
      hlsMembers(.required) + webhooks + environment
    ) { parameters, state in
      let channel = try create(.multistreamWithHLS, parameters, &state)
      return ["channel_id": .string(channel.id), "sora_url": soraURL]
    },
    taking("ImageFlux_20250901.CreateRTMPChannel", hlsMembers(.required) + webhooks + environment) {
      parameters, state in
      let channel = try create(.rtmp, parameters, &state)
      return [
        "channel_id": .string(channel.id),
        "ingest_url": .string("rtmps://ingest.imageflux.example/\(channel.id)"),
        "playlist_url": .string("https://hls.imageflux.example/\(channel.id).m3u8"),
      ]
    },
    taking("ImageFlux_20180501.DeleteChannel", [.required("channel_id", .identifier)]) {
      parameters, state in
      let id = parameters.channelID
      guard state.channelIDs.contains(id) else { throw Refusal("ChannelNotFound") }
      // Whoever is still connected is sent away.
      for member in state.members(of: id) { state.leave(member.id) }
      state.channels.removeAll { $0.id == id }
      return state.deletesSilently ? nil : ["channel_id": .string(id)]
    },
    taking("ImageFlux_20200729.ListChannelIDs", []) { _, state in
      ["channel_ids": .array(state.channelIDs.map(JSONValue.string))]
    },
    taking("ImageFlux_20200207.ListPlaylistURLs", [.required("channel_id", .identifier)]) {
      parameters, state in
      guard let channel = state.channels.first(where: { $0.id == parameters.channelID }) else {
        throw Refusal("ChannelNotFound")
      }
      return [
        "channel_id": .string(channel.id),
        "hls": .array(
          channel.playlists.map {
            ["connection_id": .string($0.connectionID), "playlist_url": .string($0.url)]
          }),
      ]
    },
    taking("ImageFlux_20200707.GetEncryptKey", [.required("kid", .identifier)]) {
      parameters, state in
      guard let key = state.encryptKeys[parameters.text("kid")] else {
        throw Refusal("EncryptKeyNotFound")
      }
      return ["encrypt_key": .string(key)]
    },
  ]

  private static let soraURL: JSONValue = "wss://sora.imageflux.example/signaling"

  private static let webhooks: [JSONSchema.Member] = [
    .optional("auth_webhook_url", .string(0...2048)),
    .optional("event_webhook_url", .string(0...2048)),
    .optional("encrypt_key_uri", .string(0...2048)),
  ]

  private static let environment: [JSONSchema.Member] = [.optional("environment", .any)]

  private enum Presence { case required, optional }

  private static func hlsMembers(_ presence: Presence) -> [JSONSchema.Member] {
    let rendition = JSONSchema.object([
      .required("durationSeconds", .number(above: 0)),
      .required("startTimeOffset", .number(below: 0)),
      .required(
        "video",
        .object([
          .required("width", .integer(36...4096)), .required("height", .integer(36...4096)),
          .required("fps", .integer(1...120)), .required("bps", .integer(1...100_000_000)),
          .optional("codec", .choice(["h264_high", "h264_main", "h264_baseline"])),
        ])),
      .optional("audio", .object([.optional("bps", .integer(1...320_000))])),
      .optional("archive", .object([.required("archive_destination_id", .string(0...255))])),
    ])
    return [
      JSONSchema.Member(
        name: "hls", schema: .array(of: rendition), isRequired: presence == .required)
    ]
  }

  /// Makes a channel that there never was before.
  private static func create(
    _ kind: ImageFluxChannel.Kind, _ parameters: Parameters, _ state: inout SoraState
  ) throws -> ImageFluxChannel {
    let renditions = parameters.json["hls"]?.array ?? []
    if kind != .multistream, renditions.isEmpty { throw Refusal("InvalidParameter") }
    if let uri = parameters.optionalText("encrypt_key_uri"), !uri.isEmpty,
      !uri.hasPrefix("https://")
    {
      throw Refusal("InvalidParameter")
    }
    for rendition in renditions {
      let destination = rendition["archive"]?["archive_destination_id"]?.string ?? ""
      guard destination.isEmpty || state.archiveDestinations[destination] != nil else {
        throw Refusal("ArchiveDestinationNotFound")
      }
    }
    let channel = ImageFluxChannel(
      id: SoraIdentifiers.channel(), kind: kind, hls: renditions, parameters: parameters.json)
    state.channels.append(channel)
    state.everCreated.append(channel.id)
    return channel
  }

  /// Where ImageFlux puts recordings.
  static let archives: [SoraOperation] = [
    taking(
      "ImageFlux_20190205.CreateArchiveDestination",
      [.required("bucket_uri", .identifier)]
        + [
          "aws_region", "aws_access_key_id", "aws_secret_access_key", "gcp_credential_json",
          "aws_end_point", "azure_account", "azure_key",
        ].map { .optional($0, .string(0...16384)) }
    ) { parameters, state in
      let uri = parameters.text("bucket_uri")
      guard ["s3://", "gs://", "https://"].contains(where: uri.hasPrefix) else {
        throw Refusal("InvalidParameter")
      }
      let id = SoraIdentifiers.channel()
      state.archiveDestinations[id] = .string(uri)
      return ["archive_destination_id": .string(id)]
    },
    taking(
      "ImageFlux_20190205.DeleteArchiveDestination",
      [.required("archive_destination_id", .identifier)]
    ) { parameters, state in
      let id = parameters.text("archive_destination_id")
      guard state.archiveDestinations.removeValue(forKey: id) != nil else {
        throw Refusal("ArchiveDestinationNotFound")
      }
      return ["archive_destination_id": .string(id)]
    },
    list("ImageFlux_20190205.ListArchiveDestinations"),
    list("ImageFlux_20190205.ListArchiveDestination"),
  ]

  private static func list(_ target: String) -> SoraOperation {
    taking(target, []) { _, state in
      [
        "archive_destinations": .array(
          state.archiveDestinations.sorted { $0.key < $1.key }.map {
            ["archive_destination_id": .string($0.key), "bucket_uri": $0.value]
          })
      ]
    }
  }
}
