import Media

extension CameraCommand {
  private static let pictures = ValueForm.number(1...100_000, unit: "pictures", default: 1)

  private static func spoil(_ name: String, _ fault: LiveviewFault, _ help: String)
    -> CameraCommand
  {
    CameraCommand(name, pictures, help) { camera, value in
      camera.injectLiveviewFaults([LiveviewFault](repeating: fault, count: value.count))
    }
  }

  /// Each spoils one picture or more, and what follows is sound unless the stream ended with it.
  static let pictureFaults = [
    spoil("garbled-jpeg", .garbledPicture, "Rubbish in the middle of the next pictures' data."),
    spoil("truncated-jpeg", .truncatedPicture, "The next pictures stop in the middle."),
    spoil("broken-jpeg-header", .brokenPictureHeader, "The next pictures' headers are unusable."),
    spoil(
      "payload-cut-short", .payloadCutShort, "The next packets are shorter than they declare."),
    spoil("garbage-between-packets", .garbageBetweenPackets, "300 random bytes before a packet."),
    spoil("wrong-start-byte", .wrongStartByte, "A packet begins with 0xFE instead of 0xFF."),
    spoil("wrong-start-code", .wrongStartCode, "The four bytes of the start code are others."),
    spoil("unknown-payload-type", .unknownPayloadType, "A packet of a type nobody described."),
    spoil("reserved-bytes-set", .reservedBytesSet, "Bytes of the header that should be 0 are not."),
    spoil("giant-size", .giantSize, "A packet declares 16 777 215 bytes."),
    spoil("sequence-gap", .sequenceGap, "100 sequence numbers are left out."),
    spoil("sequence-restart", .sequenceRestart, "Sequence numbers begin again at 1."),
    spoil("clock-restart", .clockRestart, "The stream's clock begins again at 0."),
    spoil("bad-chunk-line", .badChunkLine, "A chunk's size is no number; then the stream ends."),
    spoil("missing-chunk-end", .missingChunkEnd, "A chunk lacks its line end; the stream ends."),
    spoil("clean-end", .cleanEnd, "The response ends as it should after the next picture."),
    spoil("fin-mid-packet", .closeInsidePacket, "The connection is closed inside a packet."),
    spoil("reset-mid-packet", .resetInsidePacket, "The connection is reset inside a packet."),
    spoil(
      "half-packet", .hangInsidePacket,
      "Half a packet, then nothing more on this connection; a new one is sound."),
  ]

  private static func fill(_ name: String, _ content: StreamContent, _ help: String)
    -> CameraCommand
  {
    CameraCommand(name, .none, help) { camera, _ in camera.setStreamContent(content) }
  }

  private static let sizes = SimulatedPicture.sizes.map { "\($0.width)x\($0.height)" }

  /// Last until `liveview-sound`.
  static let stream = [
    fill("stall", .nothing, "The stream stays open and nothing comes, on new connections too."),
    CameraCommand(
      "trickle", .number(0.1...1000, unit: "bytes a second", default: 1),
      "The stream comes one byte at a time."
    ) { camera, value in
      camera.setStreamContent(.trickle(bytesPerSecond: value.number))
    },
    fill("endless-garbage", .garbage, "The stream is random bytes in sound chunks, without end."),
    fill(
      "endless-no-frame", .packetsWithoutPictures,
      "The stream is sound packets without end, none of them a picture."),
    CameraCommand(
      "wedge", .word(LiveviewWedge.allCases.map(\.rawValue), default: "liveview"),
      """
      No pictures come until the client reopens the stream, calls stopLiveview or startLiveview, \
      calls startRecMode, fetches the description, or the camera was switched off.
      """
    ) { camera, value in
      if let wedge = LiveviewWedge(rawValue: value.text) { camera.wedgeLiveview(wedge) }
    },
    CameraCommand(
      "stream-status", .number(400...599, unit: "HTTP status", default: 503),
      "Requests for the stream get this HTTP status; an open stream goes on."
    ) { camera, value in
      camera.setStreamAnswer(.status(value.count))
    },
    CameraCommand(
      "stream-redirect", .text(meaning: "URL", default: "/moved"),
      "Requests for the stream get 302 to this address; an open stream goes on."
    ) { camera, value in
      camera.setStreamAnswer(.redirect(value.text))
    },
    CameraCommand(
      "stream-endless-headers", .none, "Requests for the stream get header lines without end."
    ) { camera, _ in
      camera.setStreamAnswer(.endlessHeaders)
    },
    CameraCommand("stream-hang", .none, "Requests for the stream get no answer.") { camera, _ in
      camera.setStreamAnswer(.silence)
    },
    CameraCommand(
      "content-type", .text(meaning: "media type", default: "application/octet-stream"),
      "New streams have this Content-Type."
    ) { camera, value in
      camera.setStreamContentType(value.text)
    },
    CameraCommand("liveview-sound", .none, "Ends every fault of the stream.") { camera, _ in
      camera.healLiveview()
    },
    CameraCommand(
      "frame-rate", .number(SimulatedCameraConfiguration.frameRates, unit: "a second", default: 25),
      "Changes the rate of pictures; 0.05 is three a minute."
    ) { camera, value in
      camera.setFrameRate(value.number)
    },
    CameraCommand(
      "picture-size", .word(sizes, default: sizes.first), "Changes the size in mid-stream."
    ) { camera, value in
      let numbers = value.text.split(separator: "x").compactMap { Int($0) }
      guard numbers.count == 2 else { return }
      try camera.setPictureSize(PictureSize(width: numbers[0], height: numbers[1]))
    },
  ]
}
