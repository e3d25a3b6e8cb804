/// The moment an answer is made, as the `Date` header writes it: `Sat, 21 Nov 2026 10:23:00 GMT`.
///
/// Source: RFC 2326 §12.18, RFC 1123 §5.2.14.
enum RTSPDate {
  private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// - Parameter unixSeconds: Seconds since 1970; times outside the years 1970 to 9999 are
  ///   clamped.
  static func text(unixSeconds: Int64) -> String {
    let seconds = Int(min(max(unixSeconds, 0), 253_402_300_799))
    let days = seconds / 86_400
    let (year, month, day) = date(days: days)
    let time = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map(twoDigits)
    return "\(weekdays[days % 7]), \(twoDigits(day)) \(months[month - 1]) \(year) "
      + time.joined(separator: ":") + " GMT"
  }

  /// Civil date of a day counted from 1970-01-01, by way of years that begin in March: then the
  /// leap day is the last one.
  private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
  }

  private static func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
