import PortcullisCore

/// Whether a text is a day of the calendar, `YYYY-MM-DD`.
func isDay(_ text: some StringProtocol) -> Bool {
  let parts = text.split(separator: "-", omittingEmptySubsequences: false)
  guard parts.map(\.utf8.count) == [4, 2, 2], parts.allSatisfy({ $0.utf8.allSatisfy(\.isDigit) }), let year = Int(parts[0]),
    let month = Int(parts[1]), let day = Int(parts[2]), (1...12).contains(month)
  else { return false }
  let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  return (1...days[month - 1]).contains(day)
}

/// Whether a text is a day, or a time by RFC 3339 (`2026-09-16T13:40:00Z`).
func isDayOrTime(_ text: String) -> Bool {
  guard text.utf8.count > 10 else { return isDay(text) }
  guard isDay(text.prefix(10)) else { return false }
  var rest = Array(text.utf8.dropFirst(10))
  guard rest.count >= 10, [UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")].contains(rest[0]) else { return false }
  func number(_ place: Int) -> Int? {
    rest[place].isDigit && rest[place + 1].isDigit ? Int(rest[place] - 48) * 10 + Int(rest[place + 1] - 48) : nil
  }
  guard let hour = number(1), hour < 24, rest[3] == UInt8(ascii: ":"), let minute = number(4), minute < 60, rest[6] == UInt8(ascii: ":"),
    let second = number(7), second < 61
  else { return false }
  rest.removeFirst(9)
  if rest.first == UInt8(ascii: ".") {
    rest.removeFirst()
    guard rest.first?.isDigit == true else { return false }
    rest = Array(rest.drop(while: \.isDigit))
  }
  if rest == [UInt8(ascii: "Z")] || rest == [UInt8(ascii: "z")] { return true }
  guard rest.count == 6, rest[0] == UInt8(ascii: "+") || rest[0] == UInt8(ascii: "-"), rest[3] == UInt8(ascii: ":") else { return false }
  guard let hour = number(1), let minute = number(4) else { return false }
  return hour < 24 && minute < 60
}

extension FileProblems {
  /// A day or a time as written.
  func date(_ node: Node, _ name: String) -> String? {
    guard let text = text(node, name) else { return nil }
    if isDayOrTime(text) { return text }
    error("'\(name)' is '\(text)', which is no date", at: node.position, help: "write it as '2026-09-16' or '2026-09-16T13:40:00Z'")
    return nil
  }

  /// A day, `YYYY-MM-DD`.
  func day(_ node: Node, _ name: String) -> String? {
    guard let text = text(node, name) else { return nil }
    if isDay(text) { return text }
    error("'\(name)' is '\(text)', which is no day", at: node.position, help: "write it as '2026-09-16'")
    return nil
  }
}
