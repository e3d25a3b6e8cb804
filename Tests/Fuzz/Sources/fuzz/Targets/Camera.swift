import Media
import NIOCore

@testable import SonyCamera

/// What a camera sends beside its answers.
enum Camera {
  /// The end of a JPEG is found, whatever follows it.
  static func jpeg(_ bytes: [UInt8]) {
    guard let outline = try? JPEGMarkerWalk.outline(of: ByteBuffer(bytes: bytes)) else { return }
    require((4...bytes.count).contains(outline.byteCount), "a picture is part of the bytes")
    require(outline.size.width > 0 && outline.size.height > 0, "pictures have an area")
    require(
      outline.size.width * outline.size.height <= JPEGMarkerWalk.defaultPixelLimit,
      "pictures are not too large")
    let alone = Array(bytes.prefix(outline.byteCount))
    require(outlineOrNil(alone) == outline, "what follows makes no difference")
    require(outlineOrNil(alone + [0xFF, 0xD9, 0xFF]) == outline, "not even another end")
    require(outlineOrNil(alone.dropLast()) == nil, "a picture without its end is none")
  }

  private static func outlineOrNil(_ bytes: [UInt8]) -> JPEGOutline? {
    try? JPEGMarkerWalk.outline(of: ByteBuffer(bytes: bytes))
  }

  /// A liveview stream comes out the same in whatever pieces it arrives.
  static func liveview(_ bytes: [UInt8]) {
    var tight = LiveviewParser.Limits()
    tight.payloadByteCount = 400
    tight.garbageByteCount = 600
    for limits in [LiveviewParser.Limits(), tight] {
      let whole = stream([bytes[...]], limits)
      require(whole == stream(Pieces.of(bytes), limits), "pieces make no difference")
      require(whole.statistics.byteCount <= bytes.count, "no byte counts twice")
      let images = whole.transcript.messages.filter { if case .image = $0 { true } else { false } }
      require(whole.statistics.imageCount == images.count, "pictures are counted")
    }
  }

  private struct Stream: Equatable {
    var transcript: Transcript<LiveviewPacket, SonyCameraError>
    var statistics: LiveviewStatistics
    var times: [MediaTime] = []
  }

  private static func stream(
    _ pieces: [ArraySlice<UInt8>], _ limits: LiveviewParser.Limits
  ) -> Stream {
    var parser = LiveviewParser(limits: limits)
    let most = limits.payloadByteCount + 255 + LiveviewPacketHeader.byteCount
    let transcript = Transcript<LiveviewPacket, SonyCameraError>(pieces, mostKept: most) {
      buffer throws(SonyCameraError) in try parser.next(from: &buffer)
    }
    var stream = Stream(transcript: transcript, statistics: parser.statistics)
    var clock = CameraClock()
    for case .image(let image) in transcript.messages {
      let arrival = MediaTime(nanoseconds: Int64(stream.times.count) * 33_000_000)
      stream.times.append(
        clock.presentationTime(cameraMilliseconds: image.cameraMilliseconds, arrival: arrival))
    }
    require(zip(stream.times, stream.times.dropFirst()).allSatisfy(<), "time goes on")
    return stream
  }

  /// Discovery messages: what is read and written reads the same.
  static func ssdp(_ bytes: [UInt8]) {
    guard let message = try? SSDPMessage(parsing: ByteBuffer(bytes: bytes)) else { return }
    var written = ByteBuffer()
    message.encode(into: &written)
    // Repaired UTF-8 may be longer than a field or a datagram is allowed to be, and characters
    // that control something are never written.
    let text = String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "")
    guard Array(text.utf8).allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A }),
      String(validating: bytes, as: UTF8.self) != nil, bytes.count < 1000
    else { return }
    let again = try? SSDPMessage(parsing: written)
    // Devices that go do not say any more what they are.
    if case .notification(let leaving) = message, leaving.event == .byebye { return }
    require(again == message, "a written message reads the same: \(message)")
  }

  /// Device descriptions, and the address of the API in them.
  static func deviceDescription(_ bytes: [UInt8]) {
    let document = ByteBuffer(bytes: bytes)
    guard let description = try? DeviceDescription(parsing: document) else { return }
    require(description.services.count <= 32, "services are few")
    let texts = [
      description.friendlyName, description.manufacturer, description.modelName,
      description.uniqueDeviceName,
    ]
    // A byte that is no UTF-8 becomes three.
    require(texts.allSatisfy { $0.utf8.count <= bytes.count * 3 }, "texts come from the document")
    let location = CameraURL(host: "192.0.2.1", port: 64_321, path: "/dd.xml")
    guard let endpoint = try? description.cameraEndpoint(location: location) else { return }
    require(CameraURL(endpoint.description) == endpoint, "the address can be read again")
    require(!endpoint.isLoopbackOrUnspecified, "a camera is not this machine")
  }

  /// Addresses on a camera, and references to others.
  static func url(_ bytes: [UInt8]) {
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    guard let url = CameraURL(String(lines[0])) else { return }
    require((1...65_535).contains(url.port), "ports are ports")
    require(CameraURL(url.description) == url, "a written address reads the same")
    require(CameraURL(url.appending("camera").description) != nil, "a path can be longer")
    guard lines.count > 1, let other = url.resolving(String(lines[1])) else { return }
    require(CameraURL(other.description) == other, "a resolved address is one")
  }
}
