import PortcullisCore

// What every medium for people needs before its own escaping: no invisible characters, no towers of accents, an end.

/// `text` with controls, bidi marks and zero-width characters visible, no more than three combining marks on a character, and at
/// most `limit` characters, the rest counted.
func calm(_ text: some StringProtocol, keepingLines: Bool = false, limit: Int = .max) -> String {
  guard limit < .max, text.utf8.count > limit else { return visible(withoutTowers(text), keepingLines: keepingLines) }
  let scalars = text.unicodeScalars
  guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex), end < scalars.endIndex else {
    return visible(withoutTowers(text), keepingLines: keepingLines)
  }
  let rest = scalars.distance(from: end, to: scalars.endIndex)
  return visible(withoutTowers(text[..<end]), keepingLines: keepingLines) + "… (\(rest) more characters)"
}

/// "Zalgo" text covers the lines above and below it; no script needs more than three marks on one character.
private func withoutTowers(_ text: some StringProtocol) -> String {
  let longest = 3
  var run = 0
  var out = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    run = isCombining(scalar) ? run + 1 : 0
    if run <= longest { out.append(scalar) }
  }
  return String(out)
}

func isCombining(_ scalar: Unicode.Scalar) -> Bool {
  guard scalar.value >= 0x300 else { return false }
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark: return true
  default: return false
  }
}
