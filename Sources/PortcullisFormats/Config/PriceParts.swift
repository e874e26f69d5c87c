/// A price in nano-units for one token, from the decimal number a user wrote and the tokens it is for; exact, or refused.
///
/// - Parameters:
///   - text: Digits with an optional point, as in `0.15`.
///   - tokens: How many tokens that buys; at least 1.
func nanoPerToken(_ text: String, per tokens: Int) throws(Objection) -> Int {
  let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
  var fraction = parts.count > 1 ? parts[1] : ""
  while fraction.hasSuffix("0") { fraction.removeLast() }
  let digits = parts[0] + fraction
  guard !parts[0].isEmpty, parts.count == 1 || !parts[1].isEmpty, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
    throw Objection("'\(text)' is no price", help: "write digits with a point, as in '0.15', without a currency")
  }
  // 18 digits × 10⁹ and 10¹⁸ × 2⁶³ both stay far below 2¹²⁷.
  guard digits.utf8.count <= 18, let amount = Int128(digits) else {
    throw Objection("'\(text)' is no price", help: "write at most 18 digits")
  }
  let divisor = fraction.utf8.reduce(Int128(tokens)) { product, _ in product * 10 }
  let (nano, rest) = (amount * 1_000_000_000).quotientAndRemainder(dividingBy: divisor)
  guard rest == 0 else {
    throw Objection(
      "'\(text)' for \(tokens) tokens is no whole number of nano-units a token",
      help: tokens == 1_000_000
        ? "write at most three decimals for 'per: 1M'; a price for one token needs 'per: 1'"
        : "write it for a million tokens, 'per: 1M', with at most three decimals")
  }
  guard let whole = Int(exactly: nano), whole <= 1_000_000_000_000 else {
    throw Objection("'\(text)' for \(tokens) tokens is more than 1000 a token")
  }
  return whole
}
