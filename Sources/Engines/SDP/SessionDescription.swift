/// A session description: what is sent, where to, and how it is encoded.
///
/// Lines this program never uses (`u=`, `e=`, `p=`, `r=`, `z=`, `k=`) are not kept. Texts must
/// not hold line breaks; those that do are cut there when serialised.
///
/// Source: RFC 8866 §5.
public struct SessionDescription: Sendable, Hashable {
  public var origin: Origin
  /// `s=`; a dash if there is no name.
  public var name: String
  /// `i=`
  public var information: String?
  public var connection: Connection?
  /// `b=`, in order.
  public var bandwidths: [Bandwidth]
  /// `t=`; `0 0` for a live session.
  public var timing: String
  public var attributes: [Attribute]
  public var media: [MediaDescription]

  public init(
    origin: Origin, name: String = "-", information: String? = nil, connection: Connection? = nil,
    bandwidths: [Bandwidth] = [], timing: String = "0 0", attributes: [Attribute] = [],
    media: [MediaDescription] = []
  ) {
    self.origin = origin
    self.name = name
    self.information = information
    self.connection = connection
    self.bandwidths = bandwidths
    self.timing = timing
    self.attributes = attributes
    self.media = media
  }
}

extension SessionDescription {
  /// `o=`: who made the description, and which version of it this is.
  public struct Origin: Sendable, Hashable {
    /// A dash if there is none.
    public var username: String
    /// A number by the RFC; kept as text because some cameras write fractions.
    public var sessionID: String
    /// Grows with every change of the description; text for the same reason.
    public var version: String
    public var address: Connection

    public init(username: String = "-", sessionID: String, version: String, address: Connection) {
      self.username = username
      self.sessionID = sessionID
      self.version = version
      self.address = address
    }
  }

  /// `c=`, and the address in `o=`.
  public struct Connection: Sendable, Hashable {
    public enum Family: String, Sendable, Hashable {
      case ip4 = "IP4"
      case ip6 = "IP6"
    }

    public var family: Family
    /// An address or host name, for multicast with time to live and count after slashes.
    public var address: String

    public init(family: Family, address: String) {
      self.family = family
      self.address = address
    }

    /// Takes the family from the text: only IPv6 addresses hold colons.
    ///
    /// - Parameter address: IPv4 or IPv6 address, without brackets, or host name. A scope
    ///   (`%eth0`) is cut off, since it means nothing to other machines.
    public init(address: String) {
      family = address.contains(":") ? .ip6 : .ip4
      self.address = String(address.prefix { $0 != "%" })
    }

    /// Any address of the family: the receiver knows better where it listens.
    public static func unspecified(_ family: Family) -> Connection {
      Connection(family: family, address: family == .ip4 ? "0.0.0.0" : "::")
    }
  }

  /// `b=`
  public struct Bandwidth: Sendable, Hashable {
    /// `AS`, `CT`, `TIAS`, …
    public var type: String
    /// In kbit/s for `AS` and `CT`, in bit/s for `TIAS`.
    public var value: Int

    public init(type: String, value: Int) {
      self.type = type
      self.value = value
    }

    /// Bandwidth of one application in kbit/s, headers included.
    public static func applicationSpecific(kbps: Int) -> Bandwidth {
      Bandwidth(type: "AS", value: kbps)
    }
  }

  /// `a=name` or `a=name:value`.
  public struct Attribute: Sendable, Hashable {
    public var name: String
    public var value: String?

    public init(_ name: String, _ value: String? = nil) {
      self.name = name
      self.value = value
    }
  }
}

/// `m=` and the lines below it.
///
/// Source: RFC 8866 §5.14.
public struct MediaDescription: Sendable, Hashable {
  /// `video`, `audio`, …
  public var type: String
  /// 0 if the port is negotiated otherwise, as in RTSP.
  public var port: UInt16
  /// `RTP/AVP`, `RTP/SAVPF`, …
  public var transport: String
  /// Payload types as text, in order of preference.
  public var formats: [String]
  public var connection: SessionDescription.Connection?
  public var bandwidths: [SessionDescription.Bandwidth]
  public var attributes: [SessionDescription.Attribute]

  public init(
    type: String, port: UInt16, transport: String, formats: [String],
    connection: SessionDescription.Connection? = nil,
    bandwidths: [SessionDescription.Bandwidth] = [],
    attributes: [SessionDescription.Attribute] = []
  ) {
    self.type = type
    self.port = port
    self.transport = transport
    self.formats = formats
    self.connection = connection
    self.bandwidths = bandwidths
    self.attributes = attributes
  }

  /// Value of the first attribute called `name`.
  public func attribute(_ name: String) -> String? {
    attributes.first { $0.name == name }?.value
  }

  /// Encoding name and clock rate of `payloadType` from `a=rtpmap`, for example `H264/90000`.
  public func rtpMap(payloadType: UInt8) -> String? {
    value(of: "rtpmap", payloadType: payloadType)
  }

  /// Format parameters of `payloadType` from `a=fmtp`.
  public func formatParameters(payloadType: UInt8) -> String? {
    value(of: "fmtp", payloadType: payloadType)
  }

  /// The payload type that carries H.264, nil if there is none.
  public var h264PayloadType: UInt8? {
    formats.lazy.compactMap { UInt8($0) }.first { payloadType in
      rtpMap(payloadType: payloadType)?.lowercased().hasPrefix("h264/") ?? false
    }
  }

  /// What follows the payload type in the attribute of that payload type.
  private func value(of name: String, payloadType: UInt8) -> String? {
    for attribute in attributes where attribute.name == name {
      let parts = (attribute.value ?? "").split(separator: " ", maxSplits: 1)
      if parts.count == 2, UInt8(parts[0]) == payloadType { return String(parts[1]) }
    }
    return nil
  }
}
