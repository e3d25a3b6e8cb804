import JSON
import Media
import NIOCore
import Pipeline
import SonyCamera

/// One call and what came of it.
struct CallRecord: Sendable, Hashable {
  enum Outcome: Sendable, Hashable {
    case result(String)
    case refused(CameraErrorCode, message: String)
    case failed(CameraCallFault)
  }

  var call: CameraCall
  var took: Duration
  var outcome: Outcome

  /// The outcome in a few words.
  var summary: String {
    switch outcome {
    case .result(let text): text
    case .refused(let code, let message):
      message.isEmpty ? "error \(code)" : "error \(code) \(message)"
    case .failed(.unreachable): "no connection"
    case .failed(.timedOut): "no answer in time"
    case .failed(.unreadable(let error)): "unreadable answer (\(error))"
    }
  }

  var code: CameraErrorCode? { if case .refused(let code, _) = outcome { code } else { nil } }

  var isAnswered: Bool { if case .failed = outcome { false } else { true } }
}

/// Calls a camera, one call at a time with a pause between two, and writes everything down.
struct DiagnosisCalls: Sendable {
  /// Cameras hang on calls that follow each other too closely.
  static let spacing = Duration.milliseconds(200)
  /// Characters of an answer that are worth showing.
  private static let summaryLimit = 240

  let http: CameraHTTPClient
  let endpoint: CameraURL
  let clock: MediaClock
  private(set) var records: [CallRecord] = []

  init(http: CameraHTTPClient, endpoint: CameraURL, clock: MediaClock) {
    self.http = http
    self.endpoint = endpoint
    self.clock = clock
  }

  /// The answer, an error too; nil if there is none. Once cancelled, nothing is asked any more.
  mutating func ask(_ call: CameraCall, timeLimit: Duration? = nil) async -> CameraReply? {
    if !records.isEmpty { try? await Task.sleep(for: Self.spacing) }
    guard !Task.isCancelled else { return nil }
    let begin = clock.now()
    var reply: CameraReply?
    let outcome: CallRecord.Outcome
    do {
      let answer = try await http.call(
        call, endpoint: endpoint, timeLimit: timeLimit ?? call.timeLimit)
      reply = answer
      outcome = Self.outcome(answer)
    } catch {
      outcome = .failed(error)
    }
    records.append(
      CallRecord(call: call, took: begin.duration(to: clock.now()), outcome: outcome))
    return reply
  }

  /// The newest record of a method.
  func last(_ method: CameraMethod) -> CallRecord? { records.last { $0.call.method == method } }

  private static func outcome(_ reply: CameraReply) -> CallRecord.Outcome {
    switch reply.outcome {
    case .failure(let code, let message):
      return .refused(code, message: message)
    case .result(let values):
      switch reply.method {
      case .getMethodTypes:
        return .result("\((try? reply.methodTypes().count) ?? 0) methods")
      case .getAvailableApiList:
        return .result("\((try? reply.methodNames().count) ?? 0) methods")
      case .getEvent:
        return .result("\((try? reply.event().entries.count) ?? 0) of \(values.count) entries")
      default:
        return .result(compact(.array(values)))
      }
    }
  }

  /// Compact JSON, cut to what is worth showing.
  static func compact(_ value: JSONValue) -> String {
    var buffer = ByteBuffer()
    value.encode(into: &buffer)
    let text = String(buffer: buffer)
    return text.count <= summaryLimit ? text : text.prefix(summaryLimit) + "…"
  }
}

extension CameraCall {
  /// `getEvent(false) 1.3`
  var title: String {
    let list = parameters.map { DiagnosisCalls.compact($0) }.joined(separator: ", ")
    return "\(method)(\(list)) \(version)"
  }
}
