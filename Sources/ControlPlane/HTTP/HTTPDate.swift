import FoundationEssentials

/// A moment as HTTP headers write it, for example `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// Source: RFC 9110 §5.6.7, IMF-fixdate.
enum HTTPDate {
  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The first second of the year 10000, which the form has no room for.
  private static let end: Int64 = 253_402_300_800

  /// - Parameter unixSeconds: Seconds since 1970. Nil is returned before 1970 and after 9999.
  static func text(unixSeconds: Int64) -> String? {
    guard (0..<end).contains(unixSeconds) else { return nil }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let date = Date(timeIntervalSince1970: Double(unixSeconds))
    let parts = calendar.dateComponents(
      [.weekday, .day, .month, .year, .hour, .minute, .second], from: date)
    guard let weekday = parts.weekday, let day = parts.day, let month = parts.month,
      let year = parts.year, let hour = parts.hour, let minute = parts.minute,
      let second = parts.second, days.indices.contains(weekday - 1),
      months.indices.contains(month - 1)
    else { return nil }
    return "\(days[weekday - 1]), \(pad(day)) \(months[month - 1]) \(year) "
      + "\(pad(hour)):\(pad(minute)):\(pad(second)) GMT"
  }

  private static func pad(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
