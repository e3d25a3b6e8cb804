import Glibc

/// Names as the services make them.
enum SoraIdentifiers {
  private static let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

  /// 26 digits of Crockford's base 32, as Sora names connections and sessions.
  static func connection() -> String {
    String((0..<26).compactMap { _ in digits.randomElement() })
  }

  /// As ImageFlux names channels.
  static func channel() -> String {
    (0..<4).map { _ in String(UInt32.random(in: 0...(.max)), radix: 16) }.joined(separator: "-")
  }
}

/// The wall clock of the server.
enum SoraClock {
  /// Since 1970.
  static func microseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }

  /// `Thu, 26 Nov 2020 04:16:17 GMT`
  ///
  /// Source: RFC 9110 §5.6.7.
  static func httpDate() -> String { format("%a, %d %b %Y %H:%M:%S GMT", microseconds()) }

  /// `2020-04-09T07:33:42.081921Z`
  static func timestamp(_ microseconds: Int64) -> String {
    let fraction = String(microseconds % 1_000_000)
    let zeros = String(repeating: "0", count: 6 - fraction.count)
    return format("%Y-%m-%dT%H:%M:%S", microseconds) + "." + zeros + fraction + "Z"
  }

  private static func format(_ pattern: String, _ microseconds: Int64) -> String {
    var seconds = time_t(microseconds / 1_000_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 64)
    let count = strftime(&text, text.count, pattern, &parts)
    return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
