/// Two interleaved channels, RTP and RTCP.
public struct ChannelPair: Sendable, Hashable {
  public var rtp: UInt8
  public var rtcp: UInt8

  public init(rtp: UInt8, rtcp: UInt8) {
    self.rtp = rtp
    self.rtcp = rtcp
  }
}

/// Two UDP ports of one side, RTP and RTCP.
public struct PortPair: Sendable, Hashable {
  public var rtp: UInt16
  public var rtcp: UInt16

  public init(rtp: UInt16, rtcp: UInt16) {
    self.rtp = rtp
    self.rtcp = rtcp
  }
}

/// The way packets travel once a session is set up.
public enum RTSPTransport: Sendable, Hashable {
  /// Inside the RTSP connection.
  case interleaved(ChannelPair)
  /// To these ports at the address the connection comes from; never to an address the client
  /// names, which would make the server a weapon.
  case udp(clientPorts: PortPair)
  /// To a group that is ours to choose; whatever address, ports and reach a client names are
  /// ignored.
  case multicast(MulticastGroup)
}

/// A `Transport` header: the client's wishes, best first.
///
/// `destination`, `source` and everything else not listed here is ignored.
///
/// Source: RFC 2326 §12.39.
public struct TransportHeader: Sendable, Hashable {
  /// One entry of the list that is well-formed.
  public struct Entry: Sendable, Hashable {
    public enum LowerTransport: Sendable, Hashable {
      case udp
      case tcp
      case other
    }

    /// As the client spelled it, to be repeated in the answer: `RTP/AVP` or `RTP/AVP/UDP`.
    public var profile: String
    public var lowerTransport: LowerTransport
    public var isMulticast: Bool
    /// False if the client wants to send (`mode=RECORD`).
    public var isForPlaying: Bool
    public var channels: ChannelPair?
    public var clientPorts: PortPair?
  }

  /// Entries after this many are not looked at.
  private static let entryLimit = 16

  public private(set) var entries: [Entry]

  /// - Throws: `RTSPError.transportMalformed` if there is not one well-formed entry.
  public init(parsing values: [String]) throws(RTSPError) {
    let texts = values.flatMap { Self.split($0, at: ",") }
    entries = texts.prefix(Self.entryLimit).compactMap(Entry.init(parsing:))
    guard !entries.isEmpty else { throw .transportMalformed }
  }

  /// The first entry this server can serve, and how; nil means 461.
  ///
  /// - Parameter offer: What there is besides the connection itself.
  public func firstSupported(_ offer: TransportOffer) -> (entry: Entry, transport: RTSPTransport)? {
    for entry in entries {
      if let transport = entry.transport(offer) { return (entry, transport) }
    }
    return nil
  }

  /// Splits at a separator that is not inside quotes: `mode="PLAY,RECORD"` stays whole.
  fileprivate static func split(_ text: some StringProtocol, at separator: Character) -> [String] {
    var isQuoted = false
    return text.split { character in
      if character == "\"" { isQuoted.toggle() }
      return character == separator && !isQuoted
    }.map { $0.trimmed }
  }
}

extension TransportHeader.Entry {
  fileprivate init?(parsing text: String) {
    let parts = TransportHeader.split(text, at: ";")
    guard let profile = parts.first, !profile.isEmpty else { return nil }
    self.profile = profile
    switch profile.uppercased() {
    case "RTP/AVP", "RTP/AVP/UDP": lowerTransport = .udp
    case "RTP/AVP/TCP": lowerTransport = .tcp
    default: lowerTransport = .other
    }
    isMulticast = false
    isForPlaying = true
    for part in parts.dropFirst() {
      guard read(part) else { return nil }
    }
  }

  /// Reads one parameter; false if a value that matters is malformed.
  private mutating func read(_ parameter: String) -> Bool {
    let name = parameter.prefix { $0 != "=" }
    let value = parameter.dropFirst(name.count + 1)
    switch name.trimmed.lowercased() {
    case "multicast":
      isMulticast = true
    case "mode":
      let mode = value.trimmed.filter { $0 != "\"" }
      isForPlaying = mode.split(separator: ",").contains { $0.trimmed.isEqualIgnoringCase("PLAY") }
    case "interleaved":
      guard let (rtp, rtcp) = Self.range(value, of: UInt8.self) else { return false }
      channels = ChannelPair(rtp: rtp, rtcp: rtcp)
    case "client_port":
      guard let (rtp, rtcp) = Self.range(value, of: UInt16.self) else { return false }
      clientPorts = PortPair(rtp: rtp, rtcp: rtcp)
    default:
      break
    }
    return true
  }

  /// `4-5`, or `4` which stands for 4 and 5.
  private static func range<Number: FixedWidthInteger>(
    _ text: some StringProtocol, of type: Number.Type
  ) -> (Number, Number)? {
    let ends = text.trimmed.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count <= 2, let first = ends.first?.trimmed.decimal(as: type) else { return nil }
    if ends.count == 2 {
      guard let second = ends[1].trimmed.decimal(as: type) else { return nil }
      return (first, second)
    }
    let (second, overflow) = first.addingReportingOverflow(1)
    return overflow ? nil : (first, second)
  }

  fileprivate func transport(_ offer: TransportOffer) -> RTSPTransport? {
    guard isForPlaying else { return nil }
    guard !isMulticast else {
      return lowerTransport == .udp ? offer.multicast.map(RTSPTransport.multicast) : nil
    }
    switch lowerTransport {
    case .other:
      return nil
    case .tcp:
      // A client without a wish gets the usual channels.
      let channels = channels ?? ChannelPair(rtp: 0, rtcp: 1)
      return channels.rtp == channels.rtcp ? nil : .interleaved(channels)
    case .udp:
      // Ports below 1024 belong to other services of the client's machine (DNS, NTP): sending
      // video there is never wanted. Without a port there is nowhere to send to.
      guard offer.allowsUDP, let ports = clientPorts, ports.rtp != ports.rtcp,
        ports.rtp >= 1024, ports.rtcp >= 1024
      else { return nil }
      return .udp(clientPorts: ports)
    }
  }

  /// The answer's header value.
  ///
  /// - Parameter ssrc: Written as eight hex digits, as RFC 2326 §12.39 wants it.
  func accepted(_ transport: RTSPTransport, serverPorts: PortPair?, ssrc: UInt32) -> String {
    let digits = String(ssrc, radix: 16, uppercase: true)
    let source = "ssrc=" + String(repeating: "0", count: 8 - digits.count) + digits
    switch transport {
    case .interleaved(let channels):
      return "\(profile);unicast;interleaved=\(channels.rtp)-\(channels.rtcp);\(source);"
        + "mode=\"PLAY\""
    case .udp(let client):
      let ports = serverPorts.map { "server_port=\($0.rtp)-\($0.rtcp);" } ?? ""
      return "\(profile);unicast;client_port=\(client.rtp)-\(client.rtcp);\(ports)\(source);"
        + "mode=\"PLAY\""
    case .multicast(let group):
      return "\(profile);multicast;destination=\(group.address);"
        + "port=\(group.ports.rtp)-\(group.ports.rtcp);ttl=\(group.timeToLive);\(source);"
        + "mode=\"PLAY\""
    }
  }
}
