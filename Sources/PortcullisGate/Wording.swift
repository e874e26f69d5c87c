import PortcullisCore

// How rulings say numbers: the same words in every sentence, so that reports need not look at the rule again.

/// `5 %`, `8.3 %`: at most one decimal.
package func percent(_ share: Double) -> String { trimmed(share * 100) + " %" }

/// A difference of rates without its sign: `1 point`, `3.6 points`.
package func points(_ difference: Double) -> String {
  let text = trimmed(abs(difference) * 100)
  return text + (text == "1" ? " point" : " points")
}

/// A difference of rates with its sign: `-8.1`, `+2`, `0`.
func signedPoints(_ difference: Double) -> String {
  let text = trimmed(difference * 100)
  return text == "0" || text.hasPrefix("-") ? text : "+" + text
}

/// `8.1 points lower`, `2 points higher`, `no difference`.
func comparedPoints(_ difference: Double) -> String {
  let text = signedPoints(difference)
  return text == "0" ? "no difference" : points(difference) + (difference < 0 ? " lower" : " higher")
}

/// One decimal, or none where it is 0.
private func trimmed(_ value: Double) -> String {
  let text = fixed(value, 1)
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// `1 case`, `3 cases`.
func counted(_ count: Int, _ noun: String, _ many: String? = nil) -> String {
  "\(count) " + (count == 1 ? noun : many ?? noun + "s")
}

/// `is` or `are`, by the number before it.
func areOrIs(_ count: Int) -> String { count == 1 ? "is" : "are" }

/// `a, b, c and 4 more`.
func named(_ witnesses: Witnesses) -> String {
  let shown = witnesses.ids.prefix(3).map(\.text)
  let rest = witnesses.count - shown.count
  if rest > 0 { return shown.joined(separator: ", ") + " and \(rest) more" }
  return listed(shown)
}

/// `a, b and c`.
func listed(_ words: [String]) -> String {
  guard words.count > 1, let last = words.last else { return words.first ?? "" }
  return words.dropLast().joined(separator: ", ") + " and " + last
}

/// `language=de and tier=gold`.
func described(_ tags: [Case.Tag]) -> String { listed(tags.map { "\($0.name)=\($0.value)" }) }

/// A time in seconds, for people; `unknown` where it is endless.
func time(_ seconds: Double) -> String {
  seconds.isFinite ? Duration.microseconds(Int64((seconds * 1_000_000).rounded())).short : "no limit"
}

/// Words as a sentence of its own: a capital first, a full stop last.
func sentenceOf(_ words: String) -> String { words.prefix(1).uppercased() + words.dropFirst() + "." }

/// A sentence as words within another: neither.
func wordsOf(_ sentence: String) -> String {
  let words = sentence.prefix(1).lowercased() + sentence.dropFirst()
  return words.hasSuffix(".") ? String(words.dropLast()) : words
}
