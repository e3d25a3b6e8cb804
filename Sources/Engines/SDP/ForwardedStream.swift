/// The H.264 video that another server forwards as plain RTP, as its session description tells:
/// what to send instead of it so that its receiver notices no difference.
///
/// Source: answers of Sora's StartForwardingRtp; RFC 8866 §5.7 and §5.14, RFC 6184 §8.1.
public struct ForwardedStream: Sendable, Hashable {
  /// 0…127.
  public var payloadType: UInt8
  /// 1…65535.
  public var port: UInt16
  /// Where the packets go, without the time to live of multicast; nil if the description leaves it
  /// open.
  public var address: String?
  /// What the receiver was told of the format; all of it may be missing.
  public var parameters: H264FormatParameters
  /// The server's own words about this video alone.
  private var description: SessionDescription

  /// Finds the first video section that carries H.264.
  ///
  /// Other sections, and other payload types in the same section, such as retransmission, are left
  /// out. Parameters this program does not know are kept as they are.
  ///
  /// - Throws: ``ForwardedStreamError`` if the text is not a description, or none of a video that
  ///   can be sent in its place.
  public init(parsing text: String) throws(ForwardedStreamError) {
    var description: SessionDescription
    do {
      description = try SessionDescription(parsing: text)
    } catch {
      throw .malformed(error)
    }
    // Port 0 is a section that was refused (RFC 3264 §6).
    let videos = description.media.filter { $0.type == "video" && $0.port > 0 }
    guard !videos.isEmpty else { throw .noVideo }
    guard var video = videos.first(where: { $0.h264VideoPayloadType != nil }),
      let payloadType = video.h264VideoPayloadType
    else { throw .otherCodecs(Self.codecs(of: videos)) }
    guard video.transport.hasPrefix("RTP/") else { throw .otherTransport(video.transport) }
    parameters = H264FormatParameters(
      parsing: video.formatParameters(payloadType: payloadType) ?? "")
    guard (0...1).contains(parameters.packetizationMode) else {
      throw .packetizationMode(parameters.packetizationMode)
    }
    address = Self.address(of: video.connection ?? description.connection)
    video.keepOnly(payloadType: payloadType)
    description.media = [video]
    port = video.port
    self.payloadType = payloadType
    self.description = description
  }

  /// The description for receivers, with nothing changed but what is sent elsewhere or otherwise.
  ///
  /// - Parameters:
  ///   - connection: Where packets go; nil: where the server said.
  ///   - port: The same.
  ///   - payloadType: The payload type packets have; nil: the server's.
  public func sessionDescription(
    connection: SessionDescription.Connection? = nil, port: UInt16? = nil,
    payloadType: UInt8? = nil
  ) -> SessionDescription {
    var description = description
    for index in description.media.indices {
      if let connection { description.media[index].connection = connection }
      if let port { description.media[index].port = port }
      if let payloadType {
        description.media[index].rename(payloadType: self.payloadType, to: payloadType)
      }
    }
    return description
  }

  /// Names of what the sections carry, for a message; few and short, whoever wrote them.
  private static func codecs(of videos: [MediaDescription]) -> [String] {
    var names: [String] = []
    for video in videos {
      for format in video.formats {
        guard let map = UInt8(format).flatMap({ video.rtpMap(payloadType: $0) }) else { continue }
        let name = String(map.prefix { $0 != "/" }.prefix(16))
        let isPlain = name.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        if isPlain, !names.contains(name), names.count < 4 { names.append(name) }
      }
    }
    return names
  }

  private static func address(of connection: SessionDescription.Connection?) -> String? {
    guard let address = connection?.address.prefix(while: { $0 != "/" }), !address.isEmpty,
      address != "0.0.0.0", address != "::"
    else { return nil }
    return String(address)
  }
}

/// Why nothing can be sent in place of a forwarded stream.
public enum ForwardedStreamError: Error, Sendable, Hashable {
  case malformed(SDPError)
  /// No video section with a port.
  case noVideo
  /// No video section carries H.264; names of what they carry, as far as they say.
  case otherCodecs([String])
  /// Not RTP over UDP.
  case otherTransport(String)
  /// Interleaved packets (2), or no mode there is.
  case packetizationMode(Int)
}

extension ForwardedStreamError: CustomStringConvertible {
  /// For people.
  public var description: String {
    switch self {
    case .malformed(let error): "Sora's description cannot be read: \(error)"
    case .noVideo: "Sora forwards no video"
    case .otherCodecs(let names):
      "Sora forwards \(names.isEmpty ? "another codec" : names.joined(separator: ", "))"
        + "; the bridge sends H.264 only"
    case .otherTransport: "Sora forwards by something other than RTP"
    case .packetizationMode(let mode):
      "Sora forwards H.264 in packetization mode \(mode); the bridge sends mode 1"
    }
  }
}

extension MediaDescription {
  /// The payload type of H.264 at the clock rate it must have.
  fileprivate var h264VideoPayloadType: UInt8? {
    formats.lazy.compactMap { UInt8($0) }.first { payloadType in
      payloadType < 128
        && rtpMap(payloadType: payloadType)?.lowercased().prefix { $0 != " " } == "h264/90000"
    }
  }

  /// Drops every other payload type and what is said about it.
  fileprivate mutating func keepOnly(payloadType: UInt8) {
    formats = ["\(payloadType)"]
    attributes.removeAll { ($0.payloadType ?? payloadType) != payloadType }
  }

  fileprivate mutating func rename(payloadType old: UInt8, to new: UInt8) {
    formats = ["\(new)"]
    for index in attributes.indices where attributes[index].payloadType == old {
      let fields = (attributes[index].value ?? "").split(separator: " ", maxSplits: 1)
      attributes[index].value = (["\(new)"] + fields.dropFirst()).joined(separator: " ")
    }
  }
}

extension SessionDescription.Attribute {
  /// The payload type an attribute is about; nil if it is about all, or about something else.
  fileprivate var payloadType: UInt8? {
    guard ["rtpmap", "fmtp", "rtcp-fb"].contains(name) else { return nil }
    return value?.split(separator: " ", maxSplits: 1).first.flatMap { UInt8($0) }
  }
}
