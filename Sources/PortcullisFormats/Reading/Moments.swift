import PortcullisCore

/// A moment as RFC 3339 writes it (`2026-09-16T13:40:00.5+02:00`), in microseconds since 1970 in UTC; nil for any other text.
///
/// What stands beyond microseconds is dropped; a leap second counts as the second after it.
package func moment(_ text: String) -> Int? {
  guard text.utf8.count > 10, isDayOrTime(text) else { return nil }
  let bytes = Array(text.utf8)
  func number(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 * 10 + Int($1 - 0x30) } }
  var micro = ((days(number(0..<4), number(5..<7), number(8..<10)) * 24 + number(11..<13)) * 60 + number(14..<16)) * 60
  micro = (micro + number(17..<19)) * 1_000_000
  var place = 19
  if bytes[place] == UInt8(ascii: ".") {
    place += 1
    var unit = 100_000
    while bytes[place].isDigit {
      micro += Int(bytes[place] - 0x30) * unit
      unit /= 10
      place += 1
    }
  }
  guard bytes.count - place == 6 else { return micro }  // 'Z'
  let offset = (number(place + 1..<place + 3) * 60 + number(place + 4..<place + 6)) * 60_000_000
  return bytes[place] == UInt8(ascii: "+") ? micro - offset : micro + offset
}

/// Days from 1970-01-01 to a day of the proleptic Gregorian calendar.
///
/// Source: H. Hinnant, chrono-compatible low-level date algorithms, `days_from_civil`; years from 0 on.
private func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
  // March begins the year, so that a leap day ends it.
  let shifted = month > 2 ? year : year - 1
  let era = (shifted >= 0 ? shifted : shifted - 399) / 400
  let yearOfEra = shifted - era * 400
  let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
  return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}
