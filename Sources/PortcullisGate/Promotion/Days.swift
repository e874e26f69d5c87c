/// The day of a moment, `YYYY-MM-DD` in UTC.
///
/// - Parameter milliseconds: Since 1970 in UTC.
///
/// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
package func day(_ milliseconds: Int) -> String {
  let (days, _) = floorDivided(milliseconds, by: 86_400_000)
  let (era, dayOfEra) = floorDivided(days + 719_468, by: 146_097)
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shifted = (5 * dayOfYear + 2) / 153  // months from March
  let month = shifted < 10 ? shifted + 3 : shifted - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return digits(year, 4) + "-" + digits(month, 2) + "-" + digits(dayOfYear - (153 * shifted + 2) / 5 + 1, 2)
}

private func floorDivided(_ value: Int, by divisor: Int) -> (quotient: Int, remainder: Int) {
  let remainder = ((value % divisor) + divisor) % divisor
  return ((value - remainder) / divisor, remainder)
}

private func digits(_ value: Int, _ count: Int) -> String {
  let text = String(value)
  return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
}
