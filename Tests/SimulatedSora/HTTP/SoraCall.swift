import JSON
import NIOCore

/// A request as it came.
public struct SoraCall: Sendable, Hashable {
  /// What became of it.
  public enum Outcome: Sendable, Hashable {
    /// Taken up; not done yet, or held back.
    case pending
    case done
    /// The protocol or the operation refused it, with this type.
    case refused(String)
    /// A fault came in between: nothing was done.
    case prevented
  }

  /// Position among all calls, from 0.
  public var number: Int
  public var method: String
  public var path: String
  /// As sent, in this order.
  public var headers: [Header]
  public var body: [UInt8]
  public var outcome: Outcome

  public struct Header: Sendable, Hashable {
    public var name: String
    public var value: String
  }

  /// Value of a header, whatever the case of its name; all of them with a comma if there are several.
  public subscript(header name: String) -> String? {
    let values = headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    return values.isEmpty ? nil : values.joined(separator: ", ")
  }

  /// Value of `x-sora-target`.
  public var target: String? { self[header: "x-sora-target"] }

  /// The operation's name, the part of the target behind the point.
  public var operation: String? { target?.split(separator: ".").last.map(String.init) }

  /// The body as JSON; nil if it is none.
  public var json: JSONValue? {
    body.isEmpty ? nil : JSONValue(parsing: ByteBuffer(bytes: body))
  }

  public var wasDone: Bool { outcome == .done }
}
