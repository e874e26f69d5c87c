// The kinds of value users write with a unit (formats.md, first table). Each reader returns what was meant or says what is wrong;
// a bare number is refused wherever its unit could be guessed wrong.

/// Why a text is not the value that was expected; lower case, quotes the user's word.
package struct UnitProblem: Error, Hashable, Sendable {
  package let message: String
  package let help: String?
}

/// An amount of money in integer micro-units of one currency.
package struct Money: Sendable, Hashable, CustomStringConvertible {
  package let micro: Int
  /// Three capital letters, as in `USD`.
  package let currency: String

  package init(micro: Int, currency: String) {
    self.micro = micro
    self.currency = currency
  }

  /// Reads `20 USD` or `0.15 USD`: at most six decimals, not negative.
  package init(parsing text: String) throws(UnitProblem) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: true)
    guard parts.count == 2, isCurrency(parts[1]) else {
      throw UnitProblem(message: "'\(text)' is no amount of money", help: "write a number and a currency, as in '20 USD'")
    }
    guard let micro = scaledInteger(parts[0], decimals: 6) else {
      throw UnitProblem(message: "'\(parts[0])' is no amount of money", help: "write digits with at most six decimals, as in '0.15 USD'")
    }
    self.init(micro: micro, currency: String(parts[1]))
  }

  /// `0.0123 USD`: at least two decimals, no more than needed.
  package var description: String { amount + " " + currency }

  package var amount: String {
    let magnitude = micro.magnitude
    var fraction = String(magnitude % 1_000_000)
    fraction = String(repeating: "0", count: 6 - fraction.count) + fraction
    while fraction.hasSuffix("0"), fraction.count > 2 { fraction.removeLast() }
    return (micro < 0 ? "-" : "") + "\(magnitude / 1_000_000).\(fraction)"
  }
}

package func isCurrency(_ text: some StringProtocol) -> Bool {
  text.utf8.count == 3 && text.utf8.allSatisfy { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }
}

/// A decimal number times 10^`decimals`, exactly; nil for anything but digits with at most that many decimals.
package func scaledInteger(_ text: some StringProtocol, decimals: Int) -> Int? {
  let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
  guard let whole = parts.first, isDigits(whole) else { return nil }
  var fraction = parts.count > 1 ? String(parts[1]) : ""
  if parts.count > 1 {
    guard isDigits(fraction) else { return nil }
    while fraction.utf8.count > decimals, fraction.hasSuffix("0") { fraction.removeLast() }
  }
  guard fraction.utf8.count <= decimals else { return nil }
  return Int(whole + fraction + String(repeating: "0", count: decimals - fraction.utf8.count))
}

func isDigits(_ text: some StringProtocol) -> Bool {
  !text.isEmpty && text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
}

/// A plain decimal number, `-1.5` or `2e3`; never `nan`, `inf`, hexadecimal, `+5` or blanks, which `Double.init` takes.
package func plainNumber(_ text: some StringProtocol) -> Double? {
  var bytes = Array(text.utf8)
  if bytes.first == UInt8(ascii: ".") { bytes.insert(UInt8(ascii: "0"), at: 0) }
  var scanner = JSONScanner(bytes)
  guard let number = try? scanner.number(), scanner.isAtEnd, number.double.isFinite else { return nil }
  return number.double
}

/// Reads a share: `0.02` or `2%`, within 0…1.
package func parseShare(_ text: String) throws(UnitProblem) -> Double {
  let help = "write a share from 0 to 1, as in '0.02', or a per cent, as in '2%'"
  let isPercent = text.hasSuffix("%")
  let body = isPercent ? text.dropLast() : text[...]
  guard let number = plainNumber(body) else { throw UnitProblem(message: "'\(text)' is no share", help: help) }
  guard number >= 0, number <= (isPercent ? 100 : 1) else {
    let meant = !isPercent && number > 1 && number <= 100 ? "did you mean '\(text)%'?" : help
    throw UnitProblem(message: "'\(text)' is not within 0 and \(isPercent ? "100%" : "1")", help: meant)
  }
  return isPercent ? number / 100 : number
}

/// Reads `300ms`, `2s`, `30m`, `24h`, `90d`: a number (decimals allowed) and its unit; at most ten years.
package func parseDuration(_ text: String) throws(UnitProblem) -> Duration {
  let help = "write a number and a unit (ms, s, m, h, d), as in '300ms' or '2s'"
  let units: [(suffix: String, seconds: Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)]
  guard let unit = units.first(where: { text.hasSuffix($0.suffix) }),
    let number = plainNumber(text.dropLast(unit.suffix.count)), number >= 0, number * unit.seconds <= 315_360_000
  else { throw UnitProblem(message: "'\(text)' is no duration", help: help) }
  return .microseconds(Int64((number * unit.seconds * 1_000_000).rounded()))
}

/// Reads a rate a minute or a count: `3000`, `60k`, `2M`; a positive whole number.
package func parseRate(_ text: String) throws(UnitProblem) -> Int {
  let help = "write a whole number above 0, as in '3000', '60k' or '2M'"
  let factor = text.hasSuffix("k") ? 1000 : text.hasSuffix("M") ? 1_000_000 : 1
  guard let number = plainNumber(factor == 1 ? text[...] : text.dropLast()), let rate = Int(exactly: (number * Double(factor)).rounded()),
    Double(rate) == number * Double(factor), rate > 0
  else { throw UnitProblem(message: "'\(text)' is no rate", help: help) }
  return rate
}

extension Duration {
  /// Whole microseconds, rounded down; saturates far beyond any limit of ours.
  package var microseconds: Int {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    return overflow ? (seconds < 0 ? .min : .max) : Int(whole) + Int(attoseconds / 1_000_000_000_000)
  }

  /// Short, for people: `340 ms`, `2.5 s`, `3 min 20 s`, `1 h 05 min`.
  package var short: String {
    let micro = microseconds
    if micro < 1_000_000 { return micro < 10_000 && micro % 1000 != 0 ? "\(fixed(Double(micro) / 1000, 1)) ms" : "\(micro / 1000) ms" }
    let seconds = micro / 1_000_000
    if seconds < 60 { return micro % 1_000_000 < 50_000 ? "\(seconds) s" : "\(fixed(Double(micro) / 1_000_000, 1)) s" }
    if seconds < 3600 { return seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds / 60) min \(seconds % 60) s" }
    let minutes = seconds % 3600 / 60
    return "\(seconds / 3600) h" + (minutes == 0 ? "" : " \(minutes < 10 ? "0" : "")\(minutes) min")
  }
}

/// A number with a fixed count of decimals (0–12), half away from zero; `-0.0` never. For |value| < 10⁹.
package func fixed(_ value: Double, _ decimals: Int) -> String {
  guard value.isFinite else { return value.isNaN ? "undefined" : value < 0 ? "-inf" : "inf" }
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let scaled = (abs(value) * scale).rounded()
  guard scaled < 9e15 else { return canonicalNumber(value) }
  var digits = String(Int(scaled))
  if digits.count <= decimals { digits = String(repeating: "0", count: decimals + 1 - digits.count) + digits }
  let sign = value < 0 && scaled > 0 ? "-" : ""
  return decimals == 0 ? sign + digits : sign + digits.dropLast(decimals) + "." + digits.suffix(decimals)
}
