import SimulatedCamera

/// One row of the fault table: what happens to the camera, and when it can serve again.
struct CameraFault: Sendable {
  /// When the camera can serve again.
  enum End: Sendable {
    /// At once: the fault is over with the next picture.
    case atOnce
    /// By itself after this time.
    case after(Duration)
    /// When the bridge has found out, which takes the stall limit, and does something about it.
    case whenNoticed
    /// When pictures were missing for this time, by these commands.
    case by([String], whenMissedFor: Duration)
    /// By these commands, as soon as the bridge has written this into its log. Pictures go on.
    case byLog(String, [String])
  }

  var name: String
  var commands: [String]
  var end: End
  /// What a reader of the table has to know.
  var remark: String?

  init(_ name: String, _ commands: [String], _ end: End, _ remark: String? = nil) {
    self.name = name
    self.commands = commands
    self.end = end
    self.remark = remark
  }

  /// True for one of each kind: the others take minutes and are dealt with alike.
  var isTriedAlways: Bool { Self.alwaysTried.contains(name) }

  private static let alwaysTried: Set = [
    "garbled-jpeg:10", "garbage-between-packets", "bad-chunk-line", "fin-mid-packet",
    "half a packet, then silence", "one byte at a time", "endless garbage",
    "stuck until stopLiveview", "stream refused (503)", "other picture size",
    "first size again", "not JSON", "reset instead of an answer", "shutter pressed",
    "waiting screen", "heat warning", "overheated, switched off", "phone takes the liveview once",
    "reset and gone", "out of Wi-Fi reach", "other API port",
  ]

  static let all = pictures + streams + calls + body + network

  private static let pictures =
    [
      "garbled-jpeg:10", "truncated-jpeg:10", "broken-jpeg-header:10", "payload-cut-short",
      "garbage-between-packets", "wrong-start-byte", "wrong-start-code", "unknown-payload-type",
      "reserved-bytes-set", "giant-size", "sequence-gap", "sequence-restart", "clock-restart",
      "bad-chunk-line", "missing-chunk-end", "clean-end", "fin-mid-packet", "reset-mid-packet",
    ].map { CameraFault($0, [$0], .atOnce) }

  private static let streams: [CameraFault] = [
    CameraFault("half a packet, then silence", ["half-packet"], .whenNoticed),
    CameraFault(
      "open and silent", ["stall"], .by(["liveview-sound"], whenMissedFor: .seconds(5))),
    CameraFault(
      "one byte at a time", ["trickle:1"], .by(["liveview-sound"], whenMissedFor: .seconds(5))),
    CameraFault(
      "endless garbage", ["endless-garbage"],
      .by(["liveview-sound"], whenMissedFor: .seconds(4))),
    CameraFault(
      "endless packets, no picture", ["endless-no-frame"],
      .by(["liveview-sound"], whenMissedFor: .seconds(4))),
    CameraFault("stuck until reopened", ["wedge:reopen"], .whenNoticed),
    CameraFault("stuck until stopLiveview", ["wedge:liveview"], .whenNoticed),
    CameraFault("stuck until startRecMode", ["wedge:rec-mode"], .whenNoticed),
    CameraFault("stuck until found anew", ["wedge:discovery"], .whenNoticed),
    CameraFault(
      "stream refused (503)", ["stream-status:503", "clean-end"],
      .by(["liveview-sound"], whenMissedFor: .seconds(3))),
    CameraFault(
      "stream moved (302)", ["stream-redirect", "clean-end"],
      .by(["liveview-sound"], whenMissedFor: .seconds(3))),
    CameraFault(
      "endless headers", ["stream-endless-headers", "clean-end"],
      .by(["liveview-sound"], whenMissedFor: .seconds(3))),
    CameraFault(
      "stream not answered", ["stream-hang", "clean-end"],
      .by(["liveview-sound"], whenMissedFor: .seconds(3))),
    CameraFault(
      "three pictures a minute", ["frame-rate:0.05"],
      .by(["frame-rate:25"], whenMissedFor: .seconds(4))),
    CameraFault("other picture size", ["picture-size:640x360"], .atOnce),
    CameraFault("first size again", ["picture-size:640x424"], .atOnce),
  ]

  /// Calls are needed when the camera is back on its waiting screen.
  private static let calls: [CameraFault] = [
    call("slow calls (2 s each)", "api-slow:2000"),
    call(
      "calls without answer", "api-hang",
      "a call under way is given its limit: startRecMode may take 25 s"),
    call("HTTP 503", "api-http-status:503"),
    call("error 1, not available now", "api-error:1"),
    call("error 40401, not ready", "api-error:40401"),
    call("not JSON", "api-not-json"),
    call("half an answer", "api-truncated", "as for calls without answer"),
    call("closed inside an answer", "api-close-mid-answer"),
    call("reset instead of an answer", "api-reset"),
    call("answer of 1 GiB", "api-giant-body"),
    call("endless headers of answers", "api-endless-headers"),
    call("answers byte by byte", "api-trickle:1000", "as for calls without answer"),
    call("answer to another call", "api-wrong-id"),
    call("results of nulls", "api-nulls"),
  ]

  private static func call(
    _ name: String, _ command: String, _ remark: String? = nil
  ) -> CameraFault {
    CameraFault(
      name, [command, "leave-rec-mode"], .by(["api-sound"], whenMissedFor: .seconds(3)), remark)
  }

  private static let body: [CameraFault] = [
    CameraFault("shutter pressed", ["shutter:2000"], .after(.seconds(2))),
    CameraFault("focusing", ["focus:2"], .after(.seconds(2))),
    CameraFault("waiting screen", ["leave-rec-mode"], .atOnce),
    CameraFault(
      "mode dial on an unsupported position", ["mode-dial:unsupported"],
      .by(["mode-dial:supported"], whenMissedFor: .seconds(4))),
    CameraFault(
      "heat warning", ["heat-warning:on"],
      .byLog("camera reports an error", ["heat-warning:off"])),
    CameraFault(
      "overheated, switched off", ["overheat:1"],
      .by(["heat-warning:off", "reappear"], whenMissedFor: .seconds(4))),
    CameraFault("battery empty", ["power-off"], .by(["reappear"], whenMissedFor: .seconds(4))),
  ]

  private static let network: [CameraFault] = [
    CameraFault("phone takes the liveview once", ["phone:2"], .after(.seconds(2))),
    CameraFault(
      "phone insists for 8 s", ["phone-insists:8"], .after(.seconds(8)),
      "politely: pauses of 1, 2, 4 … 30 s"),
    CameraFault("reset and gone", ["vanish:reset"], .by(["reappear"], whenMissedFor: .seconds(4))),
    CameraFault(
      "gone without a word", ["vanish:silent"], .by(["reappear"], whenMissedFor: .seconds(5))),
    CameraFault(
      "out of Wi-Fi reach", ["vanish:unreachable"],
      .by(["reappear"], whenMissedFor: .seconds(5))),
    CameraFault("Wi-Fi lost for 3 s", ["wifi-flap:3"], .after(.seconds(3))),
    CameraFault("off and on again", ["restart:1"], .after(.seconds(1))),
    CameraFault("other API port", ["api-port"], .atOnce),
    CameraFault("other name", ["model:ILCE-6300"], .atOnce),
    CameraFault("other application", ["application:installed"], .atOnce),
    CameraFault("first application again", ["application:embedded"], .atOnce),
  ]
}
