import NIOCore

/// One SSDP datagram: a search, the answer to one, or an announcement.
///
/// Parsing is lax on purpose: names in any case, blanks optional around the colon, CRLF or LF,
/// no empty line at the end needed. Encoding is strict: CRLF, quotes around `ssdp:discover`, and
/// the empty line at the end, without which some cameras do not answer.
///
/// Source: UPnP Device Architecture 1.1 §1; answers of ILCE-6000 and HDR-AS30V.
public enum SSDPMessage: Sendable, Hashable {
  case search(SSDPSearch)
  case answer(SSDPAnswer)
  case notification(SSDPNotification)

  /// The multicast group every SSDP message is sent to.
  public static let groupAddress = "239.255.255.250"
  /// The port of the group.
  public static let groupPort = 1900

  /// Appends the datagram to `buffer`.
  public func encode(into buffer: inout ByteBuffer) {
    switch self {
    case .search(let search): search.encode(into: &buffer)
    case .answer(let answer): answer.encode(into: &buffer)
    case .notification(let notification): notification.encode(into: &buffer)
    }
  }
}

/// Asks every device of one kind in the network to answer: `M-SEARCH`.
public struct SSDPSearch: Sendable, Hashable {
  /// What Sony's cameras, and also its televisions, answer to.
  public static let sonyTarget = "urn:schemas-sony-com:service:ScalarWebAPI:1"
  /// Every device and service answers.
  public static let everything = "ssdp:all"

  /// Value of `ST`.
  public var target: String
  /// Value of `MX`: devices wait a random time up to this before they answer; 1 … 5.
  public var maximumWaitSeconds: Int

  public init(target: String = SSDPSearch.sonyTarget, maximumWaitSeconds: Int = 1) {
    self.target = target
    self.maximumWaitSeconds = maximumWaitSeconds
  }

  /// True if a device that announces `target` has to answer.
  public func matches(_ target: String) -> Bool {
    self.target == Self.everything || self.target == target
  }

  /// Appends the datagram to `buffer`.
  public func encode(into buffer: inout ByteBuffer) {
    buffer.writeString("M-SEARCH * HTTP/1.1\r\n")
    let host = "\(SSDPMessage.groupAddress):\(SSDPMessage.groupPort)"
    buffer.writeSSDPField("HOST", host)
    buffer.writeSSDPField("MAN", "\"ssdp:discover\"")
    buffer.writeSSDPField("MX", String(maximumWaitSeconds))
    buffer.writeSSDPField("ST", target)
    buffer.writeString("\r\n")
  }
}

/// A device's answer to a search, sent to the searcher alone, from any port.
public struct SSDPAnswer: Sendable, Hashable {
  /// Value of `ST`: what was searched.
  public var target: String
  /// Value of `USN`: `uuid:…::` and the target.
  public var uniqueServiceName: String
  /// Value of `LOCATION`: where the device description is.
  public var location: String
  /// `max-age` of `CACHE-CONTROL`: for how long the answer holds.
  public var maximumAgeSeconds: Int
  /// Value of `SERVER`; empty if not sent.
  public var server: String

  public init(
    target: String, uniqueServiceName: String, location: String,
    maximumAgeSeconds: Int = SSDPAnswer.defaultMaximumAgeSeconds, server: String = ""
  ) {
    self.target = target
    self.uniqueServiceName = uniqueServiceName
    self.location = location
    self.maximumAgeSeconds = maximumAgeSeconds
    self.server = server
  }

  /// Assumed if `max-age` is missing; what the α6000 sends.
  public static let defaultMaximumAgeSeconds = 1800

  /// Appends the datagram to `buffer`.
  public func encode(into buffer: inout ByteBuffer) {
    buffer.writeString("HTTP/1.1 200 OK\r\n")
    buffer.writeSSDPField("CACHE-CONTROL", "max-age=\(maximumAgeSeconds)")
    buffer.writeSSDPField("EXT", "")
    buffer.writeSSDPField("LOCATION", location)
    buffer.writeSSDPField("SERVER", server)
    buffer.writeSSDPField("ST", target)
    buffer.writeSSDPField("USN", uniqueServiceName)
    buffer.writeString("\r\n")
  }
}

/// A device that comes, stays or goes, told to the whole group: `NOTIFY`.
public struct SSDPNotification: Sendable, Hashable {
  /// What the device says about itself.
  public enum Event: Sendable, Hashable {
    /// It is there; its description is at `location`.
    case alive(location: String, maximumAgeSeconds: Int)
    /// It is going away.
    case byebye
  }

  public var event: Event
  /// Value of `NT`: what is announced.
  public var target: String
  /// Value of `USN`: `uuid:…::` and the target.
  public var uniqueServiceName: String
  /// Value of `SERVER`; empty if not sent.
  public var server: String

  public init(event: Event, target: String, uniqueServiceName: String, server: String = "") {
    self.event = event
    self.target = target
    self.uniqueServiceName = uniqueServiceName
    self.server = server
  }

  /// Appends the datagram to `buffer`.
  public func encode(into buffer: inout ByteBuffer) {
    buffer.writeString("NOTIFY * HTTP/1.1\r\n")
    buffer.writeSSDPField("HOST", "\(SSDPMessage.groupAddress):\(SSDPMessage.groupPort)")
    switch event {
    case .alive(let location, let maximumAgeSeconds):
      buffer.writeSSDPField("CACHE-CONTROL", "max-age=\(maximumAgeSeconds)")
      buffer.writeSSDPField("LOCATION", location)
      buffer.writeSSDPField("NT", target)
      buffer.writeSSDPField("NTS", "ssdp:alive")
      buffer.writeSSDPField("SERVER", server)
    case .byebye:
      buffer.writeSSDPField("NT", target)
      buffer.writeSSDPField("NTS", "ssdp:byebye")
    }
    buffer.writeSSDPField("USN", uniqueServiceName)
    buffer.writeString("\r\n")
  }
}

extension ByteBuffer {
  /// Writes one header line; the value loses its control characters, so that it stays one line.
  fileprivate mutating func writeSSDPField(_ name: String, _ value: String) {
    writeString(name)
    writeString(": ")
    writeBytes(value.utf8.filter { $0 >= 0x20 && $0 != 0x7F })
    writeString("\r\n")
  }
}
