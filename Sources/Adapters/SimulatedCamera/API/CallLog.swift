import NIOCore

/// One request to the API port, as the camera saw it come and go.
public struct CallRecord: Sendable, Equatable {
  /// Name of the API method; `GET` for requests for the stream.
  public var method: String
  /// Version the client asked for; empty for requests for the stream.
  public var version: String
  /// Arrival, in milliseconds since the camera object was made.
  public var arrivedAt: Int64
  /// When the answer was handed to the network or the connection ended; nil: not yet.
  public var endedAt: Int64?
  /// API calls that waited for their answer at its arrival, itself included, and a held long
  /// poll; streams do not count.
  public var inFlight: Int
}

/// The newest requests, oldest first; older ones are forgotten.
struct CallLog {
  static let limit = 1000
  static let streamRequest = "GET"

  private(set) var records: [CallRecord] = []
  /// How many were forgotten: number of the first record.
  private(set) var forgotten = 0
  /// The number of the open record by connection; there is one request at a time on each.
  private var open: [ObjectIdentifier: Int] = [:]
  private var openCalls: Set<ObjectIdentifier> = []

  mutating func arrived(
    _ method: String, version: String = "", on connection: ObjectIdentifier, at time: Int64
  ) {
    answered(on: connection, at: time)
    if method != Self.streamRequest { openCalls.insert(connection) }
    open[connection] = forgotten + records.count
    records.append(
      CallRecord(
        method: method, version: version, arrivedAt: time, endedAt: nil,
        inFlight: openCalls.count))
    // Rarely and many at once: removing from the front moves all the others.
    guard records.count >= Self.limit * 2 else { return }
    records.removeFirst(records.count - Self.limit)
    forgotten += Self.limit
  }

  mutating func answered(on connection: ObjectIdentifier, at time: Int64) {
    openCalls.remove(connection)
    guard let number = open.removeValue(forKey: connection), number >= forgotten else { return }
    records[number - forgotten].endedAt = time
  }
}

extension SimulatedCamera {
  /// The newest API calls and requests for the stream, at most 1000, oldest first.
  public var callRecords: [CallRecord] { Array(calls.records.suffix(CallLog.limit)) }

  /// Since this object was made, whether the camera was on or not.
  var lifetimeMilliseconds: Int64 { (NIODeadline.now() - creation).nanoseconds / 1_000_000 }
}
