import NIOCore

extension SSDPMessage {
  /// Longest datagram that is looked at; real answers have 300 to 500 bytes.
  public static let maximumByteCount = 4096
  /// Longest header value that is kept.
  public static let maximumValueByteCount = 1024

  /// Reads one datagram.
  ///
  /// - Throws: `SonyCameraError.datagramTooLong`, `.datagramNotSSDP`, `.datagramFieldMissing` or
  ///   `.datagramFieldTooLong`.
  public init(parsing datagram: ByteBuffer) throws(SonyCameraError) {
    guard datagram.readableBytes <= Self.maximumByteCount else {
      throw .datagramTooLong(limit: Self.maximumByteCount, actual: datagram.readableBytes)
    }
    let fields = try SSDPFields(datagram)
    switch fields.kind {
    case .search: self = .search(try SSDPSearch(fields))
    case .answer: self = .answer(try SSDPAnswer(fields))
    case .notification: self = .notification(try SSDPNotification(fields))
    }
  }
}

extension SSDPSearch {
  fileprivate init(_ fields: SSDPFields) throws(SonyCameraError) {
    self.init(
      target: try fields.required("st"),
      maximumWaitSeconds: min(max(fields["mx"].flatMap { Int($0) } ?? 1, 1), 5))
  }
}

extension SSDPAnswer {
  fileprivate init(_ fields: SSDPFields) throws(SonyCameraError) {
    self.init(
      target: fields["st"] ?? "", uniqueServiceName: fields["usn"] ?? "",
      location: try fields.required("location"),
      maximumAgeSeconds: fields.maximumAgeSeconds ?? SSDPAnswer.defaultMaximumAgeSeconds,
      server: fields["server"] ?? "")
  }
}

extension SSDPNotification {
  fileprivate init(_ fields: SSDPFields) throws(SonyCameraError) {
    let event: Event
    switch try fields.required("nts").lowercased() {
    case "ssdp:byebye": event = .byebye
    // `ssdp:update` carries the same facts as `alive`; unknown words are treated alike, because
    // whatever announces a location is there.
    default:
      event = .alive(
        location: try fields.required("location"),
        maximumAgeSeconds: fields.maximumAgeSeconds ?? SSDPAnswer.defaultMaximumAgeSeconds)
    }
    self.init(
      event: event, target: fields["nt"] ?? "",
      uniqueServiceName: try fields.required("usn"), server: fields["server"] ?? "")
  }
}

/// The first line and the header fields of a datagram.
private struct SSDPFields {
  enum Kind {
    case search
    case answer
    case notification
  }

  private(set) var kind: Kind
  /// Lower-case names; the first of several equal ones wins.
  private var values: [String: String] = [:]

  init(_ datagram: ByteBuffer) throws(SonyCameraError) {
    let bytes = Array(datagram.readableBytesView)
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)[...]
    // Some stacks send an empty line first.
    while let line = lines.first, SSDPFields.trimmed(line).isEmpty { lines.removeFirst() }
    guard let first = lines.popFirst(), let kind = SSDPFields.kind(of: first) else {
      throw .datagramNotSSDP
    }
    self.kind = kind
    for line in lines {
      guard let colon = line.firstIndex(of: 0x3A) else {
        if SSDPFields.trimmed(line).isEmpty { break }
        continue
      }
      let value = SSDPFields.trimmed(line[(colon + 1)...])
      guard value.count <= SSDPMessage.maximumValueByteCount else {
        throw .datagramFieldTooLong(
          position: colon + 1, limit: SSDPMessage.maximumValueByteCount)
      }
      let name = String(decoding: SSDPFields.trimmed(line[..<colon]), as: UTF8.self).lowercased()
      if values[name] == nil { values[name] = String(decoding: value, as: UTF8.self) }
    }
  }

  subscript(name: String) -> String? { values[name] }

  func required(_ name: String) throws(SonyCameraError) -> String {
    guard let value = values[name], !value.isEmpty else {
      throw .datagramFieldMissing(name: name)
    }
    return value
  }

  /// `max-age` of `CACHE-CONTROL: no-cache, max-age = 1800`, limited to a day.
  var maximumAgeSeconds: Int? {
    guard let control = values["cache-control"]?.lowercased() else { return nil }
    for directive in control.split(separator: ",") {
      let parts = directive.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, parts[0].filter({ $0 != " " }) == "max-age" else { continue }
      return Int(parts[1].filter { $0.isNumber }).map { min($0, 86_400) }
    }
    return nil
  }

  private static func kind(of line: ArraySlice<UInt8>) -> Kind? {
    let text = String(decoding: trimmed(line), as: UTF8.self).uppercased()
    if text.hasPrefix("M-SEARCH") { return .search }
    if text.hasPrefix("NOTIFY") { return .notification }
    let words = text.split(separator: " ")
    guard words.count >= 2, words[0].hasPrefix("HTTP/"), words[1] == "200" else { return nil }
    return .answer
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = bytes
    while let byte = rest.first, byte <= 0x20 { rest.removeFirst() }
    while let byte = rest.last, byte <= 0x20 { rest.removeLast() }
    return rest
  }
}
