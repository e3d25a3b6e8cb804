import Media
import Pipeline
import RTSP

/// What one connection may cost the RTSP server, section `outputs.rtsp.limits`.
///
/// The defaults let every known client in and keep hostile ones cheap; see ``RTSPLimits``.
///
/// | key | type | default | range |
/// |---|---|---|---|
/// | `headBytes` | bytes of a request line with its headers | 8192 | 1024…65536 |
/// | `headerCount` | headers of a request | 64 | 16…1000 |
/// | `methodBytes` | bytes of a method | 32 | 16…256 |
/// | `urlBytes` | bytes of a URL | 2048 | 256…16384 |
/// | `bodyBytes` | bytes of a body that is kept | 16384 | 0…1048576 |
/// | `skippedBodyBytes` | bytes of a body that is read and dropped | 262144 | 0…16777216 |
/// | `pipelinedBytes` | bytes behind a request that waits | 131072 | 16384…16777216 |
/// | `malformedRequests` | in a row, then the connection ends | 8 | 1…1000 |
/// | `failedLogins` | on a connection, then it ends | 5 | 1…1000 |
/// | `failedLoginsPerAddress` | of one address, judged at once | 16 | 1…10000 |
/// | `failedLoginIntervalSeconds` | until one of them is forgotten | 2 | 0.1…3600 |
/// | `failedLoginDelaySeconds` | until the first of them are answered | 1 | 0…30 |
/// | `interleavedBurstBytes` | from a client, at once | 1048576 | 65536…67108864 |
/// | `interleavedBytesPerMinute` | from a client, in the long run | 262144 | 4096…67108864 |
/// | `unreadAnswerBytes` | answers a client leaves unread | 262144 | 16384…16777216 |
/// | `refusedConnections` | at a time that are told 503 | 32 | 0…1000 |
/// | `firstRequestTimeoutSeconds` | from connect to the first request | 10 | 0.5…300 |
/// | `requestTimeoutSeconds` | from first to last byte of a request | 10 | 0.5…300 |
/// | `idleTimeoutSeconds` | between requests without a session | 30 | 1…3600 |
/// | `answerTimeoutSeconds` | for pictures or ports, then 503 | 10 | 0.5…60 |
/// | `lingerSeconds` | for a client to take the last answer | 1 | 0.1…30 |
struct RTSPLimitSettings: Sendable {
  /// What the engine keeps to.
  var engine: RTSPLimits
  var unreadAnswerBytes: Int
  var refusedConnections: Int
  var linger: Duration

  init(reader: SettingsReader) {
    var engine = RTSPLimits()
    let read = { (key: String, limit: inout Int, range: ClosedRange<Int>) in
      limit = reader.int(key, default: limit, in: range)
    }
    read("headBytes", &engine.headBytes, 1024...65_536)
    read("headerCount", &engine.headerCount, 16...1000)
    read("methodBytes", &engine.methodBytes, 16...256)
    read("urlBytes", &engine.urlBytes, 256...16_384)
    read("bodyBytes", &engine.bodyBytes, 0...1_048_576)
    read("skippedBodyBytes", &engine.skippedBodyBytes, 0...16_777_216)
    read("pipelinedBytes", &engine.bufferedBytes, 16_384...16_777_216)
    read("malformedRequests", &engine.rejectedRequests, 1...1000)
    read("failedLogins", &engine.failedLogins, 1...1000)
    read("failedLoginsPerAddress", &engine.logins.burst, 1...10_000)
    read("interleavedBurstBytes", &engine.interleavedBurstBytes, 65_536...67_108_864)
    read("interleavedBytesPerMinute", &engine.interleavedBytesPerMinute, 4096...67_108_864)
    unreadAnswerBytes = reader.int("unreadAnswerBytes", default: 262_144, in: 16_384...16_777_216)
    refusedConnections = reader.int("refusedConnections", default: 32, in: 0...1000)

    engine.logins.interval = reader.seconds(
      "failedLoginIntervalSeconds", default: 2, in: 0.1...3600)
    engine.logins.answerDelay = reader.seconds("failedLoginDelaySeconds", default: 1, in: 0...30)
    engine.firstRequestTimeout = reader.seconds(
      "firstRequestTimeoutSeconds", default: 10, in: 0.5...300)
    engine.messageTimeout = reader.seconds("requestTimeoutSeconds", default: 10, in: 0.5...300)
    engine.idleTimeout = reader.seconds("idleTimeoutSeconds", default: 30, in: 1...3600)
    engine.answerTimeout = reader.seconds("answerTimeoutSeconds", default: 10, in: 0.5...60)
    linger = reader.seconds("lingerSeconds", default: 1, in: 0.1...30)
    self.engine = engine
  }
}
