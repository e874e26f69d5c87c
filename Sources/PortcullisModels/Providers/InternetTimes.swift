// Points in time as HTTP headers write them, in seconds since 1970; pure arithmetic, no locale, no clock.

private let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/// An HTTP-date (RFC 9110 §5.6.7) in any of its three forms: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`,
/// `Sun Nov  6 08:49:37 1994`.
func httpDate(_ text: String) -> Double? {
  let words = text.split { $0 == " " || $0 == "," || $0 == "-" }
  guard words.count >= 5 else { return nil }
  let isOldest = monthNames.contains(String(words[1]))
  guard isOldest ? words.count == 5 : words.count == 6 && words[5] == "GMT" else { return nil }
  let (day, month, year, time) = isOldest ? (words[2], words[1], words[4], words[3]) : (words[1], words[2], words[3], words[4])
  guard let month = monthNames.firstIndex(of: String(month)), let day = whole(day, 1...31), var year = whole(year, 0...9999),
    let seconds = secondsOfDay(time)
  else { return nil }
  if year < 100 { year += year < 70 ? 2000 : 1900 }
  return Double(daysSince1970(year: year, month: month + 1, day: day) * 86400) + seconds
}

/// RFC 3339: `2024-05-01T12:00:00Z`, with a fraction or an offset.
func internetTime(_ text: String) -> Double? {
  let parts = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
  guard parts.count == 2 else { return nil }
  let date = parts[0].split(separator: "-", omittingEmptySubsequences: false)
  guard date.count == 3, let year = whole(date[0], 1970...9999), let month = whole(date[1], 1...12), let day = whole(date[2], 1...31) else {
    return nil
  }
  var time = parts[1], offset = 0.0
  if time.hasSuffix("Z") {
    time = time.dropLast()
  } else {
    guard let sign = time.lastIndex(where: { $0 == "+" || $0 == "-" }) else { return nil }
    let zone = time[sign...].dropFirst().split(separator: ":", omittingEmptySubsequences: false)
    guard zone.count == 2, let hours = whole(zone[0], 0...23), let minutes = whole(zone[1], 0...59) else { return nil }
    offset = Double(hours * 3600 + minutes * 60) * (time[sign] == "+" ? 1 : -1)
    time = time[..<sign]
  }
  guard let seconds = secondsOfDay(time) else { return nil }
  return Double(daysSince1970(year: year, month: month, day: day) * 86400) + seconds - offset
}

private func secondsOfDay(_ text: Substring) -> Double? {
  let parts = text.split(separator: ":", omittingEmptySubsequences: false)
  guard parts.count == 3, let hours = whole(parts[0], 0...23), let minutes = whole(parts[1], 0...59) else { return nil }
  let second = parts[2].split(separator: ".", omittingEmptySubsequences: false)
  guard second.count <= 2, let whole = whole(second[0], 0...60) else { return nil }
  guard second.count == 2 else { return Double(hours * 3600 + minutes * 60 + whole) }
  guard isDigits(second[1]), second[1].utf8.count <= 9, let fraction = Double("0." + second[1]) else { return nil }
  return Double(hours * 3600 + minutes * 60 + whole) + fraction
}

private func whole(_ text: Substring, _ range: ClosedRange<Int>) -> Int? {
  guard isDigits(text), text.utf8.count <= 4, let value = Int(text), range.contains(value) else { return nil }
  return value
}

private func isDigits(_ text: Substring) -> Bool { !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) } }

/// Of the proleptic Gregorian calendar; years count from March, so that the leap day comes last.
private func daysSince1970(year: Int, month: Int, day: Int) -> Int {
  let year = month <= 2 ? year - 1 : year
  let sinceMarch = (month + 9) % 12
  let leapDays = year / 4 - year / 100 + year / 400
  return year * 365 + leapDays + (sinceMarch * 306 + 5) / 10 + day - 1 - 719_468
}
