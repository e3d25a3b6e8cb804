/// A receiver written from RFC 6184 alone, for round trips: takes RTP payloads in order and
/// gives back NAL units. Shares no code with the packetizer it checks.
public struct Depacketizer {
  public enum Fault: Error {
    case emptyPayload
    case badAggregation
    case fragmentWithoutStart
    case startInsideFragment
    case unknownType(UInt8)
  }

  public private(set) var units: [[UInt8]] = []
  private var fragments: [UInt8]?

  public init() {}

  public mutating func receive(_ payload: [UInt8]) throws {
    guard let first = payload.first else { throw Fault.emptyPayload }
    switch first & 0x1F {
    case 1...23:
      units.append(payload)
    case 24:
      try receiveAggregation(payload.dropFirst())
    case 28:
      try receiveFragment(payload)
    default:
      throw Fault.unknownType(first & 0x1F)
    }
  }

  private mutating func receiveAggregation(_ payload: ArraySlice<UInt8>) throws {
    var rest = payload
    while !rest.isEmpty {
      let length = rest.prefix(2).reduce(0) { $0 << 8 | Int($1) }
      guard rest.count >= 2 + length, length > 0 else { throw Fault.badAggregation }
      units.append(Array(rest.dropFirst(2).prefix(length)))
      rest = rest.dropFirst(2 + length)
    }
  }

  private mutating func receiveFragment(_ payload: [UInt8]) throws {
    guard payload.count > 2 else { throw Fault.emptyPayload }
    if payload[1] & 0x80 != 0 {
      guard fragments == nil else { throw Fault.startInsideFragment }
      fragments = [payload[0] & 0xE0 | payload[1] & 0x1F]
    }
    guard let collected = fragments else { throw Fault.fragmentWithoutStart }
    fragments = collected + payload.dropFirst(2)
    if payload[1] & 0x40 != 0, let whole = fragments {
      units.append(whole)
      fragments = nil
    }
  }
}
