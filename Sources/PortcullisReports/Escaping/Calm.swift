import PortcullisCore

// What every medium for people needs before its own escaping: no invisible characters, no towers of accents, an end.

/// `text` with controls, bidi marks, zero-width characters and noncharacters visible, no more than three combining marks on a character, and at
/// most `limit` characters, the rest counted.
func calm(_ text: some StringProtocol, keepingLines: Bool = false, limit: Int = .max) -> String {
  let scalars = text.unicodeScalars
  guard text.utf8.count > limit, let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
    end < scalars.endIndex
  else { return visible(tame(text), keepingLines: keepingLines) }
  let rest = scalars.distance(from: end, to: scalars.endIndex)
  return visible(tame(text[..<end]), keepingLines: keepingLines) + "… (\(rest) more characters)"
}

/// "Zalgo" text covers the lines above and below it; no script needs more than three marks on one character. U+FFFE, U+FFFF and their like
/// are no characters at all, and no XML may hold them.
private func tame(_ text: some StringProtocol) -> String {
  let longest = 3
  var run = 0
  var out = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    run = isCombining(scalar) ? run + 1 : 0
    if scalar.value & 0xFFFE == 0xFFFE {
      out.append(contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
    } else if run <= longest {
      out.append(scalar)
    }
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
