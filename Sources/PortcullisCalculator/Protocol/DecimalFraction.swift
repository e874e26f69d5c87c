/// `digits` / 10^`decimals` as the nearest double, ties to even: what reading the number's text gives, at a tenth of the cost.
///
/// Exact, in whole numbers: the quotient of both parts, shifted to fill their words, has 64 digits, of which a double keeps 53; the rest
/// of the division tells a tie from what lies beside it.
///
/// - Parameter decimals: 0…19.
package func decimalFraction(_ digits: UInt64, decimals: Int) -> Double {
  // Both parts and so their quotient are exact.
  if digits <= 1 << 53, decimals <= 15 { return Double(digits) / Double(powersOfTen[decimals]) }
  let numeratorShift = digits.leadingZeroBitCount
  let denominatorShift = powersOfTen[decimals].leadingZeroBitCount
  let numerator = digits << numeratorShift
  let denominator = powersOfTen[decimals] << denominatorShift
  // Half of a numerator that is not below the denominator, so that the quotient fits one word; its first bit is set either way.
  let isHalved = numerator >= denominator
  let (quotient, rest) = denominator.dividingFullWidth(
    isHalved ? (numerator >> 1, numerator << 63) : (numerator, 0))
  var kept = quotient >> 11
  let cut = quotient & 0x7FF
  if cut > 0x400 || cut == 0x400 && (rest > 0 || kept & 1 == 1) { kept += 1 }
  let exponent = denominatorShift - numeratorShift - (isHalved ? 63 : 64) + 11
  return Double(sign: .plus, exponent: exponent, significand: Double(kept))
}

/// 10⁰ to 10¹⁹.
private let powersOfTen: [UInt64] = (0...19).map { (0..<$0).reduce(1) { value, _ in value * 10 } }
