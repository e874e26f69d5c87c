import PortcullisCore

/// A decimal number as it was written, compared exactly: 34.7 is 34.70, and 0.1 lies within 0.3 of 0.4.
struct Decimal: Sendable, Equatable {
  private let isNegative: Bool
  /// Without zeros at either end; empty is zero.
  private let digits: [UInt8]
  /// The value is 0.digits × 10^exponent.
  private let exponent: Int

  /// Reads digits with an optional sign, point and exponent; nil for anything else.
  init?(_ text: some StringProtocol) {
    var bytes = Array(text.utf8)
    var negative = false
    if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      negative = sign == UInt8(ascii: "-")
      bytes.removeFirst()
    }
    var mantissa = bytes[...], power = 0
    if let mark = bytes.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
      mantissa = bytes[..<mark]
      // `Int.init` takes "+5" and "-5", as an exponent may be written; beyond 4 digits nothing is a number of ours.
      let written = bytes[(mark + 1)...]
      guard written.count <= 5, let value = Int(String(decoding: written, as: UTF8.self)) else { return nil }
      power = value
    }
    let parts = mantissa.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    let whole = parts[0], fraction = parts.count > 1 ? parts[1] : []
    guard !whole.isEmpty || !fraction.isEmpty, whole.allSatisfy(isDigit), fraction.allSatisfy(isDigit) else { return nil }
    let all = Array(whole + fraction)
    guard let first = all.firstIndex(where: { $0 != UInt8(ascii: "0") }) else {
      self.init(isNegative: false, digits: [], exponent: 0)
      return
    }
    let last = all.lastIndex { $0 != UInt8(ascii: "0") } ?? first
    self.init(isNegative: negative, digits: Array(all[first...last]), exponent: whole.count - first + power)
  }

  private init(isNegative: Bool, digits: [UInt8], exponent: Int) {
    self.isNegative = isNegative
    self.digits = digits
    self.exponent = exponent
  }

  /// - Parameter tolerance: 0 or more.
  func isNear(_ other: Decimal, within tolerance: Decimal) -> Bool {
    if self == other { return true }
    if tolerance.digits.isEmpty { return false }
    let scale = min(lowest, other.lowest, tolerance.lowest)
    if let a = scaled(to: scale), let b = other.scaled(to: scale), let limit = tolerance.scaled(to: scale) { return abs(a - b) <= limit }
    // More than 36 digits apart: the nearest doubles decide; an infinity is near nothing.
    let distance = abs(double - other.double)
    return distance.isFinite && distance <= tolerance.double
  }

  /// The power of ten of the last digit.
  private var lowest: Int { exponent - digits.count }

  /// The whole number value / 10^power; nil beyond 36 digits.
  private func scaled(to power: Int) -> Int128? {
    let zeros = lowest - power
    guard digits.count + zeros <= 36 else { return digits.isEmpty ? 0 : nil }
    var value: Int128 = 0
    for digit in digits { value = value * 10 + Int128(digit - 0x30) }
    for _ in 0..<(digits.isEmpty ? 0 : zeros) { value *= 10 }
    return isNegative ? -value : value
  }

  private var double: Double {
    Double((isNegative ? "-" : "") + "0." + String(decoding: digits, as: UTF8.self) + "0e\(exponent)") ?? .infinity
  }
}

private func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
