/// A minute of the UTC calendar, as a person reads it.
struct UTCMinute: Sendable, Hashable {
  var month: Int
  var day: Int
  var hour: Int
  var minute: Int

  /// - Parameter unixNanoseconds: Since 1970-01-01T00:00:00Z; any value is a date.
  init(unixNanoseconds: Int64) {
    let minutes = Int(unixNanoseconds).flooredDivision(by: 60_000_000_000)
    let days = minutes.flooredDivision(by: 24 * 60)
    let minuteOfDay = minutes - days * 24 * 60
    (hour, minute) = (minuteOfDay / 60, minuteOfDay % 60)

    // Years counted from 1 March, so that the leap day is a year's last: a month then begins
    // (153 m + 2) / 5 days after 1 March, for March as month 0.
    let daysSinceEra = days + 719_468
    let dayOfEra = daysSinceEra - daysSinceEra.flooredDivision(by: 146_097) * 146_097
    let leapDays = dayOfEra / 1_460 - dayOfEra / 36_524 + dayOfEra / 146_096
    let yearOfEra = (dayOfEra - leapDays) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  }

  /// Such as "09:05".
  var clock: String { "\(Self.twoDigits(hour)):\(Self.twoDigits(minute))" }

  var englishMonth: String {
    let names = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    return names.indices.contains(month - 1) ? names[month - 1] : ""
  }

  private static func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}

extension Int {
  fileprivate func flooredDivision(by divisor: Int) -> Int {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
